//! The -sys crate of the page about installed libraries, built where the library is missing, installed, too old, static,
//! shared or unwanted, and a package above it with C of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

fn page(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("csrc/linked_library");
    std::fs::read_to_string(folder.join(file)).expect("a file of the page")
}

/// Prints where the library is from, which version it is, that of the header its C has seen, and a number of a window.
const MAIN: &str = r#"
use ab_window_sys::{ab_window_fill, ab_window_version};

unsafe extern "C" {
    fn header_version() -> i32;
}

fn main() {
    let mut x = [7.0; 3];
    unsafe { ab_window_fill(x.as_mut_ptr(), x.len()) };
    let (library, header) = unsafe { (ab_window_version(), header_version()) };
    println!("{} {library} {header} {}", env!("AB_WINDOW_ORIGIN"), x[1]);
}
"#;

const MANIFEST: &str = r#"[package]
name = "user"
version = "0.0.0"
edition = "2024"

[features]
vendored = ["ab-window-sys/vendored"]

[dependencies]
ab-window-sys = { path = "sys" }

[build-dependencies]
cc = "1"

[workspace]
"#;

/// A package above the -sys crate, in a folder that goes when the test ends.
struct User(PathBuf);

impl User {
    fn new(test: &str) -> User {
        let name = format!("abreast-linked-{test}-{}", std::process::id());
        let user = User(std::env::temp_dir().join(name));
        user.write("Cargo.toml", MANIFEST);
        user.write("src/main.rs", MAIN);
        user.write("build.rs", &page("user_build.rs"));
        user.write(
            "header_version.c",
            "#include <window.h>\nint header_version(void)\n{\n    return AB_WINDOW_VERSION;\n}\n",
        );
        user.sys("sys");
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        user.write("Cargo.lock", &std::fs::read_to_string(lock).expect("readable"));
        user
    }

    /// The -sys crate, in this folder.
    fn sys(&self, folder: &str) {
        for (from, to) in [
            ("sys_manifest.toml", "Cargo.toml"),
            ("sys_build.rs", "build.rs"),
            ("sys_lib.rs", "lib.rs"),
            ("window.c", "vendor/window.c"),
            ("window.h", "vendor/window.h"),
        ] {
            self.write(&format!("{folder}/{to}"), &page(from));
        }
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let file = self.0.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, text).expect("written");
        file
    }

    /// Installs the library as a system would, shared and as an archive.
    fn install(&self, version: &str, number: &str) {
        let renumbered = |file| page(file).replace("10300", number);
        let prefix = self.0.join("prefix");
        self.write("prefix/include/window.h", &renumbered("window.h"));
        let pc = page("window.pc").replace("PREFIX", prefix.to_str().expect("plain"));
        self.write("prefix/lib/pkgconfig/ab_window.pc", &pc.replace("VERSION", version));
        self.write("prefix/window.c", &renumbered("window.c"));
        let compiler = std::env::var("CC").unwrap_or("cc".into());
        let run = |program: &str, arguments: &str| {
            let mut command = Command::new(program);
            command.args(arguments.split(' ')).current_dir(&prefix);
            assert!(command.status().expect(program).success(), "{command:?}");
        };
        run(&compiler, "-std=c11 -fPIC -Iinclude -c window.c -o window.o");
        run(&compiler, "-shared -Wl,-soname,libab_window.so window.o -o lib/libab_window.so -lm");
        run("ar", "rcs lib/libab_window.a window.o");
    }

    fn cargo(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).args(["--quiet", "--offline"]).current_dir(&self.0);
        // Kept: what is built once is not built again.
        command.env("CARGO_TARGET_DIR", target());
        for name in [
            "PKG_CONFIG",
            "PKG_CONFIG_SYSROOT_DIR",
            "AB_WINDOW_STATIC",
            "AB_WINDOW_NO_VENDOR",
            "CARGO_BUILD_TARGET",
        ] {
            command.env_remove(name);
        }
        // Only what is installed here, whatever this machine has.
        command.env("PKG_CONFIG_LIBDIR", self.0.join("prefix/lib/pkgconfig"));
        command.env("PKG_CONFIG_PATH", "").envs(variables.iter().copied());
        command.output().expect("cargo runs")
    }

    /// What the program prints, built with these arguments and variables. `None` if it does not start.
    fn says(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Option<String> {
        let built = self.cargo(&[&["build"], arguments].concat(), variables);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        self.runs(self.0.join("nowhere"))
    }

    /// What the program prints, with shared libraries to be found in this folder too.
    fn runs(&self, libraries: PathBuf) -> Option<String> {
        let mut program = Command::new(target().join("debug/user"));
        let output = program.env("LD_LIBRARY_PATH", libraries).output().expect("built");
        let said = String::from_utf8(output.stdout).expect("text");
        output.status.success().then(|| said.trim_end().to_owned())
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("linked")
}

/// All have one program in one target folder.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there is a pkg-config, without which nothing installed is found.
fn has_pkg_config() -> bool {
    static HAS: LazyLock<bool> =
        LazyLock::new(|| Command::new("pkg-config").arg("--version").output().is_ok());
    if !*HAS {
        eprintln!("skipped: there is no pkg-config");
    }
    *HAS
}

const VENDORED: &str = "vendored 10300 10300 1";

#[test]
fn what_is_not_installed_is_compiled_from_the_sources() {
    let _one = one_at_a_time();
    let user = User::new("missing");
    assert_eq!(user.says(&[], &[]).as_deref(), Some(VENDORED));
    let refused = user.cargo(&["build"], &[("AB_WINDOW_NO_VENDOR", "1")]);
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success(), "built without a library");
    assert!(why.contains("ab_window 1.3 or later is not installed"), "{why}");
}

#[test]
fn an_installed_one_is_linked_shared_or_static_with_its_own_header() {
    let _one = one_at_a_time();
    if !has_pkg_config() {
        return;
    }
    let user = User::new("installed");
    let libraries = user.0.join("prefix/lib");
    user.install("1.4.0", "10400");
    assert_eq!(user.says(&[], &[("AB_WINDOW_NO_VENDOR", "1")]), None, "it is in no usual place");
    assert_eq!(user.runs(libraries.clone()).as_deref(), Some("installed 10400 10400 1"));
    // Another one at run time than there was when it was built.
    user.install("1.5.0", "10500");
    assert_eq!(user.runs(libraries.clone()).as_deref(), Some("installed 10500 10400 1"));
    user.install("1.4.0", "10400");
    let says = user.says(&[], &[("AB_WINDOW_STATIC", "1")]);
    assert_eq!(says.as_deref(), Some("installed 10400 10400 1"));
}

#[test]
fn one_that_will_not_do_or_is_unwanted_is_left_alone() {
    let _one = one_at_a_time();
    if !has_pkg_config() {
        return;
    }
    let user = User::new("unwanted");
    for (version, number) in [("1.2.9", "10209"), ("2.0.0", "20000")] {
        user.install(version, number);
        assert_eq!(user.says(&[], &[]).as_deref(), Some(VENDORED), "{version}");
        let refused = user.cargo(&["build"], &[("AB_WINDOW_NO_VENDOR", "1")]);
        let why = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && why.contains("is not installed"), "{version}: {why}");
    }
    user.install("1.4.0", "10400");
    assert_eq!(user.says(&["--features", "vendored"], &[]).as_deref(), Some(VENDORED));
}

#[test]
fn a_second_package_that_links_it_is_refused() {
    let user = User::new("twice");
    user.sys("another");
    let manifest = page("sys_manifest.toml").replace("ab-window-sys", "another-window-sys");
    user.write("another/Cargo.toml", &manifest);
    let both = "[dependencies]\nanother-window-sys = { path = \"another\" }\n";
    user.write("Cargo.toml", &MANIFEST.replace("[dependencies]\n", both));
    let refused = user.cargo(&["metadata", "--format-version", "1"], &[]);
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success(), "two packages link one library");
    assert!(why.contains("links=ab_window"), "{why}");
}
