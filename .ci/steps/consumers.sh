#!/usr/bin/env bash
# Publishes applications that use the packages, in every form, and runs them.
set -uo pipefail
source .ci/steps/common.sh
build_script consumers 2>&1 | tee "$GATE_LOGS/consumers.log"
exit "${PIPESTATUS[0]}"
