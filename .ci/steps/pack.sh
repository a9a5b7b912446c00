#!/usr/bin/env bash
# Creates the packages in artifacts/.
set -uo pipefail
source .ci/steps/common.sh
build_script pack --verbosity quiet && ls -lh artifacts/*.nupkg
