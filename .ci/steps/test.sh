#!/usr/bin/env bash
# Every test, the slow ones and those that need ../shared or an optional package included. Release, because the packages
# are made from the same build. The collector comes with the test projects that reference coverlet.
set -uo pipefail
source .ci/steps/common.sh
rm -rf artifacts
build_script test --results-directory artifacts/test-results \
    --settings .ci/coverage.runsettings --collect "'XPlat Code Coverage'" 2>&1 | tee "$GATE_LOGS/test.log"
exit "${PIPESTATUS[0]}"
