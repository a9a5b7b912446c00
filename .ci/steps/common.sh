# Sourced by the steps, each of which can also be run separately.
GATE_LOGS=${GATE_LOGS:-$(mktemp -d)}

# To save time, the gate builds two of the CPU variants and leaves out two platforms. Releases set neither variable.
export LlamaNativeVariants=x64,haswell
export LlamaNativeSkippedRids="win-arm64;linux-musl-x64"

# build_script ARGUMENT...: ./build.ps1, as typed at a PowerShell prompt. Stop makes an argument that PowerShell refuses an
# exit code other than 0.
build_script() {
    dotnet pwsh -NoProfile -Command "\$ErrorActionPreference = 'Stop'; ./build.ps1 $*; exit \$LASTEXITCODE"
}

# install PACKAGE...: installs Debian packages if possible and reports it if not. The caller continues in both cases,
# because a test that lacks a package is skipped and names it.
install() {
    command -v apt-get > /dev/null || { echo "missing, and no apt-get to install it: $*"; return 0; }

    local root=()
    ((EUID == 0)) || root=(sudo -n)
    # Waits if another apt process holds the lock. Without the redirections, a daemon started by a package would keep
    # this script's output open.
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get update -qq && apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"' sh "$@" \
        > /dev/null 2>&1 < /dev/null || echo "could not install: $*"
}
