<#
.SYNOPSIS
A front for the dotnet commands of this repository.

.EXAMPLE
./build.ps1 -Target test -Configuration Release

.EXAMPLE
./build.ps1 run -Project src/LlamaNative.Cli "info" "model.gguf"
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Position = 0)]
    # consumers: publishes and runs the applications of tests/Consumers with the packages that pack has made.
    [ValidateSet('build', 'test', 'run', 'pack', 'consumers', 'clean')]
    [string] $Target = 'build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # For run: the project, and whatever follows for the program itself.
    [string] $Project = 'src/LlamaNative.Cli',

    [Parameter(ValueFromRemainingArguments = $true)]
    [string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
Push-Location $PSScriptRoot
try {
    $command = @(switch ($Target) {
        'build' { 'build', 'LlamaNative.sln' }
        'test'  { 'test', 'LlamaNative.sln' }
        'run'   { 'run', '--project', $Project }
        'pack'  { 'pack', 'LlamaNative.sln', '--output', 'artifacts' }
        'consumers' { 'test', 'tests/LlamaNative.Consumers.Tests' }
        'clean' { 'clean', 'LlamaNative.sln' }
    })
    $command += '--configuration', $Configuration
    if ($Target -eq 'run') { $command += @('--') + $Arguments }

    dotnet @command
    $code = $LASTEXITCODE
}
finally {
    Pop-Location
}
exit $code
