# What .ci/run, ci/run and ci/nightly share: runs checks, one after the other, and says of each how it ended.
# Sourced, not run.

# Tests expect thousands of panics. To find the lines of one takes longer than the test.
export RUST_BACKTRACE=0

summary=()
failed=0

note() {
    summary+=("$1")
    echo "$1"
}

# cpu: sets it to the seconds of processor time that everything run from here has taken so far.
cpu=0
cpu() {
    local file
    file=$(mktemp)
    # Not $(times): a subshell has run nothing yet.
    times >"$file"
    cpu=$(awk -F'[ms ]+' 'NR == 2 { printf "%.0f", 60 * $1 + $2 + 60 * $3 + $4 }' "$file")
    rm -f "$file"
}

# check NAME COMMAND..: runs it and notes how it ended, the seconds that it took, and those of the processor's cores.
# A command that ends with 77 could not run here, and printed why in a line "skipped: ..".
check() {
    local name=$1 began=$SECONDS output status took
    shift
    output=$(mktemp)
    echo "== check $name: $*"
    cpu
    took=$cpu
    "$@" 2>&1 | tee "$output"
    status=${PIPESTATUS[0]}
    cpu
    took="$((SECONDS - began)) s, $((cpu - took)) s of CPU"
    case $status in
    0) note "check $name: ran ($took)" ;;
    77) note "check $name: $(grep '^skipped: ' "$output" | tail -n 1)" ;;
    *)
        note "check $name: FAILED ($took)"
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
