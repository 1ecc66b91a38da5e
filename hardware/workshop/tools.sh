# Fetches what build and check work with into hardware/.tools, once: a Python environment, and the Debian packages of
# one release in a folder of their own, so that every machine draws with the same KiCad, ngspice, Graphviz and
# OpenSCAD, whatever it runs itself. Sourced by both commands.

tools=$PWD/.tools
release=trixie
packages=kicad,ngspice,graphviz,openscad,fonts-dejavu-core,gerbv,librsvg2-bin

missing() {
    echo "hardware: $*" >&2
    exit 1
}

python_tools() {
    local wanted
    wanted=$(sha256sum requirements.txt requirements-kicad.txt ../pyproject.toml)
    [ "$(cat "$tools/venv/made-from" 2>/dev/null)" = "$wanted" ] && return
    rm -rf "$tools/venv" "$tools/kicad-python"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        missing "python3 3.11 or newer is missing; on Debian: sudo apt install python3 python3-venv"
    python3 -m venv "$tools/venv" ||
        missing "python3 cannot make a virtual environment; on Debian: sudo apt install python3-venv"
    "$tools/venv/bin/pip" install -q -r requirements.txt -e '..[test]' ||
        missing "pip could not install hardware/requirements.txt; is there a network?"
    "$tools/venv/bin/pip" install -q --no-deps --no-compile --target "$tools/kicad-python" -r requirements-kicad.txt ||
        missing "pip could not install hardware/requirements-kicad.txt; is there a network?"
    echo "$wanted" >"$tools/venv/made-from"
}

debian_tools() {
    [ "$(cat "$tools/made-from" 2>/dev/null)" = "$release $packages" ] && return
    if ! command -v mmdebstrap >/dev/null; then
        [ "$(id -u)" = 0 ] && apt-get -q update >&2 && apt-get -q install -y mmdebstrap >&2
        command -v mmdebstrap >/dev/null ||
            missing "mmdebstrap is missing, which fetches KiCad, ngspice, Graphviz and OpenSCAD;" \
                "on Debian: sudo apt install mmdebstrap uidmap"
    fi
    unshare --mount $([ "$(id -u)" = 0 ] || echo --map-root-user) true ||
        missing "this machine forbids 'unshare --mount', which the Debian tools run in; try as root"
    # made without root, the folder's files belong to other user numbers, which only that helper may remove
    rm -rf "$tools/debian" "$tools/made-from" 2>/dev/null || mmdebstrap --unshare-helper rm -rf "$tools/debian"
    mmdebstrap --quiet --variant=minbase --aptopt='APT::Install-Recommends "false"' --include="$packages" \
        --customize-hook="mkdir -p \"\$1$(cd .. && pwd)\"" "$release" "$tools/debian" >&2 ||
        missing "mmdebstrap could not fetch $packages of Debian $release; is there a network, and 2 GB of disk?"
    mkdir -p "$tools/bin" "$tools/home"
    local name
    for name in kicad-cli ngspice dot openscad gerbv rsvg-convert kicad-python=python3; do
        printf '#!/bin/sh\nexec "%s/workshop/in-debian" %s "$@"\n' "$PWD" "${name#*=}" >"$tools/bin/${name%=*}"
        chmod +x "$tools/bin/${name%=*}"
    done
    echo "$release $packages" >"$tools/made-from"
}

mkdir -p "$tools"
python_tools
debian_tools
export PATH="$tools/bin:$PATH"
