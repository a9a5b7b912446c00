#!/usr/bin/env bash
# Runs the targets and examples of build.ps1 that no other step runs. They reuse the Release build of the earlier steps.
set -uo pipefail
source .ci/steps/common.sh
failures=0

expect() { # TEXT ARGUMENTS: build.ps1 must succeed and print the text
    local output
    echo "--- ./build.ps1 $2"
    if ! output=$(build_script "$2" 2>&1) || ! grep -qF -- "$1" <<< "$output"; then
        printf '%s\nfailed: no "%s", or an exit code other than 0\n' "$output" "$1"
        failures=1
    fi
}

expect "Build succeeded" "build"
expect "Passed!" "test --no-build --filter FullyQualifiedName~Gguf"
expect "general.architecture" "run inspect models/tiny-chat.gguf"
expect '"usage"' 'run -- run -m models/tiny-chat.gguf -n 8 --json -p "Once upon a time"'
expect "--model PATH" "run -Project samples/ConsoleChat -- --help"

echo "--- ./build.ps1 info"
! build_script info > /dev/null 2>&1 || { echo "failed: a target that does not exist was accepted"; failures=1; }

# In a separate folder, because clean would remove the libraries that later steps need.
echo "--- ./build.ps1 clean"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp build.ps1 global.json "$scratch"
(
    cd "$scratch"
    dotnet new classlib -n Scratch -o Scratch > /dev/null && dotnet new sln -n LlamaNative --format sln > /dev/null \
        && dotnet sln add Scratch > /dev/null && dotnet build -c Release -v q > /dev/null
)
dotnet pwsh -NoProfile -Command "$scratch/build.ps1 clean --verbosity quiet; exit \$LASTEXITCODE" > /dev/null || failures=1
[[ ! -e $scratch/Scratch/bin/Release/net10.0/Scratch.dll ]] || { echo "failed: clean did not remove the build output"; failures=1; }
exit $failures
