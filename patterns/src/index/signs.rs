//! What stands in a header, and the pages about it: one table for readers and for `abreast patterns --for`.

use super::{PATTERNS, Row};
use std::fmt::Write;

/// Something that a header shows, and the pages about it.
#[derive(Debug)]
pub struct Sign {
    /// Which one it is.
    pub kind: Kind,
    /// How it looks, in C or C++.
    pub looks: &'static [&'static str],
    /// The pages about it by name, each with the case that it is for.
    pub pages: &'static [(&'static str, &'static str)],
}

/// What a header can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Made,
    Object,
    Callback,
    BareCallback,
    Text,
    TextOut,
    ArrayIn,
    ArrayOut,
    Strided,
    Restrict,
    Status,
    Enum,
    ByValue,
    Complex,
    File,
    Variadic,
    VaList,
    Inline,
    Bitfield,
    Union,
    Tail,
    ThreadLocal,
    Global,
    Throw,
    Function,
    Vector,
    CppValue,
    Template,
    Jump,
    Loaded,
    Pool,
    Imported,
    Fortran,
    Virtual,
    Class,
}

/// All of them, in the order of the printed table.
pub static SIGNS: &[Sign] = &[
    Sign {
        kind: Kind::Made,
        looks: &["T **out", "T *f(..)"],
        pages: &[
            ("owned_handle", "a handle, which another function ends"),
            ("who_frees", "memory of the library's, which another function frees"),
            ("borrowing_child", "a part of another object, which must outlive it"),
        ],
    },
    Sign {
        kind: Kind::Object,
        looks: &["T *object"],
        pages: &[
            ("opaque_handle", "the header does not show the struct"),
            ("pinned_struct", "you declare the struct, and the library keeps its address"),
            ("layout_handshake", "you declare the struct, or read its fields"),
        ],
    },
    Sign {
        kind: Kind::Callback,
        looks: &["void (*f)(void *, ..), void *data"],
        pages: &[
            ("scoped_callback", "called during this call only"),
            ("kept_callback", "called in later calls of the handle, on their thread"),
            ("stored_callback", "called at any time, on any thread"),
            ("completion_waker", "called once, when something has been done"),
        ],
    },
    Sign {
        kind: Kind::BareCallback,
        looks: &["void (*f)(..)"],
        pages: &[
            (
                "error_handlers",
                "told nothing of whose call it is, and set for the whole process as a rule",
            ),
            ("panic_firewall", "a plain function of Rust's"),
        ],
    },
    Sign {
        kind: Kind::Text,
        looks: &["const char *"],
        pages: &[
            ("strings", "it ends with a zero, or has a length beside it"),
            ("retained_pointer", "the library keeps the pointer"),
        ],
    },
    Sign {
        kind: Kind::TextOut,
        looks: &["char *text, size_t n", "char *f(..)"],
        pages: &[
            ("strings", "the library writes a text, or gives one away"),
            ("who_frees", "what it gives away is to be freed"),
        ],
    },
    Sign {
        kind: Kind::ArrayIn,
        looks: &["const T *x, size_t n", "const void *"],
        pages: &[
            ("slices", "read during the call"),
            ("retained_pointer", "the library keeps the pointer"),
        ],
    },
    Sign {
        kind: Kind::ArrayOut,
        looks: &["T *y, size_t n", "void *"],
        pages: &[
            ("output_buffer", "the library fills it, perhaps in part"),
            ("aliasing", "it might be an input as well"),
        ],
    },
    Sign {
        kind: Kind::Strided,
        looks: &["int lda", "int incx"],
        pages: &[("strided_views", "rows, columns or elements that do not lie side by side")],
    },
    Sign {
        kind: Kind::Restrict,
        looks: &["restrict"],
        pages: &[("aliasing", "two arguments must not overlap")],
    },
    Sign {
        kind: Kind::Status,
        looks: &["int f(..)", "errno"],
        pages: &[
            ("status_codes", "the result says whether it has succeeded"),
            ("errno", "the reason is in errno"),
        ],
    },
    Sign {
        kind: Kind::Enum,
        looks: &["enum E", "bool"],
        pages: &[("enums_as_integers", "the library may return a number that is none of them")],
    },
    Sign {
        kind: Kind::ByValue,
        looks: &["struct S f(..)", "f(S s)"],
        pages: &[
            ("by_value", "a class of C++, or a struct that might become one"),
            ("layout_handshake", "a struct of C"),
        ],
    },
    Sign {
        kind: Kind::Complex,
        looks: &["_Complex", "std::complex<T>"],
        pages: &[("complex_numbers", "behind pointers, never as a result")],
    },
    Sign {
        kind: Kind::File,
        looks: &["FILE *"],
        pages: &[
            ("opaque_handle", "opened and written by C's own functions; a std::fs::File is none"),
            ("owned_handle", "yours to close"),
        ],
    },
    Sign {
        kind: Kind::Variadic,
        looks: &["..."],
        pages: &[("inline_shim", "a function of C with fixed parameters for each use")],
    },
    Sign {
        kind: Kind::VaList,
        looks: &["va_list"],
        pages: &[("error_handlers", "formatted in C, since Rust has no such type")],
    },
    Sign {
        kind: Kind::Inline,
        looks: &["static", "inline", "#define"],
        pages: &[("inline_shim", "it has no symbol: a function of C that calls it has one")],
    },
    Sign {
        kind: Kind::Bitfield,
        looks: &["unsigned a : 3"],
        pages: &[
            (
                "unions_and_tails",
                "read and written by functions of C, which refuse what does not fit",
            ),
            ("inline_shim", "if the library has none: functions of your own in C"),
        ],
    },
    Sign {
        kind: Kind::Union,
        looks: &["union"],
        pages: &[("unions_and_tails", "a member is read after the tag that says which one holds")],
    },
    Sign {
        kind: Kind::Tail,
        looks: &["T values[];"],
        pages: &[("unions_and_tails", "stands behind the struct, and is no part of its type")],
    },
    Sign {
        kind: Kind::ThreadLocal,
        looks: &["_Thread_local", "thread_local"],
        pages: &[
            ("thread_contracts", "what belongs to a thread: a type that stays on it"),
            ("errno", "read on the same thread, at once"),
        ],
    },
    Sign {
        kind: Kind::Global,
        looks: &["extern int x;"],
        pages: &[("thread_contracts", "one lock around all that uses it")],
    },
    Sign {
        kind: Kind::Throw,
        looks: &["throw", "C++ without noexcept"],
        pages: &[
            ("exception_firewall", "an exception becomes an error"),
            ("unwind_corridor", "it calls back, and a panic has to pass"),
        ],
    },
    Sign {
        kind: Kind::Class,
        looks: &["std::unique_ptr<T>", "std::string", "T &", "begin(), end()"],
        pages: &[("cpp_classes", "objects that C++ makes, ends and iterates over")],
    },
    Sign {
        kind: Kind::Function,
        looks: &["std::function<..>"],
        pages: &[("std_function", "a closure that C++ copies, keeps and drops")],
    },
    Sign {
        kind: Kind::Vector,
        looks: &["std::vector<T> &"],
        pages: &[
            ("slices", "lent as pointer and length; that of an empty one is null"),
            ("cpp_classes", "through a bridge of cxx"),
        ],
    },
    Sign {
        kind: Kind::CppValue,
        looks: &["std::optional<T>", "std::variant<..>", "std::span<T>"],
        pages: &[("cpp_values", "taken apart in C++, put together in Rust")],
    },
    Sign {
        kind: Kind::Template,
        looks: &["template <class T>"],
        pages: &[("cpp_values", "no symbol: one function for each type that is wanted")],
    },
    Sign {
        kind: Kind::Jump,
        looks: &["jmp_buf", "longjmp"],
        pages: &[("longjmp_quarantine", "jumps that stay in C")],
    },
    Sign {
        kind: Kind::Loaded,
        looks: &["dlopen", "dlsym", "plugin_init"],
        pages: &[("loading", "loaded at run time: functions end with their library")],
    },
    Sign {
        kind: Kind::Pool,
        looks: &["int n_threads", "set_num_threads(..)"],
        pages: &[("library_threads", "threads of the library's own, under those of the program")],
    },
    Sign {
        kind: Kind::Imported,
        looks: &["__declspec(dllimport)"],
        pages: &[("linked_library", "static or shared, installed or brought along")],
    },
    Sign {
        kind: Kind::Virtual,
        looks: &["virtual"],
        pages: &[("virtual_class", "objects of Rust's for C++, and of C++ for Rust")],
    },
    Sign {
        kind: Kind::Fortran,
        looks: &["dgesv_(..)"],
        pages: &[("fortran_abi", "all by address, with lengths behind; columns, not rows")],
    },
];

impl Sign {
    /// The sign of this kind.
    ///
    /// # Panics
    /// Never: a test sees to it that each kind has one.
    pub fn of(kind: Kind) -> &'static Sign {
        SIGNS.iter().find(|sign| sign.kind == kind).expect("each kind has a sign")
    }
}

/// The table in Markdown. Where the name of a pattern leads to is up to the page that it stands on.
pub fn table(link: impl Fn(&Row) -> String) -> String {
    let mut text = "| what stands in your header | page |\n|---|---|\n".to_owned();
    for sign in SIGNS {
        let looks: Vec<String> = sign.looks.iter().map(|look| format!("`{look}`")).collect();
        let page = |(name, case): &(&str, &str)| {
            let row = PATTERNS.iter().find(|row| row.name == *name);
            row.map(|row| format!("[{}]({}): {case}", row.title, link(row)))
        };
        let pages: Vec<String> = sign.pages.iter().filter_map(page).collect();
        let _ = writeln!(text, "| {} | {} |", looks.join(", "), pages.join("; "));
    }
    text
}
