# What .ci/run and ci/nightly share: runs checks, one after the other, and says of each how it ended.
# Sourced, not run.

summary=()
failed=0

note() {
    summary+=("$1")
    echo "$1"
}

# lane NAME COMMAND..: runs it and takes down how it ended. A command that ends with 77 could not run
# here, and said why in a line "skipped: ..".
lane() {
    local name=$1 began=$SECONDS said
    shift
    said=$(mktemp)
    echo "== lane $name: $*"
    "$@" 2>&1 | tee "$said"
    case ${PIPESTATUS[0]} in
    0) note "lane $name: ran ($((SECONDS - began)) s)" ;;
    77) note "lane $name: $(grep '^skipped: ' "$said" | tail -n 1)" ;;
    *)
        note "lane $name: FAILED ($((SECONDS - began)) s)"
        failed=1
        ;;
    esac
    rm -f "$said"
}

# skip NAME REASON: a lane that cannot run here.
skip() {
    note "lane $1: skipped: $2"
}

# The table of all lanes; ends the script, with 1 when one of them failed.
finish() {
    echo
    printf '%s\n' "${summary[@]}"
    exit "$failed"
}
