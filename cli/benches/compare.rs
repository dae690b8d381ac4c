//! Which variant of each kernel is faster? By our engine: `cargo bench --bench compare -- dot`.
//!
//! It is `abreast compare --quick` with a filter: what contains it is compared. The options are those of `abreast
//! compare`, after the filter. Criterion's view of the same kernels is `cargo bench --bench kernels`.

fn main() -> std::process::ExitCode {
    abreast_cli::bench(abreast::kernels::REGISTRY)
}
