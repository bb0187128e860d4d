# Sourced by contrib/package: Debian 12 in a folder, for packages that this machine shall not have. Only root can make one and work in it.

# as_root COMMAND…: also with sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "Only root can run this: $*" >&2
        return 1
    fi
}

can_make_roots() { as_root unshare --mount --pid --fork true 2>/dev/null; }

# make_root DIR ARCHITECTURES PACKAGE…: a new one, unless DIR has been made with the same packages.
make_root() {
    local directory=$1 architectures=$2 wanted="${*:2}" packages
    shift 2
    [ "$(cat "$directory/made-of" 2>/dev/null)" != "$wanted" ] || return 0
    as_root rm -rf "$directory"
    packages=$(IFS=,; echo "$*")
    as_root mmdebstrap --quiet --mode=root --variant=buildd --architectures="$architectures" --include="$packages" bookworm "$directory"
    echo '127.0.0.1 localhost' | as_root tee "$directory/etc/hosts" >/dev/null
    echo "$wanted" | as_root tee "$directory/made-of" >/dev/null
}

# in_root DIR COMMAND…: with this machine's /dev and a /proc of its own. All processes that it started end with it, and so do these mounts.
in_root() {
    as_root unshare --mount --pid --fork --kill-child --mount-proc="$1/proc" \
        sh -c 'mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"' "$1" env -i HOME=/ LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "${@:2}"
}
