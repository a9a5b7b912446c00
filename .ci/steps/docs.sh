#!/usr/bin/env bash
# The site, in artifacts/site, from the libraries that the tests and packages built. A broken link or reference is an error.
set -uo pipefail
source .ci/steps/common.sh
rm -rf artifacts/api artifacts/site
build_script docs || exit 1
for page in index.html docs/architecture.html api/LlamaNative.html; do
    [[ -s artifacts/site/$page ]] || { echo "artifacts/site/$page is missing"; exit 1; }
done
