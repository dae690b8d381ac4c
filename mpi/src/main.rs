//! The program `abreast-mpi` over the kernels of `abreast`.

fn main() -> std::process::ExitCode {
    abreast_mpi::program::main(abreast::kernels::REGISTRY)
}
