#!/usr/bin/env bash
# Checks .editorconfig and line lengths. Naming and style rules are also checked in every build, where warnings are errors.
set -uo pipefail
source .ci/steps/common.sh
failures=0
node .ci/steps/line-length.mjs || failures=1
build_script format --verify-no-changes --severity warn || failures=1
exit $failures
