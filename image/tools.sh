# The tools that build and boot the image: Debian trixie's, in a folder of their own, so that every host works with the
# same versions and stays as it was. Sourced by build, test and release; `in_tools COMMAND...` runs a command there, with
# the checkout and the cache at their own paths. As root, or as anybody whom the host lets make user namespaces.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${HAN_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/han-appliance-image}
list=$checkout/image/tools.list
tools=$cache/tools-$(cat "$list" "$checkout/image/tools.sh" | sha256sum | cut -c1-12)

missing() {
    echo "image: $*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        unshare --mount --pid --fork --kill-child "$@"
    else
        unshare --user --map-auto --map-root-user --mount --pid --fork --kill-child "$@"
    fi
}

in_tools() {
    as_root bash "$checkout/image/enter" "$tools" "$checkout" "$cache" "$@"
}

if [ ! -e "$tools/made" ]; then
    if ! command -v mmdebstrap >/dev/null; then
        [ "$(id -u)" = 0 ] && apt-get -q update >&2 && apt-get -q install -y mmdebstrap >&2
        command -v mmdebstrap >/dev/null ||
            missing "mmdebstrap is missing, which fetches all other tools; on Debian: sudo apt install mmdebstrap uidmap"
    fi
    as_root true || missing "this host does not let $(id -un) make user namespaces; try as root"
    mkdir -p "$cache"
    # what an earlier list fetched, or a run that was stopped left: without root its files belong to other user numbers
    as_root rm -rf "$cache"/tools-*
    echo "image: fetches the tools of Debian trixie, once (half a minute)" >&2
    as_root mmdebstrap --quiet --mode=root --architectures=amd64,arm64 --variant=minbase --aptopt='APT::Install-Recommends "false"' \
        --include="$(paste -sd, "$list")" --customize-hook="mkdir -p \"\$1$checkout\" \"\$1$cache\"" \
        trixie "$tools" >&2 ||
        missing "mmdebstrap could not fetch the packages of image/tools.list; is there a network, and 2 GB of disk?"
    touch "$tools/made"
fi
