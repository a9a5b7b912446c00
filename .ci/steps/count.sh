#!/usr/bin/env bash
# Sums the `dotnet test` summaries of all test assemblies in the given logs and prints "PASSED FAILED SKIPPED".
set -uo pipefail
cat "$@" 2> /dev/null | sed -nE \
    's/^.*(Passed|Failed|Skipped)! +- Failed: *([0-9]+), Passed: *([0-9]+), Skipped: *([0-9]+), Total:.*$/\3 \2 \4/p' \
    | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }'
