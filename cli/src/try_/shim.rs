//! The C through which functions of one signature are called: the same loop for every language, compiled by
//! the same compiler, so that none is inlined where another is not.

use crate::try_::foreign::SLOT;
use crate::try_::signature::{Kind, Role, Scalar, Signature};

/// The names of the functions.
pub const LOOP: &str = "abreast_try_loop";
pub const CHAIN: &str = "abreast_try_chain";
pub const NOTHING: &str = "abreast_try_nothing";

/// The flags of its compiler, whatever those of the functions are.
pub const FLAGS: [&str; 4] = ["-O2", "-fPIC", "-x", "c"];

pub fn source(signature: &Signature) -> String {
    let types: Vec<String> = signature.params.iter().map(|param| c_type(&param.kind)).collect();
    let result = signature.returns.map_or("void", Scalar::in_c);
    let listed = if types.is_empty() { "void".to_owned() } else { types.join(", ") };
    let argument = |(i, ty): (usize, &String)| format!("*({ty} *)(row + {})", SLOT * (i + 1));
    let arguments: Vec<String> = types.iter().enumerate().map(argument).collect();
    let call = format!("call({})", arguments.join(", "));
    let (keep, follow) = match signature.returns {
        None => (String::new(), format!("{call};\n        size_t offset = none;")),
        Some(_) => (
            format!("*({result} *)row = "),
            format!(
                "{result} value = {call};
        size_t bits[2] = {{0, 0}};
        *({result} *)row = value;
        memcpy(bits, &value, sizeof value);
        size_t offset = (bits[0] | bits[1]) & none;"
            ),
        ),
    };
    let nothing = nothing(signature, &types);
    format!(
        "/* {signature} */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef {result} function({listed});

#ifdef COUNT_ALLOCATIONS
void abreast_heap_begin(void);
void abreast_heap_end(void);
#else
#define abreast_heap_begin() ((void)0)
#define abreast_heap_end() ((void)0)
#endif

/* One row of slots after another in turn: the result, then the arguments. */
void {LOOP}(void *f, char *slots, size_t stride, size_t rows, size_t calls) {{
    function *call = (function *)f;
    char *row = slots, *end = slots + rows * stride;
    abreast_heap_begin();
    for (; calls > 0; calls--) {{
        {keep}{call};
        row = row + stride == end ? slots : row + stride;
    }}
    abreast_heap_end();
}}

/* The same, but where a row is depends on the result before: `none` is 0, which no compiler can know. */
void {CHAIN}(void *f, char *slots, size_t stride, size_t rows, size_t calls) {{
    function *call = (function *)f;
    static volatile const size_t zero = 0;
    size_t none = zero, next = 0, last = (rows - 1) * stride;
    char *row = slots;
    abreast_heap_begin();
    for (; calls > 0; calls--) {{
        {follow}
        next = next == last ? 0 : next + stride;
        row = slots + next + offset;
    }}
    abreast_heap_end();
}}

{nothing}"
    )
}

/// The function that does nothing. What it returns depends on what it is given, as in a chain it must.
fn nothing(signature: &Signature, types: &[String]) -> String {
    let named = |(i, ty): (usize, &String)| format!("{ty} a{i}");
    let named: Vec<String> = types.iter().enumerate().map(named).collect();
    let named = if named.is_empty() { "void".to_owned() } else { named.join(", ") };
    let unused: String = (0..types.len()).map(|i| format!(" (void)a{i};")).collect();
    let result = signature.returns.map_or("void", Scalar::in_c);
    let give = match signature.returns {
        None => String::new(),
        Some(_) if types.is_empty() => " return 0;".to_owned(),
        Some(Scalar::Bool) => " return a0 != 0;".to_owned(),
        Some(_) => format!(
            " {result} value = 0; memcpy(&value, &a0, sizeof value < sizeof a0 ? sizeof value : sizeof a0); return value;"
        ),
    };
    format!("{result} {NOTHING}({named}) {{{unused}{give} }}\n")
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
            "        call(*(size_t *)(row + 16), *(double *)(row + 32), \
             *(const double * *)(row + 48), *(double * *)(row + 64));",
            "void abreast_try_nothing(size_t a0, double a1, const double * a2, double * a3) { (void)a0;",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let text = source(&Signature::parse("c64()").expect("read"));
        assert!(text.contains("*(double _Complex *)row = call();"), "{text}");
        assert!(text.contains("double _Complex abreast_try_nothing(void) { return 0; }"), "{text}");
    }
}
