#!/usr/bin/env bash
# .editorconfig and the length of lines. Naming and style rules are warnings of every build, and so errors; here they are
# asked of dotnet format as a contributor would, for all projects of the solution.
set -uo pipefail
failures=0
node .ci/steps/line-length.mjs || failures=1
dotnet restore LlamaNative.sln -v q || failures=1
dotnet format whitespace LlamaNative.sln --no-restore --verify-no-changes || failures=1
dotnet format style LlamaNative.sln --no-restore --verify-no-changes --severity warn || failures=1
exit $failures
