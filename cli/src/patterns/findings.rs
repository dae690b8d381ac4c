//! What a declaration shows that a page is about. Where its types do not tell, names do: `lda`, `f_data`, `n`.

use crate::patterns::declaration::{Declaration, Layer, Param, Params, Type};
use abreast_patterns::index::signs::{Kind, Sign};

/// A part of a declaration, and the sign that it is.
#[derive(Debug)]
pub struct Finding {
    /// The part, as it was typed or in a few words.
    pub part: String,
    /// Why it is taken for that, where a name has decided.
    pub why: Option<String>,
    pub sign: &'static Sign,
}

/// All that is found, each kind once, the parameters first.
pub fn findings(declaration: &Declaration) -> Vec<Finding> {
    let mut found = Found::default();
    match declaration.ty.layers.split_first() {
        _ if declaration.is_bitfield => found.add(Kind::Bitfield, &declaration.name),
        Some((Layer::Function(params), _)) if is_fortran(&declaration.name, params) => {
            found.add(Kind::Fortran, &declaration.name);
        }
        Some((Layer::Function(params), result)) => {
            found.params(params);
            let mut result = Type { layers: result.to_vec(), ..declaration.ty.clone() };
            // Its words are those of the function.
            result.is_restrict = false;
            found.result(&result, &declaration.name);
            found.of_cpp(declaration, params);
        }
        _ => found.variable(declaration),
    }
    found.words(declaration);
    found.0
}

#[derive(Default)]
struct Found(Vec<Finding>);

impl Found {
    fn add(&mut self, kind: Kind, part: &str) {
        self.add_as(kind, part, None);
    }

    /// A kind is shown once, with all parts that are of it.
    fn add_as(&mut self, kind: Kind, part: &str, why: Option<String>) {
        match self.0.iter_mut().find(|found| found.sign.kind == kind) {
            Some(found) if found.part.split(", ").any(|other| other == part) => {}
            Some(found) => {
                found.part = format!("{}, {part}", found.part);
                found.why = found.why.take().or(why);
            }
            None => self.0.push(Finding { part: part.to_owned(), why, sign: Sign::of(kind) }),
        }
    }

    fn params(&mut self, params: &Params) {
        let mut is_data = false;
        for (i, param) in params.list.iter().enumerate() {
            // The data of the callback before it.
            if std::mem::take(&mut is_data) {
                continue;
            }
            let next = params.list.get(i + 1);
            is_data = self.callback(param, next);
            if !is_data && !param.is_function() {
                self.param(param, &params.list[i + 1..]);
            }
        }
        if params.is_variadic {
            self.add(Kind::Variadic, "...");
        }
    }

    /// Whether `next` is the data of the callback `param`.
    fn callback(&mut self, param: &Param, next: Option<&Param>) -> bool {
        let data = next.filter(|next| next.ty.is_pointer_to("void"));
        if let Some(inner) = param.ty.function() {
            // A const one is an element, as of qsort's, unless the data follows.
            let is_data = |param: &Param| {
                param.ty.is_pointer_to("void") && (!param.ty.is_const || data.is_some())
            };
            let takes_data = inner.list.iter().any(is_data);
            let kind = if takes_data { Kind::Callback } else { Kind::BareCallback };
            self.add(kind, &param.text);
            if inner.list.iter().any(|param| param.ty.is("va_list")) {
                self.add(Kind::VaList, &param.text);
            }
            return takes_data && data.is_some();
        }
        let by_name = ["func", "callback", "handler", "hook"]
            .iter()
            .any(|word| param.ty.base.to_lowercase().contains(word));
        let is_std = param.ty.is_std("function");
        match data {
            _ if is_std || param.ty.is_built_in => false,
            // A type without a star before data: nothing else comes with a void * of that name.
            Some(data) if param.ty.layers.is_empty() && (by_name || is_user_data(&data.name)) => {
                let why = format!("{} follows, as the data of a function does", data.text);
                self.add_as(Kind::Callback, &param.text, Some(why));
                true
            }
            _ if by_name && param.ty.layers.len() < 2 => {
                let why = format!("{} is called like a function", param.ty.base);
                let kind =
                    if param.ty.layers.is_empty() { Kind::BareCallback } else { Kind::Callback };
                self.add_as(kind, &param.text, Some(why));
                // Not an object as well.
                param.ty.layers.len() == 1 && data.is_some()
            }
            _ => false,
        }
    }

    fn param(&mut self, param: &Param, after: &[Param]) {
        let (ty, text) = (&param.ty, &param.text[..]);
        if ty.is_restrict {
            self.add(Kind::Restrict, text);
        }
        if let Some(kind) = library_type(ty) {
            return self.add(kind, text);
        }
        if self.called_like_a_function(text) {
            return;
        }
        match &ty.layers[..] {
            [] => self.value(param),
            [Layer::Function(_), ..] => {}
            [Layer::Reference] => self.add(Kind::Class, text),
            [Layer::Pointer | Layer::Array] => self.pointer(param, after),
            [Layer::Pointer | Layer::Array, Layer::Pointer, ..] if ty.base == "char" => {
                self.add(Kind::TextOut, text);
            }
            _ => self.add(Kind::Made, text),
        }
    }

    /// Whether it has been taken for a function already, by its name.
    fn called_like_a_function(&self, text: &str) -> bool {
        let mut callbacks = self
            .0
            .iter()
            .filter(|found| matches!(found.sign.kind, Kind::Callback | Kind::BareCallback));
        callbacks.any(|found| found.part.split(", ").any(|part| part == text))
    }

    fn value(&mut self, param: &Param) {
        let (ty, name) = (&param.ty, param.name.to_lowercase());
        if name.contains("thread") {
            let why = format!("{} is called like a number of threads", param.name);
            return self.add_as(Kind::Pool, &param.text, Some(why));
        }
        let is_stride = name.starts_with("inc")
            || name.ends_with("stride")
            || name.len() == 3 && name.starts_with("ld");
        match () {
            () if is_stride => {
                let why = format!("{} is called like a stride", param.name);
                self.add_as(Kind::Strided, &param.text, Some(why));
            }
            () => self.any_value(ty, &param.text),
        }
    }

    /// A value, as a parameter or as a result.
    fn any_value(&mut self, ty: &Type, part: &str) {
        match ty.tag.as_deref() {
            _ if ty.is_complex() => self.add(Kind::Complex, part),
            Some("enum") => self.add(Kind::Enum, part),
            Some("union") => self.add(Kind::Union, part),
            Some(_) => self.add(Kind::ByValue, part),
            None if ["bool", "_Bool"].contains(&&ty.base[..]) => self.add(Kind::Enum, part),
            None if is_pointer_by_name(&ty.base) => {
                let why = format!("{} is called like a pointer", ty.base);
                self.add_as(Kind::Object, part, Some(why));
            }
            None if ty.base.contains("::") => self.add(Kind::ByValue, part),
            None => {}
        }
    }

    fn pointer(&mut self, param: &Param, after: &[Param]) {
        let (ty, text) = (&param.ty, &param.text[..]);
        let array = if ty.is_const { Kind::ArrayIn } else { Kind::ArrayOut };
        match () {
            () if ty.is_complex() => {
                self.add(Kind::Complex, text);
                self.add(array, text);
            }
            () if ty.base.ends_with("char") && ty.is_built_in => {
                let is_text = ty.base == "char";
                let text_kind = if ty.is_const { Kind::Text } else { Kind::TextOut };
                self.add(if is_text { text_kind } else { array }, text);
            }
            () if ty.is_built_in || is_number(&ty.base) => self.add(array, text),
            () => match after.first().filter(|next| is_length(next)) {
                Some(next) => {
                    let why = format!("{} follows, as a length does", next.text);
                    self.add_as(array, text, Some(why));
                }
                // The length of an array before it, as in zlib's `uLongf *destLen`.
                None if is_length(param) => {}
                None => self.add(Kind::Object, text),
            },
        }
    }

    fn result(&mut self, ty: &Type, name: &str) {
        let part = format!("the result of {name}");
        if let Some(kind) = library_type(ty) {
            return self.add(kind, &part);
        }
        match &ty.layers[..] {
            [] if ty.base == "int" || is_status(&ty.base) => self.add(Kind::Status, &part),
            [] => self.any_value(ty, &part),
            [Layer::Pointer] if ty.base == "char" => {
                self.add(if ty.is_const { Kind::Text } else { Kind::TextOut }, &part);
            }
            _ => self.add(Kind::Made, &part),
        }
    }

    fn variable(&mut self, declaration: &Declaration) {
        let ty = &declaration.ty;
        match library_type(ty) {
            Some(kind) => self.add(kind, &declaration.name),
            None if ty.function().is_some() => self.add(Kind::BareCallback, &declaration.name),
            None => self.any_value(ty, &declaration.name),
        }
        if ty.layers == [Layer::OpenArray] && declaration.words.is_empty() {
            self.add(Kind::Tail, &declaration.name);
        }
        if declaration.words.iter().any(|word| word == "extern") {
            self.add(Kind::Global, &declaration.name);
        }
    }

    /// What storage and other words say.
    fn words(&mut self, declaration: &Declaration) {
        for word in &declaration.words {
            match &word[..] {
                "static" | "inline" | "__inline" | "__inline__" | "constexpr" => {
                    self.add(Kind::Inline, word);
                }
                "virtual" | "override" => self.add(Kind::Virtual, word),
                "template" => self.add(Kind::Template, word),
                "dllimport" => self.add(Kind::Imported, "__declspec(dllimport)"),
                "_Thread_local" | "thread_local" | "__thread" => self.add(Kind::ThreadLocal, word),
                _ => {}
            }
        }
        if declaration.name.contains("longjmp") || declaration.name.contains("setjmp") {
            self.add(Kind::Jump, &declaration.name);
        }
        if ["_threads", "NumThreads"].iter().any(|word| declaration.name.contains(word)) {
            self.add(Kind::Pool, &declaration.name);
        }
        let names = ["dlopen", "dlsym", "dlclose", "plugin"];
        if names.iter().any(|word| declaration.name.contains(word)) {
            self.add(Kind::Loaded, &declaration.name);
        }
    }

    /// Functions of C++ may throw unless they say that they do not.
    fn of_cpp(&mut self, declaration: &Declaration, params: &Params) {
        let says = |words: &[&str]| words.iter().any(|w| declaration.words.iter().any(|d| d == w));
        let types = params.list.iter().map(|param| &param.ty).chain([&declaration.ty]);
        let is_cpp = declaration.name.contains("::")
            || says(&["virtual", "override", "explicit", "constexpr", "template"])
            || types.into_iter().any(Type::is_cpp);
        if is_cpp && !says(&["noexcept", "throw"]) {
            self.add(Kind::Throw, "no noexcept");
        }
    }
}

impl Param {
    fn is_function(&self) -> bool {
        self.ty.function().is_some()
    }
}

impl Type {
    fn is(&self, base: &str) -> bool {
        self.base == base
    }

    fn is_std(&self, name: &str) -> bool {
        self.base.strip_prefix("std::") == Some(name)
    }

    fn is_pointer_to(&self, base: &str) -> bool {
        self.base == base && self.layers == [Layer::Pointer]
    }

    /// The parameters, if this is a function or a pointer to one.
    fn function(&self) -> Option<&Params> {
        match &self.layers[..] {
            [Layer::Function(params), ..] | [Layer::Pointer, Layer::Function(params), ..] => {
                Some(params)
            }
            _ => None,
        }
    }

    fn is_complex(&self) -> bool {
        self.is_built_in && self.base.contains("omplex")
            || self.base.to_lowercase().contains("complex")
    }

    fn is_cpp(&self) -> bool {
        self.base.contains("::") || self.layers.contains(&Layer::Reference)
    }
}

/// Types of the libraries of C and C++ that have a page of their own.
fn library_type(ty: &Type) -> Option<Kind> {
    Some(match &ty.base[..] {
        "FILE" | "std::FILE" => Kind::File,
        "va_list" | "std::va_list" => Kind::VaList,
        "jmp_buf" | "sigjmp_buf" | "std::jmp_buf" => Kind::Jump,
        "std::function" => Kind::Function,
        "std::vector" => Kind::Vector,
        "std::optional" | "std::variant" | "std::span" => Kind::CppValue,
        "std::unique_ptr" | "std::shared_ptr" | "std::string" | "std::string_view" => Kind::Class,
        _ => return None,
    })
}

/// A name with an underscore behind it, and nothing by value but lengths at the end.
fn is_fortran(name: &str, params: &Params) -> bool {
    let by_value = |param: &&Param| param.ty.layers.is_empty();
    let addresses = params.list.iter().take_while(|param| !by_value(param)).count();
    let lengths = params.list[addresses..].iter();
    name.ends_with('_') && addresses > 0 && lengths.into_iter().all(|param| by_value(&param))
}

fn is_user_data(name: &str) -> bool {
    let name = name.to_lowercase();
    ["data", "user", "ctx", "context", "arg", "param", "opaque", "closure", "client", "priv"]
        .iter()
        .any(|word| name.contains(word))
}

/// `n`, `destLen`, `bufsize`, `count`.
fn is_length(param: &Param) -> bool {
    let name = param.name.to_lowercase();
    ["n", "m", "k", "nel", "nitems"].contains(&&name[..])
        || ["len", "length", "size", "count", "num", "bytes"].iter().any(|word| name.contains(word))
}

/// A number, to go by the name of its type: `uint64_t`, `size_t`, `lapack_int`.
fn is_number(base: &str) -> bool {
    let base = base.strip_prefix("std::").unwrap_or(base);
    let fixed = base.strip_suffix("_t").unwrap_or("");
    base.ends_with("_int")
        || ["size", "ssize", "ptrdiff", "hsize", "off"].contains(&fixed)
        || fixed.trim_start_matches('u').strip_prefix("int").is_some()
}

/// `CURLcode`, `nlopt_result`, `herr_t`.
fn is_status(base: &str) -> bool {
    let base = base.to_lowercase();
    ["code", "result", "status", "err_t", "error", "error_t", "errno_t", "ret_t"]
        .iter()
        .any(|end| base.ends_with(end))
}

/// `z_streamp`, `j_compress_ptr`, `png_structp`.
fn is_pointer_by_name(base: &str) -> bool {
    ["_ptr", "Ptr", "streamp", "structp", "infop", "_p"].iter().any(|end| base.ends_with(end))
}

#[cfg(test)]
mod tests;
