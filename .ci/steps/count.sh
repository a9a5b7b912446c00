#!/usr/bin/env bash
# Adds up the summaries that `dotnet test` wrote to the given logs, one for each test assembly: "PASSED FAILED SKIPPED".
set -uo pipefail
cat "$@" 2> /dev/null | sed -nE \
    's/^.*(Passed|Failed|Skipped)! +- Failed: *([0-9]+), Passed: *([0-9]+), Skipped: *([0-9]+), Total:.*$/\3 \2 \4/p' \
    | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }'
