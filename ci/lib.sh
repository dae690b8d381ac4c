# What .ci/run, ci/run and ci/nightly share: runs checks, one after the other, and says of each how it ended.
# Sourced, not run.

summary=()
failed=0

note() {
    summary+=("$1")
    echo "$1"
}

# check NAME COMMAND..: runs it and notes how it ended. A command that ends with 77 could not run
# here, and printed why in a line "skipped: ..".
check() {
    local name=$1 began=$SECONDS output
    shift
    output=$(mktemp)
    echo "== check $name: $*"
    "$@" 2>&1 | tee "$output"
    case ${PIPESTATUS[0]} in
    0) note "check $name: ran ($((SECONDS - began)) s)" ;;
    77) note "check $name: $(grep '^skipped: ' "$output" | tail -n 1)" ;;
    *)
        note "check $name: FAILED ($((SECONDS - began)) s)"
        summary+=("$(what_failed "$output")")
        failed=1
        ;;
    esac
    rm -f "$output"
}

# what_failed FILE: the failing tests and errors that an output names, for whoever sees the end of the log only.
what_failed() {
    grep -aE -A 12 '^(---- .* ----$|test .*FAILED$|error)' "$1" | head -n 80 | sed 's/^/    /'
}

# skip NAME REASON: a check that cannot run here.
skip() {
    note "check $1: skipped: $2"
}

# The table of all checks; ends the script, with 1 when one of them failed.
finish() {
    echo
    printf '%s\n' "${summary[@]}"
    exit "$failed"
}
