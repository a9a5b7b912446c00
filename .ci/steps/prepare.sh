#!/usr/bin/env bash
# Installs what the tests can use in addition to the .NET SDK and npm. Only the .NET tools are required.
set -uo pipefail
source .ci/steps/common.sh

command -v gcc > /dev/null || install gcc libc6-dev
command -v g++ > /dev/null || install g++
command -v cmake > /dev/null || install cmake
command -v ninja > /dev/null || install ninja-build
compgen -G "/usr/share/vulkan/icd.d/lvp_icd*.json" > /dev/null || install mesa-vulkan-drivers
command -v chromium > /dev/null || command -v google-chrome > /dev/null || install chromium
if [[ $(uname -sm) == "Linux x86_64" ]]; then # to run the libraries of other platforms
    [[ -x /usr/lib/wine/wine64 ]] || install wine64
    command -v Xvfb > /dev/null || install xvfb
    command -v qemu-aarch64-static > /dev/null || install qemu-user-static
    command -v aarch64-linux-gnu-g++ > /dev/null || install g++-aarch64-linux-gnu
    command -v x86_64-w64-mingw32-g++-posix > /dev/null || install g++-mingw-w64-x86-64-posix
fi

native=native/LlamaNative.Native.proj
dotnet msbuild $native -t:FetchSource -nologo || echo "llama.cpp's source is not available; the ABI report will not be recompiled"
[[ $(uname -sm) != "Linux x86_64" ]] || dotnet msbuild $native -t:RestoreLibraries -p:LlamaNativeGpu=vulkan -nologo \
    || echo "the Vulkan libraries are not available; offloading will not be tested"

dotnet tool restore
