//! The program `abreast` over the crate's own kernels.

fn main() -> std::process::ExitCode {
    abreast_cli::main(abreast::kernels::REGISTRY)
}
