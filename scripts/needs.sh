# Sourced by ./novahub and ./test: installs what a command needs, or says what to install.

# need COMMAND PACKAGE [COMMAND PACKAGE ...]: Debian packages for commands that are missing.
need() {
    local missing=() package command
    while [ $# -gt 0 ]; do
        command=$1 package=$2
        shift 2
        command -v "$command" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            echo "Missing: ${missing[*]}. Install with: sudo apt-get install ${missing[*]}" >&2
            return 1
        fi
    fi
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Missing: ${missing[*]}. This system has no apt-get; install them with its own package manager." >&2
        return 1
    fi
    echo "Installing ${missing[*]} ..." >&2
    if ! { "${as_root[@]}" apt-get update -qq \
        && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/tmp/novahub-apt.$$ 2>&1; then
        cat /tmp/novahub-apt.$$ >&2
        rm -f /tmp/novahub-apt.$$
        echo "Could not install: ${missing[*]}. Install with: sudo apt-get install ${missing[*]}" >&2
        return 1
    fi
    rm -f /tmp/novahub-apt.$$
}

need_dotnet() {
    if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
        echo "The .NET SDK 10 is missing. Install it as its makers describe for your system (package dotnet-sdk-10.0), then try again." >&2
        return 1
    fi
}
