# Sourced by the scripts beside it: installs the packages that a bare Debian 12 lacks, and names them. Safe to repeat.

# need [--later] PACKAGE…: installs the missing ones. With --later in the background, and need_now waits for them.
need() {
    local missing=() package later=no
    [ "$1" = --later ] && shift && later=yes
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    command -v apt-get >/dev/null || {
        echo "No apt-get here: please install these (Debian's names): ${missing[*]}" >&2
        return 1
    }
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "These packages are missing, and only root can install them: apt-get install ${missing[*]}" >&2
            return 1
        }
        root=(sudo)
    fi
    echo "Installing from Debian: ${missing[*]}"
    if [ $later = yes ]; then
        install_packages "${missing[@]}" &
        needed_later=$!
    else
        install_packages "${missing[@]}"
    fi
}

# install_packages PACKAGE…: for `need`, which has found root.
install_packages() {
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need_now: waits for the packages of `need --later`, and fails if they could not be installed.
needed_later=
need_now() {
    [ -z "$needed_later" ] || wait "$needed_later"
}

# need_folder DIR: makes the build directory. Meson would report a failure on its stdout, which is hidden.
need_folder() {
    local trouble
    trouble=$(mkdir -p "$1" 2>&1) && [ -w "$1" ] && [ -x "$1" ] && return 0
    trouble=${trouble##*: }
    echo "Cannot build in $(realpath -m "$1"): ${trouble:-Permission denied}" >&2
    return 1
}

# need_node: Debian has npm as a package of its own; other nodejs packages include it.
need_node() {
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        need nodejs npm
    fi
}

# need_prometheus DIR, need_nats_server DIR: the programs prometheus and promtool, or nats-server. Not installed but unpacked into
# DIR: Debian's packages start services that listen on all addresses.
need_prometheus() { need_unpacked "$1" prometheus usr/bin prometheus promtool; }
need_nats_server() { need_unpacked "$1" nats-server usr/sbin nats-server; }

# need_unpacked DIR PACKAGE FOLDER PROGRAM…: the programs are on PATH afterwards.
need_unpacked() {
    local directory=$1 package=$2 folder=$3
    shift 3
    command -v "$@" >/dev/null && [ "$(command -v "$@" | wc -l)" -eq $# ] && return 0
    need_folder "$directory"
    if [ ! -x "$directory/$folder/$1" ]; then
        (cd "$directory" && rm -f -- *.deb && apt-get download -qq -o APT::Sandbox::User=root "$package" && dpkg-deb --extract -- *.deb . && rm -f -- *.deb)
    fi
    PATH=$PATH:$PWD/$directory/$folder
    export PATH
}

libraries_to_install=(libuv1-dev libsimdjson-dev libnghttp2-dev libwslay-dev libssl-dev prometheus-cpp-dev libnats-dev)
packages_to_install=(g++ meson ninja-build pkg-config nlohmann-json3-dev libexpected-dev "${libraries_to_install[@]}") # as in README.md
packages_to_build=("${packages_to_install[@]}" python3 python3-grpcio python3-protobuf protobuf-compiler curl openssl nghttp2-client libsodium-dev doctest-dev lowdown jq) # with the tests and the man pages
packages_for_page=(chromium fonts-dejavu-core) # the tests of the page, in a browser; large
packages_to_check=(git clang clang-format lld libclang-rt-14-dev cppcheck binutils)
packages_to_check_long=(clang-tidy valgrind)
packages_for_coverage=(gcovr)
tools_to_package=(build-essential debhelper lowdown meson nlohmann-json3-dev libexpected-dev pkg-config python3) # on the machine that builds
packages_to_package=("${tools_to_package[@]}" "${libraries_to_install[@]}") # as in contrib/debian/control
packages_for_roots=(mmdebstrap debian-archive-keyring) # a Debian in a folder
packages_to_check_packages=(lintian qemu-user-static)
packages_for_arm64=(doctest-dev libsodium-dev:arm64 nats-server openssl qemu-user-static) # in such a folder, for the units
