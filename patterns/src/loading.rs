//! 46. Loading at run time: functions that are there as long as their library is.
//!
//! # What goes wrong
//! `dlsym` gives an address, and `dlclose` unmaps what is there. A function pointer is `Copy` and has no lifetime:
//! also libloading's `Symbol`, which borrows its library, gives the bare pointer when it is dereferenced. Besides
//! the functions that Rust knows of there are others. A library may have started a thread, and registered a function
//! that the C library calls later: at the end of a thread, by `pthread_key_create`, or of the process, by `atexit`.
//! After the unload their code is no longer mapped. And a process that ends runs the library's static destructors while its
//! threads still use what those destroy.
//!
//! # The right way
//! Do not unload. [`Plugin::open`] passes `RTLD_NODELETE`: `dlclose` leaves the library where it is, with its state,
//! as linking it with `-z nodelete` would do for all its users. Addresses then stay valid, and the code of threads and
//! destructors stays mapped.
//!
//! Where a library has to be unloaded (to be replaced by its next version, say), it must be written for that: this one
//! deletes its key when it is unloaded, and has a function that ends each of its threads. [`Plugin::open_to_unload`] is for
//! such a library, and is `unsafe` for this reason beside the usual one. The order is then checked by lifetimes: a
//! [`Smoother`] and a [`Worker`] borrow the plugin, so it is closed after they have ended.
//!
//! | a library leaves behind | on `dlclose`, glibc |
//! |---|---|
//! | a static destructor, `atexit` of the library's | runs it |
//! | a C++ `thread_local` with a destructor (Rust's as well) | does not unload it before the thread has ended |
//! | a destructor of `pthread_key_create` | unloads it: the thread's end crashes |
//! | a thread, a signal handler, a callback somewhere else | unloads it |
//!
//! All functions are looked up once, when the plugin is opened, after the question which version it is: a library
//! that lacks one is refused then, and not when the function is needed. The version is all that can be checked: nothing
//! compares types.
//!
//! At the end of `main`, workers are dropped before static destructors run. `std::process::exit` drops nothing: a
//! program that has workers returns from `main`.
//!
//! ```
//! use abreast_patterns::loading::{Plugin, example_library};
//!
//! // SAFETY: this is the library that the page was written for.
//! let plugin = unsafe { Plugin::open(&example_library())? };
//! let mut smoother = plugin.smoother(0.5)?;
//! assert_eq!([8.0, 8.0, 0.0].map(|x| smoother.push(x)), [4.0, 6.0, 3.0]);
//! # Ok::<(), abreast_patterns::loading::Error>(())
//! ```
//!
//! What is of the library ends before it:
//!
//! ```compile_fail,E0505
//! # use abreast_patterns::loading::{Plugin, example_library};
//! # let plugin = unsafe { Plugin::open_to_unload(&example_library()) }.unwrap();
//! let mut smoother = plugin.smoother(0.5).unwrap();
//! plugin.close().unwrap();
//! smoother.push(8.0);
//! ```
//!
//! # The wrong way
//! `function_kept_after_the_unload` calls what `dlsym` has given after `dlclose`. `unloaded_before_its_thread_ends` unloads
//! a library that has left a function for the end of a thread, and then ends the thread.
//! `exit_while_its_thread_works` returns from `main` while a thread of the library reads what its static destructor
//! gives back. All three die by SIGSEGV.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/loading/plugin.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/loading/plugin.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/loading/wrong_plugin.c"), "```")]
#![allow(unsafe_code)]

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::ffi::{OsStr, c_int};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

// Pattern: a library whose functions do not outlive it.

/// The declarations of `plugin.h`, as the types of what `dlsym` finds.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    pub const AB_PLUGIN_VERSION: i32 = 1;

    /// What only C can look into.
    #[repr(C)]
    pub struct ab_smoother {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    /// What only C can look into.
    #[repr(C)]
    pub struct ab_worker {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    pub type ab_plugin_version = unsafe extern "C" fn() -> i32;
    pub type ab_smoother_new = unsafe extern "C" fn(f64) -> *mut ab_smoother;
    pub type ab_smoother_free = unsafe extern "C" fn(*mut ab_smoother);
    pub type ab_smoother_push = unsafe extern "C" fn(*mut ab_smoother, f64) -> f64;
    pub type ab_plugin_pushes = unsafe extern "C" fn() -> u64;
    pub type ab_worker_start = unsafe extern "C" fn() -> *mut ab_worker;
    pub type ab_worker_stop = unsafe extern "C" fn(*mut ab_worker);
    pub type ab_plugin_threads = unsafe extern "C" fn() -> i32;
    pub type ab_plugin_tell_unload = unsafe extern "C" fn(*mut i32);
}

/// Why there is no plugin, or nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("{path}: cannot be loaded: {why}")]
    NotLoaded { path: PathBuf, why: String },
    #[error("{path}: has no function {symbol}")]
    NoSymbol { path: PathBuf, symbol: &'static str },
    #[error("{path}: is of version {found}, where version {} is needed", raw::AB_PLUGIN_VERSION)]
    Version { path: PathBuf, found: i32 },
    #[error("cannot be unloaded: {0}")]
    NotUnloaded(String),
    #[error("the library has no memory for another one")]
    NoMemory,
}

/// A library that is loaded, and its functions.
#[derive(Debug)]
pub struct Plugin {
    // These are good as long as the library is there. They stay in this struct.
    smoother_new: raw::ab_smoother_new,
    smoother_free: raw::ab_smoother_free,
    smoother_push: raw::ab_smoother_push,
    pushes: raw::ab_plugin_pushes,
    worker_start: raw::ab_worker_start,
    worker_stop: raw::ab_worker_stop,
    threads: raw::ab_plugin_threads,
    tell_unload: raw::ab_plugin_tell_unload,
    library: Library,
}

impl Plugin {
    /// Loads a library, for as long as the process lives.
    ///
    /// # Errors
    /// [`Error::NotLoaded`] with the reason of the system; [`Error::Version`]; [`Error::NoSymbol`].
    ///
    /// # Safety
    /// The library's functions are those of `plugin.h` where they have their names, and its constructors may run here.
    pub unsafe fn open(path: &Path) -> Result<Plugin, Error> {
        // SAFETY: as the caller promises; it is never unloaded.
        unsafe { Plugin::load(path, libc::RTLD_NODELETE) }
    }

    /// Loads a library that is unloaded with [`Plugin::close`], or when this is dropped.
    ///
    /// # Errors
    /// As [`Plugin::open`].
    ///
    /// # Safety
    /// As [`Plugin::open`]; and once its smoothers and workers are ended, the library has no thread and has left
    /// nothing that anybody would call: no destructor of a thread, no handler.
    pub unsafe fn open_to_unload(path: &Path) -> Result<Plugin, Error> {
        // SAFETY: as the caller promises.
        unsafe { Plugin::load(path, 0) }
    }

    unsafe fn load(path: &Path, flags: c_int) -> Result<Plugin, Error> {
        let not_loaded = |why: libloading::Error| {
            let why =
                std::error::Error::source(&why).map_or(why.to_string(), |why| why.to_string());
            Error::NotLoaded { path: path.to_owned(), why }
        };
        // All of its own symbols now, and none for others.
        let flags = RTLD_NOW | RTLD_LOCAL | flags;
        // SAFETY: its constructors may run, says the caller.
        let library = unsafe { Library::open(Some(AsRef::<OsStr>::as_ref(path)), flags) }
            .map_err(not_loaded)?;
        let symbols = Symbols { library: &library, path };
        // SAFETY: the type is that of `plugin.h`.
        let version: raw::ab_plugin_version = unsafe { symbols.get("ab_plugin_version") }?;
        // SAFETY: takes nothing, and is there in every version.
        let found = unsafe { version() };
        if found != raw::AB_PLUGIN_VERSION {
            return Err(Error::Version { path: path.to_owned(), found });
        }
        // SAFETY: the types are those of `plugin.h` in this version.
        unsafe { symbols.all() }.map(|plugin| plugin(library))
    }

    /// A smoother of this weight.
    ///
    /// # Errors
    /// [`Error::NoMemory`] when the library says so.
    pub fn smoother(&self, weight: f64) -> Result<Smoother<'_>, Error> {
        // SAFETY: the library is loaded; any number will do.
        let smoother = unsafe { (self.smoother_new)(weight) };
        Ok(Smoother { smoother: NonNull::new(smoother).ok_or(Error::NoMemory)?, plugin: self })
    }

    /// Starts a thread of the library's own.
    ///
    /// # Errors
    /// [`Error::NoMemory`] when there is none to be had.
    pub fn worker(&self) -> Result<Worker<'_>, Error> {
        // SAFETY: the library is loaded.
        let worker = unsafe { (self.worker_start)() };
        Ok(Worker { worker: NonNull::new(worker).ok_or(Error::NoMemory)?, plugin: self })
    }

    /// How often this thread and those that have ended have pushed since the library was loaded.
    pub fn pushes(&self) -> u64 {
        // SAFETY: the library is loaded.
        unsafe { (self.pushes)() }
    }

    /// How many threads of its own the library has.
    pub fn threads(&self) -> i32 {
        // SAFETY: the library is loaded.
        unsafe { (self.threads)() }
    }

    /// Adds one to `place` when the library's static destructors run.
    pub fn tell_unload(&self, place: &'static std::sync::atomic::AtomicI32) {
        // SAFETY: the library is loaded, and the place is there for ever.
        unsafe { (self.tell_unload)(place.as_ptr()) };
    }

    /// Ends the use of the library, and unloads it if it was opened to be unloaded.
    ///
    /// # Errors
    /// [`Error::NotUnloaded`] with the reason of the system.
    pub fn close(self) -> Result<(), Error> {
        self.library.close().map_err(|why| Error::NotUnloaded(why.to_string()))
    }
}

/// Where functions are looked up.
struct Symbols<'l> {
    library: &'l Library,
    path: &'l Path,
}

impl Symbols<'_> {
    /// # Safety
    /// `T` is the type of the function of this name.
    unsafe fn get<T: Copy>(&self, symbol: &'static str) -> Result<T, Error> {
        // SAFETY: of this type, says the caller.
        let found = unsafe { self.library.get::<T>(symbol.as_bytes()) };
        // The pointer leaves the lifetime of the library here, for a struct that holds both.
        found
            .map(|found| *found)
            .map_err(|_| Error::NoSymbol { path: self.path.to_owned(), symbol })
    }

    /// # Safety
    /// The library is one of `plugin.h`, in this version.
    #[allow(clippy::multiple_unsafe_ops_per_block, reason = "one promise for all of them")]
    unsafe fn all(&self) -> Result<impl FnOnce(Library) -> Plugin + use<>, Error> {
        // SAFETY: each has the type of its declaration.
        unsafe {
            let smoother_new = self.get("ab_smoother_new")?;
            let smoother_free = self.get("ab_smoother_free")?;
            let smoother_push = self.get("ab_smoother_push")?;
            let pushes = self.get("ab_plugin_pushes")?;
            let worker_start = self.get("ab_worker_start")?;
            let worker_stop = self.get("ab_worker_stop")?;
            let threads = self.get("ab_plugin_threads")?;
            let tell_unload = self.get("ab_plugin_tell_unload")?;
            Ok(move |library| Plugin {
                smoother_new,
                smoother_free,
                smoother_push,
                pushes,
                worker_start,
                worker_stop,
                threads,
                tell_unload,
                library,
            })
        }
    }
}

/// The state of an exponential smoothing.
#[derive(Debug)]
pub struct Smoother<'p> {
    smoother: NonNull<raw::ab_smoother>,
    plugin: &'p Plugin,
}

impl Smoother<'_> {
    /// Takes `x` and returns the state: `weight x + (1 - weight) state`, which begins with 0.
    pub fn push(&mut self, x: f64) -> f64 {
        // SAFETY: the smoother is alive and ours alone, its library is loaded.
        unsafe { (self.plugin.smoother_push)(self.smoother.as_ptr(), x) }
    }
}

impl Drop for Smoother<'_> {
    fn drop(&mut self) {
        // SAFETY: of this library, which is loaded; ended here only.
        unsafe { (self.plugin.smoother_free)(self.smoother.as_ptr()) };
    }
}

/// A thread of the library's, which is stopped when this is dropped.
#[derive(Debug)]
pub struct Worker<'p> {
    worker: NonNull<raw::ab_worker>,
    plugin: &'p Plugin,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        // SAFETY: of this library, which is loaded; ended here only. Waits for the thread.
        unsafe { (self.plugin.worker_stop)(self.worker.as_ptr()) };
    }
}

// Example: a library of this kind, and tests.

/// The shared library of this page, which the build script has made.
pub fn example_library() -> PathBuf {
    Path::new(env!("OUT_DIR")).join("plugin.so")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::sync::{Arc, mpsc};

    /// A copy of the library for one test: the system loads a file once, however many open it.
    struct Copied(PathBuf);

    impl Copied {
        fn new(test: &str) -> Copied {
            let name = format!("abreast-plugin-{}-{test}.so", std::process::id());
            let path = std::env::temp_dir().join(name);
            std::fs::copy(example_library(), &path).expect("a copy of the library");
            Copied(path)
        }

        fn to_unload(&self) -> Plugin {
            // SAFETY: the library of this page, which takes back what it has left.
            unsafe { Plugin::open_to_unload(&self.0) }.expect("a plugin")
        }

        fn for_good(&self) -> Plugin {
            // SAFETY: the library of this page.
            unsafe { Plugin::open(&self.0) }.expect("a plugin")
        }
    }

    impl Drop for Copied {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn what_is_not_unloaded_keeps_its_state() {
        static UNLOADS: AtomicI32 = AtomicI32::new(0);
        let library = Copied::new("stays");
        let plugin = library.for_good();
        plugin.tell_unload(&UNLOADS);
        assert_eq!(plugin.smoother(0.25).unwrap().push(4.0), 1.0);
        plugin.close().unwrap();
        assert_eq!(UNLOADS.load(Ordering::Relaxed), 0);
        assert_eq!(library.for_good().pushes(), 1);
    }

    #[test]
    fn what_is_unloaded_runs_its_destructors_and_starts_afresh() {
        static UNLOADS: AtomicI32 = AtomicI32::new(0);
        let library = Copied::new("goes");
        for round in 0..3 {
            let plugin = library.to_unload();
            plugin.tell_unload(&UNLOADS);
            assert_eq!((plugin.pushes(), UNLOADS.load(Ordering::Relaxed)), (0, round));
            assert_eq!(plugin.smoother(0.25).unwrap().push(4.0), 1.0);
            assert_eq!(plugin.pushes(), 1);
            plugin.close().unwrap();
        }
        assert_eq!(UNLOADS.load(Ordering::Relaxed), 3);
    }

    /// A thread that pushes, and ends when it is told to.
    fn pushes(plugin: Arc<Plugin>) -> (mpsc::Sender<()>, std::thread::JoinHandle<()>) {
        let ((pushed, has_pushed), (end, ends)) = (mpsc::channel(), mpsc::channel());
        let thread = std::thread::spawn(move || {
            plugin.smoother(0.5).unwrap().push(1.0);
            drop(plugin);
            pushed.send(()).unwrap();
            ends.recv().unwrap();
        });
        has_pushed.recv().unwrap();
        (end, thread)
    }

    #[test]
    fn a_thread_that_has_used_it_ends_after_the_unload() {
        let library = Copied::new("thread");
        let plugin = Arc::new(library.to_unload());
        let (end, thread) = pushes(Arc::clone(&plugin));
        Arc::try_unwrap(plugin).unwrap().close().unwrap();
        end.send(()).unwrap();
        thread.join().unwrap();
        assert_eq!(library.to_unload().pushes(), 0);
    }

    #[test]
    fn a_thread_that_ends_while_it_is_loaded_is_counted() {
        let library = Copied::new("counted");
        let plugin = Arc::new(library.to_unload());
        let (end, thread) = pushes(Arc::clone(&plugin));
        assert_eq!(plugin.pushes(), 0);
        end.send(()).unwrap();
        thread.join().unwrap();
        assert_eq!(plugin.pushes(), 1);
    }

    #[test]
    fn its_own_threads_are_stopped_before_it_is_unloaded() {
        let library = Copied::new("workers");
        for _ in 0..100 {
            let plugin = library.to_unload();
            let workers = [plugin.worker().unwrap(), plugin.worker().unwrap()];
            assert_eq!(plugin.threads(), 2);
            drop(workers);
            assert_eq!(plugin.threads(), 0);
            plugin.close().unwrap();
        }
    }

    #[test]
    fn what_is_no_plugin_is_refused_and_named() {
        // SAFETY: there is none.
        let refused = unsafe { Plugin::open(Path::new("/is/not/there.so")) }.unwrap_err();
        assert!(
            refused.to_string().starts_with("/is/not/there.so: cannot be loaded: "),
            "{refused}"
        );
        assert_eq!(refused.to_string().matches("/is/not/there.so").count(), 2, "{refused}");
        let other = example_library().with_file_name("wrong_plugin.so");
        // SAFETY: it has a function for its version, at least.
        let refused = unsafe { Plugin::open(&other) }.unwrap_err();
        assert_eq!(refused, Error::Version { path: other, found: 2 });
        // The program itself, by an empty path: it has none of the functions.
        let nothing = Path::new("");
        // SAFETY: it is loaded already.
        let refused = unsafe { Plugin::open(nothing) }.unwrap_err();
        let symbol = "ab_plugin_version";
        assert_eq!(refused, Error::NoSymbol { path: nothing.to_owned(), symbol });
    }
}
