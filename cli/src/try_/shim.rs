//! The C through which functions of one signature are called: the same loop for every language, compiled by
//! the same compiler, so that none is inlined where another is not.

use crate::try_::foreign::SLOT;
use crate::try_::signature::{Kind, Role, Scalar, Signature};

/// The names of the two functions.
pub const LOOP: &str = "abreast_try_loop";
pub const NOTHING: &str = "abreast_try_nothing";

/// The flags of its compiler, whatever those of the functions are.
pub const FLAGS: [&str; 4] = ["-O2", "-fPIC", "-x", "c"];

pub fn source(signature: &Signature) -> String {
    let types: Vec<String> = signature.params.iter().map(|param| c_type(&param.kind)).collect();
    let result = signature.returns.map_or("void", Scalar::in_c);
    let listed = if types.is_empty() { "void".to_owned() } else { types.join(", ") };
    let argument = |(i, ty): (usize, &String)| format!("*({ty} *)(slots + {})", SLOT * (i + 1));
    let arguments: Vec<String> = types.iter().enumerate().map(argument).collect();
    let store = signature.returns.map_or(String::new(), |s| format!("*({} *)slots = ", s.in_c()));
    let named = |(i, ty): (usize, &String)| format!("{ty} a{i}");
    let named: Vec<String> = types.iter().enumerate().map(named).collect();
    let named = if named.is_empty() { "void".to_owned() } else { named.join(", ") };
    let unused: String = (0..types.len()).map(|i| format!(" (void)a{i};")).collect();
    let give = if signature.returns.is_some() { " return 0;" } else { "" };
    format!(
        "/* {signature} */
#include <stddef.h>
#include <stdint.h>

typedef {result} function({listed});

#ifdef COUNT_ALLOCATIONS
void abreast_heap_begin(void);
void abreast_heap_end(void);
#else
#define abreast_heap_begin() ((void)0)
#define abreast_heap_end() ((void)0)
#endif

void {LOOP}(void *f, char *slots, size_t stride, size_t calls) {{
    function *call = (function *)f;
    abreast_heap_begin();
    for (; calls > 0; calls--, slots += stride) {{
        {store}call({});
    }}
    abreast_heap_end();
}}

{result} {NOTHING}({named}) {{{unused}{give} }}
",
        arguments.join(", ")
    )
}

fn c_type(kind: &Kind) -> String {
    match kind {
        Kind::Value { scalar, .. } => scalar.in_c().to_owned(),
        Kind::Array { element, role: Role::In, .. } => format!("const {} *", element.in_c()),
        Kind::Array { element, .. } => format!("{} *", element.in_c()),
        Kind::Text => "const char *".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_takes_every_argument_from_its_slot() {
        let axpy = Signature::parse("void(n, alpha: f64, *f64, *mut f64)").expect("read");
        let text = source(&axpy);
        for part in [
            "typedef void function(size_t, double, const double *, double *);",
            "        call(*(size_t *)(slots + 16), *(double *)(slots + 32), \
             *(const double * *)(slots + 48), *(double * *)(slots + 64));",
            "void abreast_try_nothing(size_t a0, double a1, const double * a2, double * a3) { (void)a0;",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let text = source(&Signature::parse("c64()").expect("read"));
        assert!(text.contains("*(double _Complex *)slots = call();"), "{text}");
        assert!(text.contains("double _Complex abreast_try_nothing(void) { return 0; }"), "{text}");
    }
}
