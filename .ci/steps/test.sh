#!/usr/bin/env bash
# Runs every test, including slow ones and those that need ../shared or an optional package. Uses Release, because the
# packages are created from the same build. The coverage collector comes with the test projects that reference coverlet.
set -uo pipefail
source .ci/steps/common.sh
rm -rf artifacts
build_script test --results-directory artifacts/test-results \
    --settings .ci/coverage.runsettings --collect "'XPlat Code Coverage'" 2>&1 | tee "$GATE_LOGS/test.log"
exit "${PIPESTATUS[0]}"
