#!/usr/bin/env bash
# The packages, in artifacts/.
set -uo pipefail
dotnet pwsh -NoProfile -Command ./build.ps1 pack -v q && ls -lh artifacts/*.nupkg
