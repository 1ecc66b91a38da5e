# Python's side of fetching, with the host's own Python, so that the host's way to the package index is used: sourced by
# build and relock. `fetch_wheels` leaves all files of both lock files, checked against their hashes, in $wheels.

here=$(dirname "${BASH_SOURCE[0]}")
cache=${HAN_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/han-appliance-image}
wheels=$cache/wheels-$({ cat "$here"/requirements.lock "$here"/build.lock 2>/dev/null || true; } | sha256sum | cut -c1-12)
pip=$cache/pip/bin/pip
for_image=(--python-version 3.13 --implementation cp --abi cp313 --abi abi3 --abi none --platform any
    --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_17_aarch64
    --platform manylinux2014_aarch64)

if [ ! -x "$pip" ]; then
    mkdir -p "$cache"
    python3 -m venv "$cache/pip" || {
        echo "image: python3 cannot make a virtual environment; on Debian: sudo apt install python3-venv" >&2
        exit 1
    }
fi

fetch_wheels() {
    [ ! -e "$wheels" ] || return 0
    rm -rf "$cache"/wheels-*
    "$pip" download -qq --no-deps --require-hashes "${for_image[@]}" -d "$wheels.part" \
        -r "$here/requirements.lock" -r "$here/build.lock" || {
        echo "image: pip could not fetch what image/requirements.lock and image/build.lock name; is there a network?" >&2
        exit 1
    }
    mv "$wheels.part" "$wheels"
}
