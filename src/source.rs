//! Operands that stay where they are until a chunk needs them: in a file, in a formula, in memory.
//!
//! [`Entry::streamed`](crate::kernel::Entry::streamed) makes a problem of them, which needs no more memory than the
//! chunks at work do.

use crate::{Error, sample::Aligned};
use bytemuck::Pod;
use std::fs::File;
use std::io;
use std::path::Path;

/// The elements of an operand, as bytes in this machine's order.
pub trait Source: Send + Sync {
    /// What errors call it.
    fn name(&self) -> String;

    /// How many bytes there are.
    fn bytes(&self) -> u64;

    /// The path of the file that it is, if it is one: other processes, and machines that see the same files, open it
    /// themselves.
    fn path(&self) -> Option<&str> {
        None
    }

    /// Fills `out` with the bytes from `at` on. The same bytes each time.
    ///
    /// # Errors
    /// What keeps it from being read.
    fn fill(&self, at: u64, out: &mut [u8]) -> Result<(), Error>;
}

impl<S: Source + ?Sized> Source for &S {
    fn name(&self) -> String {
        (**self).name()
    }

    fn bytes(&self) -> u64 {
        (**self).bytes()
    }

    fn path(&self) -> Option<&str> {
        (**self).path()
    }

    fn fill(&self, at: u64, out: &mut [u8]) -> Result<(), Error> {
        (**self).fill(at, out)
    }
}

/// A file of numbers and nothing else, as `numpy.ndarray.tofile` and `fwrite` leave it.
///
/// ```
/// use abreast::source::{RawFile, Source};
/// let path = std::env::temp_dir().join(format!("abreast-source-{}.f64", std::process::id()));
/// std::fs::write(&path, bytemuck::cast_slice(&[1.0f64, 2.0, 3.0]))?;
/// let file = RawFile::open(&path)?;
/// let mut last = [0.0f64];
/// file.fill(16, bytemuck::cast_slice_mut(&mut last))?;
/// assert_eq!((file.bytes(), last), (24, [3.0]));
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RawFile {
    /// As the user calls it, and so that a process in another folder finds it.
    name: String,
    path: Option<String>,
    bytes: u64,
    file: Positioned,
}

impl RawFile {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<RawFile, Error> {
        let name = path.display().to_string();
        let open = || {
            let file = File::open(path)?;
            let about = file.metadata()?;
            match about.is_dir() {
                true => Err(io::ErrorKind::IsADirectory.into()),
                false => Ok((about.len(), file)),
            }
        };
        let (bytes, file) =
            open().map_err(|why: io::Error| refused(&name, &format!("cannot be read: {why}")))?;
        let path = std::path::absolute(path).ok();
        let path = path.and_then(|path| path.into_os_string().into_string().ok());
        Ok(RawFile { name, path, bytes, file: Positioned::from(file) })
    }
}

impl Source for RawFile {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    fn fill(&self, at: u64, out: &mut [u8]) -> Result<(), Error> {
        let read = self.file.read_exact_at(at, out);
        read.map_err(|why| refused(&self.name, &format!("cannot be read at byte {at}: {why}")))
    }
}

/// A file that several threads read, each at places of its own.
#[cfg(unix)]
#[derive(Debug)]
struct Positioned(File);

#[cfg(unix)]
impl Positioned {
    fn read_exact_at(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, out, at)
    }
}

#[cfg(unix)]
impl From<File> for Positioned {
    fn from(file: File) -> Self {
        Positioned(file)
    }
}

/// Elsewhere one at a time: a file has one place.
#[cfg(not(unix))]
#[derive(Debug)]
struct Positioned(std::sync::Mutex<File>);

#[cfg(not(unix))]
impl Positioned {
    fn read_exact_at(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = self.0.lock().unwrap_or_else(|dead| dead.into_inner());
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(out))
    }
}

#[cfg(not(unix))]
impl From<File> for Positioned {
    fn from(file: File) -> Self {
        Positioned(std::sync::Mutex::new(file))
    }
}

/// Numbers that are in memory.
#[derive(Debug, Clone, Copy)]
pub struct InMemory<'a>(&'a [u8]);

impl<'a, T: Pod> From<&'a [T]> for InMemory<'a> {
    fn from(elements: &'a [T]) -> Self {
        InMemory(bytemuck::cast_slice(elements))
    }
}

impl Source for InMemory<'_> {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn fill(&self, at: u64, out: &mut [u8]) -> Result<(), Error> {
        let end = usize::try_from(at).ok().and_then(|at| at.checked_add(out.len()));
        let from = end.and_then(|end| self.0.get(end - out.len()..end));
        let beyond = || refused("memory", &format!("has {} bytes, not some at {at}", self.0.len()));
        out.copy_from_slice(from.ok_or_else(beyond)?);
        Ok(())
    }
}

/// Numbers by a formula of their index, made anew each time that they are needed.
pub struct Formula<F> {
    elements: u64,
    number: F,
}

impl<T: Pod, F: Fn(u64) -> T + Send + Sync> Formula<F> {
    /// Number `i` of so many is `number(i)`.
    pub fn new(elements: u64, number: F) -> Self {
        Formula { elements, number }
    }
}

impl<T: Pod, F: Fn(u64) -> T + Send + Sync> Source for Formula<F> {
    fn name(&self) -> String {
        "a formula".to_owned()
    }

    fn bytes(&self) -> u64 {
        self.elements.saturating_mul(size_of::<T>() as u64)
    }

    fn fill(&self, at: u64, out: &mut [u8]) -> Result<(), Error> {
        let size = size_of::<T>();
        if !at.is_multiple_of(size as u64) || !out.len().is_multiple_of(size) {
            let rule = format!("has elements of {size} bytes, not {} bytes at {at}", out.len());
            return Err(refused("a formula", &rule));
        }
        for (i, out) in (at / size as u64..).zip(out.chunks_exact_mut(size)) {
            out.copy_from_slice(bytemuck::bytes_of(&(self.number)(i)));
        }
        Ok(())
    }
}

pub(crate) fn refused(name: &str, rule: &str) -> Error {
    Error::argument("source", name, rule)
}

/// So many bytes from `at` on.
pub(crate) fn read(source: &dyn Source, at: u64, bytes: usize) -> Result<Aligned<u8>, Error> {
    let mut room = Aligned::zeroed(bytes, "the operands")?;
    source.fill(at, room.as_mut_slice())?;
    Ok(room)
}

/// How many places [`fingerprint`] looks at, and how many bytes at each.
const PLACES: u64 = 64;
const LOOK: u64 = 4096;

/// What tells a source from most others without reading all of it: its length, and what stands at places all over it.
pub(crate) fn fingerprint(source: &dyn Source) -> Result<u64, Error> {
    let bytes = source.bytes();
    let last = bytes.saturating_sub(LOOK);
    // Whole elements: a formula has no others.
    let place = |i: u64| if i + 1 == PLACES { last } else { last / 64 * i / (PLACES - 1) * 64 };
    let mut hash = crate::sample::fnv1a(&bytes.to_le_bytes());
    for at in (0..PLACES).map(place) {
        let here = read(source, at, LOOK.min(bytes - at) as usize)?;
        hash = crate::sample::fnv1a_after(hash, here.as_slice());
        if bytes <= LOOK {
            break;
        }
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_and_memory_give_the_same_numbers_and_refuse_what_they_do_not_have() {
        let numbers: Vec<u32> = (0..1000).map(|i| i * i).collect();
        let (memory, formula) =
            (InMemory::from(&numbers[..]), Formula::new(1000, |i| (i * i) as u32));
        assert_eq!((memory.bytes(), formula.bytes()), (4000, 4000));
        for (at, len) in [(0, 4000), (400, 8), (4000, 0)] {
            let (a, b) = (read(&memory, at, len).unwrap(), read(&formula, at, len).unwrap());
            assert_eq!(a.as_slice(), b.as_slice());
        }
        assert!(
            memory.fill(3999, &mut [0; 2]).is_err() && memory.fill(u64::MAX, &mut [0]).is_err()
        );
        assert!(formula.fill(1, &mut [0; 4]).is_err() && formula.fill(4, &mut [0; 3]).is_err());
    }

    #[test]
    fn a_fingerprint_knows_length_ends_and_middle() {
        let of = |numbers: &[u8]| fingerprint(&InMemory::from(numbers)).unwrap();
        for len in [1usize, 4096, 5000, 1_000_000] {
            let numbers = vec![7u8; len];
            assert_eq!(of(&numbers), of(&numbers.clone()));
            for change in [0, len / 2, len - 1] {
                let mut other = numbers.clone();
                other[change] = 8;
                // In the middle of a long one a single byte may be missed.
                assert!(
                    len > 100_000 && change == len / 2 || of(&other) != of(&numbers),
                    "{len} {change}"
                );
            }
            assert_ne!(of(&numbers), of(&numbers[1..]));
        }
        assert_ne!(of(&[7; 64]), of(&[7; 128]));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = std::env::temp_dir();
        let said = |path: &Path| RawFile::open(path).expect_err("no file").to_string();
        assert!(said(&folder.join("no such file")).contains("no such file"));
        assert!(said(&folder).contains(&folder.display().to_string()));
    }
}
