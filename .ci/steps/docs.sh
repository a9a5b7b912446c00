#!/usr/bin/env bash
# Builds the documentation site in artifacts/site from the libraries of earlier steps. Broken links and references are errors.
set -uo pipefail
source .ci/steps/common.sh
rm -rf artifacts/api artifacts/site
build_script docs || exit 1
for page in index.html docs/architecture.html api/LlamaNative.html; do
    [[ -s artifacts/site/$page ]] || { echo "artifacts/site/$page is missing"; exit 1; }
done
