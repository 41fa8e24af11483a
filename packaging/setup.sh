# Sourced by packaging/run and packaging/test: makes .venv and installs what the console needs. Not run by itself.
# shellcheck shell=bash
#
# setup_all EXTRA SCREEN
#   EXTRA   run | test    what goes into .venv: the console, or the console and the tools of its tests
#   SCREEN  offscreen | window | virtual    which of Qt's system libraries are asked for: none but the common ones,
#           those of a real screen, those of X with a virtual screen
# A second call with unchanged pyproject.toml and constraints.txt only compares a checksum.

readonly CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly VENV=$CHECKOUT/.venv
readonly STAMP=$VENV/.rmos-console-setup
readonly SETUP_LOG=$CHECKOUT/build/setup.log
readonly OLDEST_PYTHON=3.11

# file that shows the package is there, and the Debian package that brings it
readonly QT_OFFSCREEN='
libglib-2.0.so.0 libglib2.0-0
libGL.so.1 libgl1
libEGL.so.1 libegl1
libfontconfig.so.1 libfontconfig1
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core
'
readonly QT_X11='
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-shape.so.0 libxcb-shape0
libxcb-xkb.so.1 libxcb-xkb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0
'
readonly QT_WAYLAND='
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1
'
readonly VIRTUAL_SCREEN='
/usr/bin/xvfb-run xvfb
/usr/bin/xauth xauth
'

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$(basename "$0"): $*"
    exit 2
}

# Prints the interpreter to use; the environment variable PYTHON overrides the choice.
find_python() {
    local candidate newest_seen=
    for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13}; do
        local version
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            printf '%s\n' "$candidate"
            return
        fi
        newest_seen=$version
    done
    if [ -n "$newest_seen" ]; then
        fail "Python $newest_seen is too old, $OLDEST_PYTHON or newer is needed (Debian 12: apt-get install python3.11)"
    fi
    fail "no Python ${PYTHON:+called $PYTHON }found, $OLDEST_PYTHON or newer is needed (Debian 12: apt-get install python3.11)"
}

# Prints the Debian packages of a list (lines "file package") whose file is nowhere on this machine.
missing_of() {
    local known file package
    known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
    while read -r file package; do
        case $file in
        '') continue ;;
        /*) [ -e "$file" ] || printf '%s\n' "$package" ;;
        *) case $known in *"$file"*) ;; *) printf '%s\n' "$package" ;; esac ;;
        esac
    done <<<"$1"
}

# Installs system packages as root; otherwise names the one line that does and stops.
system_packages() {
    [ $# -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        fail "system packages are missing (Debian names: $*): install them with this system's package program"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        local as_root="su -c"
        ! command -v sudo >/dev/null || as_root="sudo sh -c"
        fail "system packages are missing; run: $as_root 'apt-get update && apt-get install -y --no-install-recommends $*'"
    fi
    say "Installing system packages: $*"
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
        >>"$SETUP_LOG" 2>&1 </dev/null; then
        fail "apt-get could not install $* (no network?): its messages are in $SETUP_LOG"
    fi
}

# Prints the package that Debian splits off the interpreter $1 and that .venv cannot be made without.
missing_venv_package() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

make_venv() {
    local python
    python=$1
    # The programs in .venv name its place: a checkout that was moved needs a new one.
    if grep -qsF "$VENV/bin/" "$VENV/bin/pip" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    rm -rf "$VENV"
    "$python" -m venv "$VENV" >>"$SETUP_LOG" 2>&1 ||
        fail "$python could not make $VENV: its messages are in $SETUP_LOG"
}

pip_install() {
    if ! "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --retries 3 \
        --constraint "$CHECKOUT/packaging/constraints.txt" "$@" >>"$SETUP_LOG" 2>&1 </dev/null; then
        local reason
        reason=$(grep -m 1 '^ERROR: ' "$SETUP_LOG" || true)
        fail "pip could not install the pinned packages; is there a network? $reason (all messages: $SETUP_LOG)"
    fi
}

# The build backend goes in first and pinned like the rest, so that no unpinned one is fetched for the build.
install_project() {
    local project=$CHECKOUT
    [ "$1" = test ] && project="$CHECKOUT[test]"
    pip_install hatchling editables
    pip_install --no-build-isolation --editable "$project"
}

setup_key() {
    {
        printf '%s\n' "$CHECKOUT"
        cat "$CHECKOUT/pyproject.toml" "$CHECKOUT/packaging/constraints.txt"
    } | sha256sum | cut -d' ' -f1
}

# True if .venv already holds what is asked for; "test" includes "run".
is_current() {
    local made_for key
    { read -r made_for key <"$STAMP"; } 2>/dev/null || return 1
    [ "$key" = "$(setup_key)" ] && [ -x "$VENV/bin/python" ] && { [ "$made_for" = "$1" ] || [ "$made_for" = test ]; }
}

setup_all() {
    local extra=$1 libraries=$QT_OFFSCREEN python= wanted
    case $2 in
    window) libraries+="$QT_X11${WAYLAND_DISPLAY:+$QT_WAYLAND}" ;;
    virtual) libraries+="$QT_X11$VIRTUAL_SCREEN" ;;
    esac
    wanted=$(missing_of "$libraries")
    if [ -z "$wanted" ] && is_current "$extra"; then
        return
    fi
    mkdir -p "$CHECKOUT/build" 2>/dev/null && [ -w "$CHECKOUT" ] ||
        fail "$CHECKOUT cannot be written: .venv and build/ are made there"
    exec 9>"$CHECKOUT/build/setup.lock"
    flock 9
    : >"$SETUP_LOG"
    is_current "$extra" || python=$(find_python) || exit 2
    # shellcheck disable=SC2046,SC2086  # a list of package names, one word each
    system_packages $wanted $([ -z "$python" ] || missing_venv_package "$python")
    if [ -n "$python" ]; then
        say "Setting up .venv with $python (once; takes a minute or two)"
        rm -f "$STAMP"
        make_venv "$python"
        install_project "$extra"
        printf '%s %s\n' "$extra" "$(setup_key)" >"$STAMP"
    fi
    exec 9>&-
}
