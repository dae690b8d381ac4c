//! The machine: what a reader must know to place the numbers.

use crate::format::{bytes, digits};
use jiff::{Timestamp, Unit};
use serde::Serialize;
use std::fs;
use std::path::Path;

/// The machine. What this system does not tell is `null`; the machine's name is not asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The CPU's own name.
    pub cpu: Option<String>,
    /// The architecture: `x86_64`.
    pub architecture: &'static str,
    /// Cores, and how many of them this process may use.
    pub cores: Cores,
    /// Data and unified caches as the first core sees them.
    pub caches: Vec<Cache>,
    /// The operating system.
    pub os: String,
    /// Whether this is a virtual machine, whose cores may be shared with others.
    pub virtualised: Option<bool>,
    /// Processes that wanted a core, averaged over the last minute.
    pub load: Option<f64>,
}

/// How many cores.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cores {
    /// Cores of the machine.
    pub physical: usize,
    /// Hardware threads of the machine.
    pub logical: usize,
    /// How many hardware threads this process may use.
    pub allowed: usize,
}

/// One cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// 1 is the nearest.
    pub level: u32,
    /// `Data` or `Unified`.
    pub kind: String,
    /// Its size.
    pub bytes: u64,
    /// The cores that share it, as the system lists them: `0-1`.
    pub shared_by: Option<String>,
}

impl Machine {
    /// Asks this machine.
    pub fn here() -> Machine {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Machine {
            cpu: field(&cpuinfo, "model name").map(str::to_owned),
            architecture: std::env::consts::ARCH,
            cores: Cores::here(),
            caches: caches(Path::new("/sys/devices/system/cpu/cpu0/cache")),
            os: os(),
            virtualised: virtualised(&cpuinfo),
            load: load(),
        }
    }

    /// Names and values for a report; no value where this system tells none.
    pub fn facts(&self) -> Vec<(&'static str, Option<String>)> {
        let Cores { physical, logical, allowed } = self.cores;
        let cache = |cache: &Cache| format!("L{} {}", cache.level, bytes(cache.bytes));
        let caches: Vec<String> = self.caches.iter().map(cache).collect();
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        vec![
            ("CPU", self.cpu.clone()),
            ("architecture", Some(self.architecture.to_owned())),
            ("cores", Some(format!("{physical}, {logical} hardware threads, {allowed} allowed"))),
            ("caches", (!caches.is_empty()).then(|| caches.join(", "))),
            ("system", Some(self.os.clone())),
            ("virtual machine", self.virtualised.map(yes_no)),
            ("load average", self.load.map(digits)),
        ]
    }

    /// The warning that others are at work, if they are.
    pub fn crowded(&self) -> Option<String> {
        let allowed = self.cores.allowed;
        let load = self.load.filter(|load| load + 1.0 > allowed as f64)?;
        Some(format!(
            "the load average was {load:.1} on {allowed} cores when the run began (a build just \
             before counts too): others disturb the times, most of all those on several threads"
        ))
    }
}

impl Cores {
    /// Asks this machine.
    pub fn here() -> Cores {
        Cores {
            physical: num_cpus::get_physical(),
            logical: num_cpus::get(),
            allowed: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Cores this process may use: two hardware threads of a core count once.
    pub fn usable(&self) -> usize {
        self.allowed.min(self.physical).max(1)
    }
}

/// The value of the first line `name : value`.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let line = text.lines().find(|line| line.split(':').next().is_some_and(|k| k.trim() == name));
    line?.split_once(':').map(|(_, value)| value.trim())
}

/// x86 hypervisors set a flag for their guests; elsewhere the system says nothing.
fn virtualised(cpuinfo: &str) -> Option<bool> {
    let flags = field(cpuinfo, "flags")?;
    Some(flags.split_whitespace().any(|flag| flag == "hypervisor"))
}

/// How the first core's frequency is chosen: `performance`, `powersave`.
pub fn governor() -> Option<String> {
    let file = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
    Some(fs::read_to_string(file).ok()?.trim().to_owned())
}

/// The load average of the last minute.
fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Bytes of memory that the machine has.
pub fn memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    field(&text, "MemTotal")?.strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn os() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let pretty = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = pretty.map_or(std::env::consts::OS, |name| name.trim_matches('"'));
    match fs::read_to_string("/proc/sys/kernel/osrelease") {
        Ok(kernel) => format!("{name}, kernel {}", kernel.trim()),
        Err(_) => name.to_owned(),
    }
}

/// Caches for data below a folder such as `/sys/devices/system/cpu/cpu0/cache`.
fn caches(folder: &Path) -> Vec<Cache> {
    let one = |index: u32| -> Option<Cache> {
        let folder = folder.join(format!("index{index}"));
        let read = |name| Some(fs::read_to_string(folder.join(name)).ok()?.trim().to_owned());
        Some(Cache {
            level: read("level")?.parse().ok()?,
            kind: read("type")?,
            bytes: size(&read("size")?)?,
            shared_by: read("shared_cpu_list"),
        })
    };
    (0..8).filter_map(one).filter(|cache| cache.kind != "Instruction").collect()
}

/// `32K`, `1M` or `32768` as bytes.
fn size(text: &str) -> Option<u64> {
    let (digits, unit) = match text.strip_suffix('K') {
        Some(digits) => (digits, 1 << 10),
        None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1 << 20)),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Now, in UTC: `2026-01-31T12:00:00Z`.
pub fn now() -> String {
    Timestamp::now().round(Unit::Second).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_system_does_not_tell_is_left_out() {
        assert_eq!(field("", "model name"), None);
        assert_eq!(virtualised("processor : 0\nFeatures : fp asimd\n"), None);
        assert_eq!(virtualised("flags\t\t: fpu sse2 hypervisor\n"), Some(true));
        assert_eq!(virtualised("flags\t\t: fpu sse2\n"), Some(false));
        assert_eq!(
            field("model\t: 17\nmodel name\t: Some: CPU\n", "model name"),
            Some("Some: CPU")
        );
        assert_eq!(caches(Path::new("/nowhere")), []);
    }

    #[test]
    fn cache_sizes_are_read_with_their_units() {
        assert_eq!(size("32K"), Some(32_768));
        assert_eq!(size("1M"), Some(1 << 20));
        assert_eq!(size("512"), Some(512));
        assert_eq!(size("big"), None);
        assert_eq!(size("99999999999999999999K"), None);
    }
}
