//! Worker processes under kernels that harm them: nothing is lost, nothing is left, and what cannot
//! be done is said.
//!
//! This program is its own worker, so its `main` is its own.

fn main() -> std::process::ExitCode {
    #[cfg(target_os = "linux")]
    return linux::main();
    #[cfg(not(target_os = "linux"))]
    {
        println!("skipped: worker processes need Linux");
        std::process::ExitCode::SUCCESS
    }
}

#[cfg(target_os = "linux")]
#[path = "procs/linux.rs"]
mod linux;
