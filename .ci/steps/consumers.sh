#!/usr/bin/env bash
# Applications made from the packages, published in every form and run.
set -uo pipefail
source .ci/steps/common.sh
build_script consumers 2>&1 | tee "$GATE_LOGS/consumers.log"
exit "${PIPESTATUS[0]}"
