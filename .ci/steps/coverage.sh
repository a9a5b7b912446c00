#!/usr/bin/env bash
# Prints a line for each shipped assembly from the data of .ci/steps/test.sh; the HTML report is in artifacts/coverage.
set -uo pipefail
dotnet reportgenerator "-reports:artifacts/test-results/*/coverage.cobertura.xml" -targetdir:artifacts/coverage \
    "-reporttypes:TextSummary;Html" -verbosity:Warning || exit 1
grep -E '^  (Line|Branch) coverage:' artifacts/coverage/Summary.txt
grep -E '^LlamaNative' artifacts/coverage/Summary.txt
grep -qE '^LlamaNative +[0-9]' artifacts/coverage/Summary.txt || { echo "the library is missing from the report"; exit 1; }
