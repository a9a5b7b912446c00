#!/usr/bin/env bash
# The site, in artifacts/site, from the libraries that the tests and packages built. A broken link or reference is an error.
set -uo pipefail
rm -rf artifacts/api artifacts/site
dotnet docfx docfx.json --warningsAsErrors || exit 1
for page in index.html docs/architecture.html api/LlamaNative.html; do
    [[ -s artifacts/site/$page ]] || { echo "artifacts/site/$page is missing"; exit 1; }
done
