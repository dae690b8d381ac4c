use crate::patterns::declaration::*;

fn parsed(text: &str) -> Declaration {
    Declaration::parse(text).unwrap_or_else(|why| panic!("{why}"))
}

/// Name and type in words, from the name outwards.
fn read(text: &str) -> String {
    let declaration = parsed(text);
    format!("{} is {}", declaration.name, in_words(&declaration.ty))
}

fn in_words(ty: &Type) -> String {
    let layer = |layer: &Layer| match layer {
        Layer::Pointer => "pointer to ".to_owned(),
        Layer::Reference => "reference to ".to_owned(),
        Layer::Array => "array of ".to_owned(),
        Layer::OpenArray => "open array of ".to_owned(),
        Layer::Function(params) => {
            let list = params.list.iter().map(|param| in_words(&param.ty));
            let dots = params.is_variadic.then(|| "...".to_owned());
            let list: Vec<String> = list.chain(dots).collect();
            format!("function ({}) returning ", list.join(", "))
        }
    };
    let layers: String = ty.layers.iter().map(layer).collect();
    let (constant, tag) = (if ty.is_const { "const " } else { "" }, ty.tag.iter());
    let tag: String = tag.map(|tag| format!("{tag} ")).collect();
    format!("{layers}{constant}{tag}{}", ty.base)
}

#[test]
fn declarators_are_read_from_the_name_outwards() {
    for (text, expected) in [
        ("int f(void);", "f is function () returning int"),
        (
            "double *f(const double *restrict x, size_t n)",
            "f is function (pointer to const double, size_t) returning pointer to double",
        ),
        ("int (*f)(void *, ...)", "f is pointer to function (pointer to void, ...) returning int"),
        (
            "void (*signal(int sig, void (*func)(int)))(int);",
            "signal is function (int, pointer to function (int) returning void) returning pointer to function (int) returning void",
        ),
        ("const char *const names[3]", "names is array of pointer to const char"),
        ("double (*m)[4]", "m is pointer to array of double"),
        ("unsigned long long int x", "x is unsigned long long int"),
        ("int *&r", "r is reference to pointer to int"),
        ("int (f)(int)", "f is function (int) returning int"),
        ("struct s *f(enum e)", "f is function (enum e) returning pointer to struct s"),
        (
            "int f(char const *[], struct s **)",
            "f is function (array of pointer to const char, pointer to pointer to struct s) returning int",
        ),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn macros_attributes_and_cpp_are_passed_over() {
    for (text, expected) in [
        ("ZEXTERN int ZEXPORT f(z_streamp strm)", "f is function (z_streamp) returning int"),
        (
            "CURL_EXTERN CURLcode f(CURL *curl)",
            "f is function (pointer to CURL) returning CURLcode",
        ),
        ("NLOPT_EXTERN(nlopt_result) f(int)", "f is function (int) returning nlopt_result"),
        (
            "void f(int (ZCALLBACK *g)(int))",
            "f is function (pointer to function (int) returning int) returning void",
        ),
        (
            "extern \"C\" int f(int) __attribute__((nonnull(1))) API_UNAVAILABLE(ios);",
            "f is function (int) returning int",
        ),
        (
            "static inline double f(double x) { return x * x; }",
            "f is function (double) returning double",
        ),
        (
            "double mean(const std::vector<std::pair<int, int>> &x, int k = max(1, 2)) noexcept",
            "mean is function (reference to const std::vector, int) returning double",
        ),
        ("virtual double area() const = 0;", "area is function () returning double"),
        (
            "std::unique_ptr<T> make(T &&t);",
            "make is function (reference to T) returning std::unique_ptr",
        ),
        ("FILE *f", "f is pointer to FILE"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    assert_eq!(
        parsed("virtual int f() const noexcept(true);").words,
        ["virtual", "const", "noexcept"]
    );
    assert!(parsed("unsigned mode : 3;").is_bitfield);
    let f = parsed("int f(size_t n,\n   const double *x)");
    let Layer::Function(params) = &f.ty.layers[0] else { panic!("{f:?}") };
    let texts = params.list.iter().map(|param| (&param.text[..], &param.name[..]));
    assert_eq!(texts.collect::<Vec<_>>(), [("size_t n", "n"), ("const double *x", "x")]);
}

#[test]
fn a_caret_stands_under_what_cannot_be_read() {
    for (text, expected) in [
        ("", "--for: a type was expected, as in int f(const double *x, size_t n)\n  \n  ^"),
        (
            "int f(double x y)",
            "--for: ) or a comma was expected after a parameter\n  int f(double x y)\n                 ^",
        ),
        (
            "int f(double x",
            "--for: ) or a comma was expected after a parameter\n  int f(double x\n                ^",
        ),
        (
            "int f(int,)",
            "--for: a type was expected, as in int f(const double *x, size_t n)\n  int f(int,)\n            ^",
        ),
        (
            "int f(int) of",
            "--for: the end was expected after the declaration\n  int f(int) of\n             ^",
        ),
        (
            "int 3(int)",
            "--for: the name of a function, variable or member was expected\n  int 3(int)\n      ^",
        ),
        (
            "int (*f(int)",
            "--for: ) was expected after what is in brackets\n  int (*f(int)\n              ^",
        ),
        (
            "void f(std::vector<double x)",
            "--for: > is missing: a < before it is not closed\n  void f(std::vector<double x)\n                     ^",
        ),
        (
            "unsigned a :",
            "--for: a width in bits was expected after :\n  unsigned a :\n              ^",
        ),
        (
            "#define f(x) x",
            "--for: a type was expected, as in int f(const double *x, size_t n)\n  #define f(x) x\n  ^",
        ),
    ] {
        let why = Declaration::parse(text).expect_err(text).to_string();
        assert_eq!(why, expected, "{text}");
    }
    let deep = format!("int {}", "(*".repeat(1000));
    assert!(Declaration::parse(&deep).expect_err("deep").to_string().contains("in each other"));
    let deep = format!("int f{}", "(int (*)".repeat(1000));
    assert!(Declaration::parse(&deep).is_err());
}
