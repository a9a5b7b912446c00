#!/usr/bin/env bash
# Builds the libraries that no prebuilt package has, and creates the packages in artifacts/.
set -uo pipefail
source .ci/steps/common.sh
build_script pack --verbosity quiet && ls -lh artifacts/*.nupkg
