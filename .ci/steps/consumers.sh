#!/usr/bin/env bash
# Applications made from the packages, published in every form and run.
set -uo pipefail
dotnet pwsh -NoProfile -Command ./build.ps1 consumers 2>&1 | tee "$GATE_LOGS/consumers.log"
exit "${PIPESTATUS[0]}"
