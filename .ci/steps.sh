# Steps, one after another, with the seconds each took. Sourced by run and long, with `set -Eeuo pipefail` before: the
# first step that fails ends the run, and is named last.

steps=()
current=

step() { # step COMMAND...: run it, and say how long it took
    local began=$SECONDS
    current="$*"
    echo "+ $current"
    "$@"
    steps+=("$(printf '%5d s  %s' $((SECONDS - began)) "$current")")
    echo "${steps[-1]}"
    current=
}

all_done() { # list all steps again
    printf '%s\n' "" "${steps[@]}" "$(printf '%5d s  all' "$SECONDS")"
}

trap '[ -z "$current" ] || echo "FAILED after $SECONDS s in all: $current" >&2' EXIT
