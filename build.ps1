<#
.SYNOPSIS
Shortcuts for the dotnet commands of this repository.

.DESCRIPTION
Whatever follows the target is passed on: to the program for run, to dotnet for every other target.
Write -- before arguments that start with a single dash, or PowerShell takes them for parameters of this script.

.EXAMPLE
./build.ps1 test --filter FullyQualifiedName~Gguf

.EXAMPLE
./build.ps1 run inspect models/tiny-chat.gguf

.EXAMPLE
./build.ps1 run -- run -m models/tiny-chat.gguf -p "Once upon a time"
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    # build, test and clean work on the solution. pack makes the packages in artifacts/, and consumers publishes and
    # runs the applications of tests/Consumers with them. run starts a project. format applies .editorconfig.
    # docs builds the site in artifacts/site.
    [Parameter(Position = 0)]
    [ValidateSet('build', 'test', 'run', 'pack', 'consumers', 'format', 'docs', 'clean')]
    [string] $Target = 'build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # The project to run.
    [string] $Project = 'src/LlamaNative.Cli',

    [Parameter(ValueFromRemainingArguments = $true)]
    [string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
$withConfiguration = @('--configuration', $Configuration)

# One array per dotnet command; the first that fails ends the script with its exit code.
$commands = @(switch ($Target) {
    'build'     { , (@('build', 'LlamaNative.sln') + $withConfiguration + $Arguments) }
    'test'      { , (@('test', 'LlamaNative.sln') + $withConfiguration + $Arguments) }
    'run'       { , (@('run', '--project', $Project) + $withConfiguration + '--' + $Arguments) }
    'pack'      { , (@('pack', 'LlamaNative.sln', '--output', 'artifacts') + $withConfiguration + $Arguments) }
    'consumers' { , (@('test', 'tests/LlamaNative.Consumers.Tests') + $withConfiguration + $Arguments) }
    'format'    { , (@('format', 'LlamaNative.sln') + $Arguments) }
    'docs' {
        , @('tool', 'restore')
        , (@('build', 'LlamaNative.sln') + $withConfiguration)
        , (@('docfx', 'docfx.json', '--warningsAsErrors') + $Arguments)
    }
    'clean'     { , (@('clean', 'LlamaNative.sln') + $withConfiguration + $Arguments) }
})

Push-Location $PSScriptRoot
try {
    foreach ($command in $commands) {
        dotnet @command
        if ($LASTEXITCODE -ne 0) { break }
    }
}
finally {
    Pop-Location
}
exit $LASTEXITCODE
