# Steps, one after another, with the seconds each took. Sourced by run and long, with `set -Eeuo pipefail` before: the
# first step that fails ends the run, and is named last.

steps=()
current=
beside=

step() { # step COMMAND...: run it, and say how long it took
    local began=$SECONDS
    current="$*"
    echo "+ $current"
    "$@"
    took "$began" "$current"
    wait_for_beside
    current=
}

beside() { # beside COMMAND...: run it while the next step runs, which then waits for it; what it says comes after that
    waiting="$*"
    said=$(mktemp)
    began_beside=$SECONDS
    echo "+ $waiting (beside the next)"
    "$@" >"$said" 2>&1 &
    beside=$!
}

took() { # took BEGAN NAME: note how long a step took, and say it
    steps+=("$(printf '%5d s  %s' $((SECONDS - $1)) "$2")")
    echo "${steps[-1]}"
}

wait_for_beside() { # the end of what runs beside, if anything does
    [ -n "$beside" ] || return 0
    current="$waiting"
    local ended=0
    wait "$beside" || ended=$?
    cat "$said"
    rm "$said"
    beside=
    [ "$ended" = 0 ]
    took "$began_beside" "$waiting"
}

all_done() { # list all steps again
    printf '%s\n' "" "${steps[@]}" "$(printf '%5d s  all' "$SECONDS")"
}

trap '[ -z "$beside" ] || kill "$beside" 2>/dev/null || true; [ -z "$current" ] || echo "FAILED after $SECONDS s in all: $current" >&2' EXIT
