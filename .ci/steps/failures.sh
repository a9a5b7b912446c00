#!/usr/bin/env bash
# Prints every failed test in the given logs again, with its message, so that the end of the gate's output says what failed.
set -uo pipefail
cat "$@" 2> /dev/null | awk '
    /^  Failed / { printing = 1; lines = 0 }
    /^  (Passed|Skipped) |^$|^(Passed|Failed|Skipped)! / { printing = 0 }
    printing && lines < 12 { print; lines++ }'
