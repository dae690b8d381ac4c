//! What belongs to a thread or a process and not to a call: floating-point modes, fork, dlclose.

use crate::programs::{Link, build, is_here, prefix, run, says, scratch};
use crate::skip;

/// Builds a program, with the mathematical library.
fn program(name: &str, link: Link) -> std::path::PathBuf {
    let flags = [link.flags(), vec!["-lm".to_owned(), "-ldl".to_owned()]].concat();
    build(&format!("capi/tests/c/{name}.c"), name, &flags)
}

#[test]
#[cfg(target_os = "linux")]
fn every_floating_point_environment_gives_the_same_bits_and_comes_back() {
    let said = says(&mut run(program("environment", Link::Shared), Link::Shared));
    let calls = said.trim().strip_suffix(" calls").and_then(|calls| calls.parse::<usize>().ok());
    // 20 kinds of calls, the rows of the longest table, five environments, four places, a level.
    let rows = abreast::kernels::REGISTRY.iter().map(|entry| entry.variants().count()).max();
    let least = 20 * rows.unwrap_or(0) * 5 * 4;
    assert!(least > 0 && calls.is_some_and(|calls| calls >= least), "{said}");
}

#[test]
#[cfg(unix)]
fn a_forked_child_works_but_for_its_parents_pools() {
    for link in [Link::Shared, Link::Static] {
        assert_eq!(says(&mut run(program("fork", link), link)), "forked\n");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_library_leaves_its_threads_their_code() {
    // Without the library: it is loaded while the program runs.
    let include = format!("-I{}", prefix().join("include").display());
    let program = build("capi/tests/c/unload.c", "unload", &[include, "-ldl".to_owned()]);
    let library = prefix().join("lib/libabreast_capi.so");
    assert_eq!(says(run(program, Link::Static).arg(library)), "unloaded\n");
}

/// The pool in a worker of multiprocessing, by the way of starting workers that copies the process.
const MULTIPROCESSING: &str = r#"
import ctypes, multiprocessing, sys
library = ctypes.CDLL(sys.argv[1])
class Pool(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint64)]
class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("variant", ctypes.c_char_p), ("level", ctypes.c_int32), ("pool", Pool)]
library.abreast_pool_free.argtypes = [Pool]
library.abreast_status_name.restype = ctypes.c_char_p
N = 200_000
x = (ctypes.c_double * N)(*(0.1 * i for i in range(N)))
def dot(pool):
    how = Options(ctypes.sizeof(Options), None, 0, pool)
    result = ctypes.c_double()
    status = library.abreast_ddot(ctypes.c_size_t(N), x, x, ctypes.byref(result), ctypes.byref(how))
    return library.abreast_status_name(status).decode(), result.value
def pool():
    new = Pool()
    assert library.abreast_pool_new(2, ctypes.byref(new)) == 0
    return new
def child(theirs):
    theirs = Pool(theirs)
    own = pool()
    answers = dot(theirs), dot(Pool(0)), dot(own)
    assert library.abreast_pool_free(own) == library.abreast_pool_free(theirs) == 0
    return answers
if __name__ == "__main__":
    shared = pool()
    ok, right = dot(shared)
    with multiprocessing.get_context("fork").Pool(2) as workers:
        answers = workers.map_async(child, [shared.id] * 1).get(timeout=60)
    for theirs, serial, own in answers:
        assert theirs[0] == "ABREAST_FORKED", theirs
        assert serial == own == (ok, right), (serial, own)
    assert dot(shared) == (ok, right)
    print("forked")
"#;

#[test]
#[cfg(unix)]
fn a_fork_of_python_refuses_its_parents_pool_instead_of_waiting() {
    if !is_here("python3") {
        return skip("fork by Python's multiprocessing: there is no python3");
    }
    let script = scratch("multiprocessing").join("client.py");
    std::fs::write(&script, MULTIPROCESSING).expect("written");
    let library = prefix().join("lib/libabreast_capi.so");
    let mut python = run("python3", Link::Shared);
    assert_eq!(says(python.arg(script).arg(library)), "forked\n");
}
