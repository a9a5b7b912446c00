#!/usr/bin/env bash
# .editorconfig and the length of lines. Naming and style rules are warnings of every build as well, and so errors.
set -uo pipefail
source .ci/steps/common.sh
failures=0
node .ci/steps/line-length.mjs || failures=1
build_script format --verify-no-changes --severity warn || failures=1
exit $failures
