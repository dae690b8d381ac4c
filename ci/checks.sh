# The checks of every push, by name: the command of each, and why it may not run on a machine.
# Sourced after ci/lib.sh by .ci/run, which runs all of them, and by ci/run, which runs those that are named.

# In the order of .ci/run.
checks=(
    test installed fmt clippy docs rust-only bare complex portable packages program python browser bindings
    sanitize sanitize-threads memcheck thin-lto
)

# Where `portable` looks. scripts/install-checks installs Rust's standard library for them.
elsewhere=(aarch64-apple-darwin x86_64-pc-windows-gnu)

# run_check NAME
run_check() {
    case $1 in
    # The README's test command, as a newcomer types it.
    test) check test cargo test ;;
    # The C API as CMake, pkg-config and clang see it, with what `test` has built: next to it and in its environment.
    installed) check installed scripts/installed ;;
    *) run_strictly "$1" ;;
    esac
}

# As run_check; here a warning is an error, in C and C++ too.
run_strictly() {
    local -x ABREAST_DENY_WARNINGS=1
    case $1 in
    fmt)
        if_cargo_has fmt && check fmt cargo fmt --all --check &&
            check "fmt (peers)" cargo fmt --manifest-path peers/Cargo.toml --check &&
            check "fmt (mpi)" cargo fmt --manifest-path mpi/Cargo.toml --check &&
            check "fmt (showcase)" cargo fmt --manifest-path patterns/showcase/Cargo.toml --all --check &&
            check "fmt (tools)" cargo fmt --manifest-path ci/tools/Cargo.toml --all --check
        ;;
    clippy) if_cargo_has clippy && check clippy cargo clippy --all-targets --workspace -- -D warnings ;;
    docs) check docs env RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --workspace ;;

    # Executors, graphs and bags for kernels of one's own: no compiler but Rust's is there.
    rust-only)
        check rust-only env CC=false CXX=false cargo build --package abreast --no-default-features \
            --features procs,aio
        ;;

    # The kernels and nothing else.
    bare)
        if_cargo_has clippy bare &&
            check bare cargo clippy --package abreast --no-default-features --features kernels --lib -- -D warnings
        ;;

    # Complex numbers as outputs of compared functions.
    complex) check complex cargo test --package abreast-compare --all-features --lib ;;

    # The engine compares functions on other systems too.
    portable)
        local target
        for target in "${elsewhere[@]}"; do
            if [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
                check "portable ($target)" cargo check --package abreast-compare --target "$target"
            else
                skip "portable ($target)" "rustc has no standard library for it"
            fi
        done
        ;;

    # What is published builds from its own archive, and the program works away from the checkout.
    packages) check packages scripts/packages ;;

    # The program itself, as a newcomer builds it.
    program) check program cargo run --release -- check ;;

    # The wheel over numpy and Dask, in a virtual environment of its own.
    python) check python scripts/python ;;

    # The reports as a reader meets them.
    browser) check browser scripts/browser ;;

    bindings)
        if scripts/has-libclang; then
            # Unoptimised: declarations are compared, no kernel runs.
            check bindings cargo test --config profile.dev.package.abreast.opt-level=0 --features bindgen --test bindings
        else
            skip bindings "there is no libclang"
        fi
        ;;

    # Each of these first finds bugs that were seeded for it. What takes longer than a push should runs
    # with --full in ci/nightly.
    sanitize)
        if [ "$(uname -sm)" = "Linux x86_64" ]; then
            check sanitize scripts/sanitize
        else
            skip sanitize "the recipe is for gcc on x86-64 Linux"
        fi
        ;;
    sanitize-threads) check sanitize-threads scripts/sanitize-threads ;;
    memcheck) check memcheck scripts/memcheck ;;
    thin-lto) check thin-lto scripts/thin-lto ;;
    *)
        echo "there is no check $1" >&2
        return 2
        ;;
    esac
}

# if_cargo_has COMMAND [NAME]: whether cargo has it; skips the check NAME, or COMMAND, if not.
if_cargo_has() {
    cargo "$1" --version >/dev/null 2>&1 && return
    skip "${2:-$1}" "cargo $1 is not installed"
    return 1
}
