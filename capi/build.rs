//! How the shared library is linked: by which name programs ask for it, and what it shows.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // The number is ABREAST_ABI: a program built against another ABI does not even start.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libabreast_capi.so.2");
        // A pool's threads may still run when it has been freed: dlclose must not take their code away.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        // cxx exports its own helpers from its archive; they are nobody's business out here.
        println!("cargo::rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
    }
}
