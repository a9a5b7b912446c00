#!/usr/bin/env bash
# The targets of build.ps1 that no other step runs, and its examples. Debug and a folder of its own where a target would
# touch what the other steps have built.
set -uo pipefail
failures=0

run() { # COMMAND, as typed at a PowerShell prompt
    echo "--- $1"
    dotnet pwsh -NoProfile -Command "$1; exit \$LASTEXITCODE"
}

run "./build.ps1 build -v q" || failures=1
run "./build.ps1 test --no-build --filter FullyQualifiedName~TensorShape" || failures=1
run "./build.ps1 run inspect models/tiny-chat.gguf" | grep -m 1 "general.architecture" || failures=1
run './build.ps1 run -- run -m models/tiny-chat.gguf -n 8 --temp 0 -p "Once upon a time"' | grep -m 1 "[a-z]" || failures=1
run "./build.ps1 format whitespace --no-restore --verify-no-changes" || failures=1
run "./build.ps1 run -Project samples/ConsoleChat -- --help" | grep -m 1 "ConsoleChat" || failures=1
run "./build.ps1 info" 2> /dev/null && { echo "a target that does not exist was accepted"; failures=1; }
run "Get-Help ./build.ps1 -Examples" | grep -c "build.ps1 run" > /dev/null || failures=1
exit $failures
