//! The ways a kernel is written, as rows of a table.

use super::{ChunkArgs, Kernel};
use crate::{Error, Level};

/// A variant's function: fills one chunk's slice of the output.
pub type RunFn<K> = fn(ChunkArgs<'_, '_, K>) -> Result<(), Error>;

/// One way a kernel is written.
pub struct Variant<K: Kernel> {
    /// What tables, `--variant` and the C API call it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// The function.
    pub run: RunFn<K>,
    /// What it is to the others.
    pub role: Role,
    traceless: Option<Traceless<K>>,
}

/// Whether an output shows that whoever made it has left the floating-point modes alone, and the flags of INVALID,
/// DIVBYZERO and OVERFLOW.
pub(crate) type Traceless<K> = fn(&[<K as Kernel>::Item]) -> bool;

/// What a variant is to the other variants of its kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One of them.
    Plain,
    /// The one that is used when none is named.
    Default,
    /// The same machine code as the variant of this name, reached by another declaration. What is
    /// measured between the two is noise.
    TwinOf(&'static str),
}

/// A row of a kernel's table without the kernel's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantInfo {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// What it is to the others.
    pub role: Role,
}

/// Which variant of a kernel, by name, at which level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The variant's name.
    pub variant: &'static str,
    /// The level; holding one proves that this CPU has it.
    pub level: Level,
}

impl<K: Kernel> Variant<K> {
    /// Does nothing.
    pub(super) const EMPTY: Self = Variant::new("(empty call)", |_| Ok(()));

    /// A variant that is nothing special.
    pub const fn new(name: &'static str, run: RunFn<K>) -> Self {
        Variant { name, about: "", run, role: Role::Plain, traceless: None }
    }

    /// Says what it is.
    pub const fn about(self, about: &'static str) -> Self {
        Variant { about, ..self }
    }

    /// Makes it the one that is used when none is named. In a table without one it is the first.
    pub const fn default(self) -> Self {
        Variant { role: Role::Default, ..self }
    }

    /// Says that its machine code is that of the variant called `name`.
    pub const fn twin_of(self, name: &'static str) -> Self {
        Variant { role: Role::TwinOf(name), ..self }
    }

    /// Whether what it has made shows that it has changed nothing in the floating-point environment. Not, where
    /// nobody can tell: that has to be looked at then.
    #[inline(always)]
    pub(super) fn is_traceless(&self, items: &[K::Item]) -> bool {
        self.traceless.is_some_and(|traceless| traceless(items))
    }

    /// The row without its type.
    pub const fn info(&self) -> VariantInfo {
        VariantInfo { name: self.name, about: self.about, role: self.role }
    }

    /// Where its machine code begins in this process.
    pub fn address(&self) -> usize {
        self.run as *const () as usize
    }

    /// The kernel's default variant. Found by the compiler, which also checks the table.
    #[inline(always)]
    pub fn chosen() -> &'static Variant<K> {
        &K::VARIANTS[const { check::<K>() }]
    }

    /// Row `I`, which the compiler finds.
    #[cfg(feature = "kernels")]
    #[inline(always)]
    pub(crate) const fn row<const I: usize>() -> &'static Variant<K> {
        const { &K::VARIANTS[I] }
    }

    /// Every variant at every level of this CPU.
    pub fn choices() -> impl Iterator<Item = Choice> {
        let rows = || K::VARIANTS.iter();
        let at = move |level| rows().map(move |row| Choice { variant: row.name, level });
        Level::available().into_iter().flat_map(at)
    }

    /// The variant called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn named(name: &str) -> Result<&'static Variant<K>, Error> {
        let known = K::VARIANTS.iter().find(|variant| variant.name == name);
        let names = || K::VARIANTS.iter().map(|variant| variant.name);
        known.ok_or_else(|| Error::unknown("variant", name, names()))
    }
}

impl<K: Kernel> std::fmt::Debug for Variant<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", K::NAME, self.name)
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.variant, self.level.name())
    }
}

/// The table of a kernel of this crate: each has these five, or does not compile.
pub const fn five<K: Kernel>(
    c: RunFn<K>,
    c_by_hand: RunFn<K>,
    cpp: RunFn<K>,
    rust: RunFn<K>,
    simd: RunFn<K>,
) -> [Variant<K>; 5] {
    [
        Variant::new("c", c).about("C, declared by bindgen from the header"),
        Variant::new("c-by-hand", c_by_hand).about("the same C, declared by hand").twin_of("c"),
        Variant::new("cpp", cpp).about("C++ through cxx"),
        Variant::new("rust", rust).about("plain Rust, vectorised by the compiler"),
        Variant::new("simd", simd).about("Rust with explicit vectors").default(),
    ]
}

/// The same, where the output of the variant with explicit vectors shows whether it has changed anything in the
/// floating-point environment. That is safe Rust, so it changes no mode; which flags it raises is to be known.
#[cfg(feature = "kernels")]
pub(crate) const fn traceless<K: Kernel>(
    table: [Variant<K>; 5],
    shows: Traceless<K>,
) -> [Variant<K>; 5] {
    let [c, c_by_hand, cpp, rust, simd] = table;
    [c, c_by_hand, cpp, rust, Variant { traceless: Some(shows), ..simd }]
}

/// The position of the default variant.
///
/// # Panics
/// At compile time, when the table breaks a rule.
pub(super) const fn check<K: Kernel>() -> usize {
    let table = K::VARIANTS;
    assert!(!table.is_empty(), "a kernel has at least one variant");
    let (mut default, mut i) = (None, 0);
    while i < table.len() {
        assert!(!table[i].name.is_empty(), "a variant has a name");
        let mut j = 0;
        while j < i {
            assert!(!same(table[i].name, table[j].name), "two variants have the same name");
            j += 1;
        }
        match table[i].role {
            Role::Plain => {}
            Role::Default => {
                assert!(default.is_none(), "two variants are marked as the default");
                default = Some(i);
            }
            Role::TwinOf(name) => check_twin(table, i, name),
        }
        i += 1;
    }
    match default {
        Some(i) => i,
        None => 0,
    }
}

/// A twin is the twin of another row, and not of a twin.
const fn check_twin<K: Kernel>(table: &[Variant<K>], twin: usize, name: &str) {
    let mut i = 0;
    while i < table.len() {
        if i != twin && same(table[i].name, name) {
            let of_a_twin = matches!(table[i].role, Role::TwinOf(_));
            assert!(!of_a_twin, "a variant is said to be the twin of a twin");
            return;
        }
        i += 1;
    }
    panic!("a variant is said to be the twin of one that is not in the table");
}

/// Whether two texts are equal, for the compiler.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Tables that compile and tables that do not.
#[cfg(doctest)]
mod tables {
    macro_rules! table {
        ($name:ident $outcome:literal $rows:literal) => {
            #[doc = concat!("```", $outcome, "
                use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands, Variant};
                use abreast::{Error, Plan};
                struct Count;
                fn count(c: ChunkArgs<'_, '_, Count>) -> Result<(), Error> {
                    c.out[0] = c.chunk.area();
                    Ok(())
                }
                impl Kernel for Count {
                    const NAME: &'static str = \"count\";
                    const LAYOUT: Layout = Layout::PerChunk;
                    const OPERANDS: Operands = Operands::Whole;
                    const VARIANTS: &'static [Variant<Self>] = &[", $rows, "];
                    type Args = u64;
                    type Input<'i> = ();
                    type Item = u64;
                    type Output = u64;
                    fn plan(n: &u64, (): ()) -> Result<Plan, Error> {
                        Plan::range(*n, 10)
                    }
                    fn finish(_: &u64, _: &Plan, counts: std::borrow::Cow<'_, [u64]>) -> u64 {
                        counts.iter().sum()
                    }
                }
                assert_eq!(Job::<Count>::new(25, ())?.call()?, 25);
                # Ok::<(), Error>(())
                ```")]
            mod $name {}
        };
    }
    table!(sound "" r#"Variant::new("a", count).default(), Variant::new("b", count).twin_of("a")"#);
    table!(none "compile_fail,E0080" "");
    table!(one_name_twice "compile_fail,E0080" r#"Variant::new("a", count), Variant::new("a", count)"#);
    table!(two_defaults "compile_fail,E0080" r#"Variant::new("a", count).default(), Variant::new("b", count).default()"#);
    table!(twin_of_nobody "compile_fail,E0080" r#"Variant::new("a", count).twin_of("b")"#);
}
