//! Programs on several ranks, started as a user would.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What starts ranks: the variable `ABREAST_MPIEXEC`, with options (`mpiexec.openmpi --oversubscribe`), or `mpiexec`.
fn mpiexec() -> Vec<String> {
    let given = std::env::var("ABREAST_MPIEXEC").unwrap_or_default();
    let words: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { vec!["mpiexec".to_owned()] } else { words }
}

/// Whether it is Open MPI's, which spells some options otherwise.
pub fn is_openmpi() -> bool {
    mpiexec()[0].contains("openmpi")
}

/// The example `failing`, which cargo builds with the tests.
pub fn failing() -> PathBuf {
    let here = std::env::current_exe().expect("this test");
    here.parent()
        .and_then(|deps| deps.parent())
        .expect("the target folder")
        .join("examples/failing")
}

/// How a program on ranks ended.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Some ranks, and the environment variables that only they have.
pub type Ranks<'r> = (usize, &'r [(&'r str, &'r str)]);

/// Far more than any run here needs, on any machine: against a hang.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs a program on so many ranks. When `mpiexec` has ended, none of its processes may be left.
pub fn ranks(count: usize, program: PathBuf, args: &[&str]) -> Ended {
    groups(&[(count, &[])], program, args)
}

/// The same on groups of ranks.
pub fn groups(groups: &[Ranks<'_>], program: PathBuf, args: &[&str]) -> Ended {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    // Its processes are known by it.
    let mark = format!("{}-{number}", std::process::id());
    let words = mpiexec();
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    for (i, (count, variables)) in groups.iter().enumerate() {
        if i > 0 {
            command.arg(":");
        }
        command.args(["-n", &count.to_string()]);
        for (name, value) in *variables {
            match is_openmpi() {
                true => command.args(["-x", &format!("{name}={value}")]),
                false => command.args(["-env", name, value]),
            };
        }
        command.arg(&program).args(args);
    }
    command.env(MARK, &mark).stdin(Stdio::null());
    // Who is root here is so within a container.
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    let output = wait(command);
    gone(&mark);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

const MARK: &str = "ABREAST_MPI_TEST";

fn wait(mut command: Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let id = child.id();
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    match ended.recv_timeout(PATIENCE) {
        Ok(output) => output.expect("its output"),
        Err(_) => {
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
            panic!("{command:?} has not ended within {PATIENCE:?}")
        }
    }
}

/// Waits until no process has the mark: `mpiexec` may be faster than the last of them.
fn gone(mark: &str) {
    let began = Instant::now();
    loop {
        let left = left(mark);
        if left.is_empty() {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "still there: {left:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn left(mark: &str) -> Vec<String> {
    let wanted = format!("{MARK}={mark}");
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let has = |process: &std::fs::DirEntry| {
        let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
    };
    processes.filter(has).map(|process| process.path().display().to_string()).collect()
}
