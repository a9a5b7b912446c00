#!/usr/bin/env bash
# Installs what the tests can use beyond the .NET SDK and npm. Only the .NET tools are indispensable.
set -uo pipefail
source .ci/steps/common.sh

command -v gcc > /dev/null || install gcc libc6-dev
command -v g++ > /dev/null || install g++
compgen -G "/usr/share/vulkan/icd.d/lvp_icd*.json" > /dev/null || install mesa-vulkan-drivers
command -v chromium > /dev/null || command -v google-chrome > /dev/null || install chromium
if [[ $(uname -sm) == "Linux x86_64" ]]; then # the libraries of other platforms, as far as they can be run
    [[ -x /usr/lib/wine/wine64 ]] || install wine64
    command -v qemu-aarch64-static > /dev/null || install qemu-user-static
    command -v aarch64-linux-gnu-g++ > /dev/null || install g++-aarch64-linux-gnu
fi

native=native/LlamaNative.Native.proj
dotnet msbuild $native -t:FetchSource -nologo || echo "llama.cpp's source is not available; the ABI report is not recompiled"
[[ $(uname -sm) != "Linux x86_64" ]] || dotnet msbuild $native -t:RestoreLibraries -p:LlamaNativeGpu=vulkan -nologo \
    || echo "the Vulkan libraries are not available; offload is not tested"

dotnet tool restore
