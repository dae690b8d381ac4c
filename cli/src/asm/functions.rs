//! Which function lies at an address of a process.

use crate::symbols;
use addr2line::{Loader, Location};
use object::{
    Object, ObjectSection, ObjectSegment, ObjectSymbol, ObjectSymbolTable, Relocation,
    RelocationTarget, SymbolKind,
};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files that lie in the memory of a process.
#[derive(Debug, Default)]
pub struct Maps(Vec<Map>);

#[derive(Debug)]
struct Map {
    start: u64,
    end: u64,
    offset: u64,
    /// Whether what lies there can be executed.
    is_code: bool,
    path: PathBuf,
}

/// A place in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    pub offset: u64,
}

impl Place {
    /// That of a function that a library offers, by its symbol.
    pub fn of(library: &Path, symbol: &str) -> io::Result<Option<Place>> {
        let bytes = fs::read(library)?;
        let Ok(file) = object::File::parse(&*bytes) else { return Ok(None) };
        let mut known = file.dynamic_symbols();
        let found = known.find(|known| known.is_definition() && known.name() == Ok(symbol));
        let offset = found.and_then(|found| Segments::of(&file).offset(found.address()));
        Ok(offset.map(|offset| Place { file: library.to_owned(), offset }))
    }
}

impl Maps {
    /// Those of a process, by its number or `self`.
    pub fn of(process: &str) -> io::Result<Maps> {
        let text = fs::read_to_string(format!("/proc/{process}/maps"))?;
        Ok(Maps(text.lines().filter_map(map).collect()))
    }

    /// What lies at an address.
    pub fn place(&self, address: u64) -> Option<Place> {
        let map = self.0.iter().find(|map| (map.start..map.end).contains(&address))?;
        Some(Place { file: map.path.clone(), offset: address - map.start + map.offset })
    }

    /// Where code at a place of a file lies. Its page may lie elsewhere too, as the end of what is data.
    pub fn address(&self, place: &Place) -> Option<u64> {
        let holds = |map: &&Map| {
            map.is_code
                && map.path == place.file
                && (map.offset..map.offset + (map.end - map.start)).contains(&place.offset)
        };
        self.0.iter().find(holds).map(|map| place.offset - map.offset + map.start)
    }
}

/// `7f00-7f10 r-xp 00001000 08:01 123   /usr/lib/libc.so.6`
fn map(line: &str) -> Option<Map> {
    let (range, rest) = line.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut fields = rest.split_whitespace();
    let is_code = fields.next()?.contains('x');
    let offset = hex(fields.next()?)?;
    let path = rest.find(['/', '[']).map_or("", |at| &rest[at..]).into();
    Some(Map { start: hex(start)?, end: hex(end)?, offset, is_code, path })
}

/// A function of some file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// What people call it.
    pub name: String,
    /// Whether it is of Rust, by its name.
    pub is_rust: bool,
    /// How far the address asked for lies behind its beginning.
    pub offset: u64,
}

/// The functions of files, each file read once.
#[derive(Default)]
pub struct Functions(HashMap<PathBuf, Symbols>);

/// What a file says about functions. Places are those in the file.
#[derive(Default)]
struct Symbols {
    functions: Vec<Symbol>,
    /// Where the addresses of functions of other files are put, and which functions these are.
    imports: HashMap<u64, String>,
    segments: Segments,
    /// Which lines of the source code is from, if the file says that.
    lines: Option<Loader>,
}

struct Symbol {
    offset: u64,
    len: u64,
    name: String,
}

impl Functions {
    /// The function at an address, if the file says one.
    pub fn at(&mut self, maps: &Maps, address: u64) -> Option<Function> {
        let place = maps.place(address)?;
        let functions = &self.of(place.file).functions;
        let after = functions.partition_point(|symbol| symbol.offset <= place.offset);
        let symbol = functions[..after].last()?;
        let offset = place.offset - symbol.offset;
        (offset < symbol.len).then(|| Function {
            name: symbols::demangled(&symbol.name).unwrap_or_else(|| symbol.name.clone()),
            is_rust: symbols::is_rust(&symbol.name),
            offset,
        })
    }

    /// The function whose address stands at this address, if it is one of another file: that one may not
    /// name it, as the C library does not name what it chooses for this CPU.
    pub fn imported(&mut self, maps: &Maps, slot: u64) -> Option<String> {
        let place = maps.place(slot)?;
        self.of(place.file).imports.get(&place.offset).cloned()
    }

    /// The line of the source that the code at an address is from: of what is inlined there the innermost
    /// that is of no library.
    pub fn line(&mut self, maps: &Maps, address: u64) -> Option<String> {
        let place = maps.place(address)?;
        let symbols = self.of(place.file);
        let mut frames =
            symbols.lines.as_ref()?.find_frames(symbols.segments.address(place.offset)?).ok()?;
        while let Ok(Some(frame)) = frames.next() {
            if let Some(Location { file: Some(file), line: Some(line), .. }) = frame.location
                && !LIBRARIES.iter().any(|library| file.contains(library))
            {
                return Some(format!("{}:{line}", nearby(Path::new(file)).display()));
            }
        }
        None
    }

    fn of(&mut self, file: PathBuf) -> &Symbols {
        self.0.entry(file).or_insert_with_key(|file| {
            let this = fs::read_link("/proc/self/exe").is_ok_and(|this| this == *file);
            let file = if this { "/proc/self/exe".into() } else { file.clone() };
            let symbols = fs::read(&file).ok().and_then(|bytes| read(&bytes)).unwrap_or_default();
            Symbols { lines: Loader::new(&file).ok(), ..symbols }
        })
    }
}

/// Parts of the names of sources that are not the user's.
const LIBRARIES: [&str; 4] = ["/rustc/", "/rustlib/", "/registry/src/", "/usr/"];

/// A file as seen from the working folder, or the end of its name.
fn nearby(file: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    if let Ok(nearby) = file.strip_prefix(here) {
        return nearby.to_owned();
    }
    let mut parts: Vec<_> = file.components().rev().take(3).collect();
    parts.reverse();
    parts.iter().collect()
}

/// Where the parts of a file are loaded, before they are moved: address, place in the file, and length.
#[derive(Default)]
struct Segments(Vec<(u64, u64, u64)>);

impl Segments {
    fn of(file: &object::File<'_>) -> Segments {
        let segment = |segment: object::Segment<'_, '_>| {
            let (offset, len) = segment.file_range();
            (segment.address(), offset, len)
        };
        Segments(file.segments().map(segment).collect())
    }

    fn offset(&self, address: u64) -> Option<u64> {
        let mut all = self.0.iter();
        let (start, offset, _) =
            all.find(|(start, _, len)| (*start..start + len).contains(&address))?;
        Some(address - start + offset)
    }

    fn address(&self, place: u64) -> Option<u64> {
        let mut all = self.0.iter();
        let (start, offset, _) =
            all.find(|(_, offset, len)| (*offset..offset + len).contains(&place))?;
        Some(place - offset + start)
    }
}

/// All functions of a file, in the order of their places.
fn read(bytes: &[u8]) -> Option<Symbols> {
    let file = object::File::parse(bytes).ok()?;
    let segments = Segments::of(&file);
    let offset = |address| segments.offset(address);
    let import = |(slot, relocation): (u64, Relocation)| {
        let RelocationTarget::Symbol(index) = relocation.target() else { return None };
        let symbol = file.dynamic_symbol_table()?.symbol_by_index(index).ok()?;
        Some((offset(slot)?, symbol.name().ok()?.to_owned()))
    };
    let imports = file.dynamic_relocations().into_iter().flatten().filter_map(import).collect();
    let mut functions: Vec<Symbol> = file
        .symbols()
        .chain(file.dynamic_symbols())
        .filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text)
        .filter_map(|symbol| {
            let name = symbol.name().ok()?.to_owned();
            Some(Symbol { offset: offset(symbol.address())?, len: len(&file, &symbol), name })
        })
        .collect();
    // The last one of an address is taken: of several names of one function the shortest.
    functions.sort_by_key(|f| (f.offset, f.len, Reverse(f.name.len())));
    Some(Symbols { functions, imports, segments, lines: None })
}

/// How long a function is. One written in assembly may not say so: it ends where its section does, at the
/// latest.
fn len<'f>(file: &object::File<'f>, symbol: &object::Symbol<'f, '_>) -> u64 {
    let section = || {
        let section = file.section_by_index(symbol.section_index()?).ok()?;
        (section.address() + section.size()).checked_sub(symbol.address())
    };
    match symbol.size() {
        0 => section().unwrap_or(0),
        size => size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_found_in_the_memory_map_by_files_with_blanks_in_their_names() {
        let text = "\
            7e00-7e10 r--p 00001000 08:01 123      /a b/libc.so.6 (deleted)\n\
            7f00-7f10 r-xp 00001000 08:01 123      /a b/libc.so.6 (deleted)";
        let maps = Maps(text.lines().filter_map(map).collect());
        let place = maps.place(0x7f08).expect("a place");
        let file = PathBuf::from("/a b/libc.so.6 (deleted)");
        assert_eq!(place, Place { file, offset: 0x1008 });
        assert_eq!((maps.address(&place), maps.place(0x7f10)), (Some(0x7f08), None));
        let other = Place { file: "/other".into(), ..place };
        assert_eq!(maps.address(&other), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_function_of_this_program_is_found_by_an_address_within_it() {
        let maps = Maps::of("self").expect("the map of this process");
        let address = read as *const () as usize as u64;
        let found = Functions::default().at(&maps, address + 1).expect("a function");
        assert!(found.name.ends_with("functions::read") && found.is_rust, "{found:?}");
        assert_eq!(found.offset, 1);
        assert_eq!(maps.address(&maps.place(address).expect("a place")), Some(address));
    }
}
