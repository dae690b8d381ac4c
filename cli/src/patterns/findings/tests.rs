use crate::patterns::findings::*;

/// The first page of each thing that is found, in order.
fn pages(text: &str) -> Vec<&'static str> {
    let declaration = Declaration::parse(text).unwrap_or_else(|why| panic!("{why}"));
    findings(&declaration).iter().map(|found| found.sign.pages[0].0).collect()
}

/// One of each library, as its header has it.
#[test]
fn declarations_of_real_headers_lead_to_their_pages() {
    for (library, text, expected) in [
        (
            "zlib",
            "ZEXTERN int ZEXPORT deflate(z_streamp strm, int flush);",
            &["opaque_handle", "status_codes"][..],
        ),
        (
            "GSL",
            "int gsl_root_fsolver_set(gsl_root_fsolver * s, gsl_function * f, double x_lower, double x_upper);",
            &["opaque_handle", "scoped_callback", "status_codes"],
        ),
        (
            "NLopt",
            "NLOPT_EXTERN(nlopt_result) nlopt_set_min_objective(nlopt_opt opt, nlopt_func f, void *f_data);",
            &["scoped_callback", "status_codes"],
        ),
        (
            "libjpeg",
            "EXTERN(void) jpeg_start_compress(j_compress_ptr cinfo, boolean write_all_tables);",
            &["opaque_handle"],
        ),
        (
            "SQLite",
            "SQLITE_API int sqlite3_exec(sqlite3*, const char *sql, int (*callback)(void*,int,char**,char**), void *, char **errmsg);",
            &["opaque_handle", "strings", "scoped_callback", "strings", "status_codes"],
        ),
        (
            "FFTW",
            "fftw_plan fftw_plan_dft_1d(int n, fftw_complex *in, fftw_complex *out, int sign, unsigned flags);",
            &["complex_numbers", "output_buffer"],
        ),
        (
            "LAPACK",
            "void dgesv_(lapack_int const* n, lapack_int const* nrhs, double* A, lapack_int const* lda, lapack_int* ipiv, double* B, lapack_int const* ldb, lapack_int* info);",
            &["fortran_abi"],
        ),
        (
            "HDF5",
            "H5_DLL herr_t H5Literate2(hid_t group_id, H5_index_t idx_type, H5_iter_order_t order, hsize_t *idx, H5L_iterate2_t op, void *op_data);",
            &["output_buffer", "scoped_callback", "status_codes"],
        ),
        (
            "OpenSSL",
            "int EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *d, size_t cnt);",
            &["opaque_handle", "slices", "status_codes"],
        ),
        (
            "libcurl",
            "CURL_EXTERN CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...);",
            &["opaque_handle", "inline_shim", "status_codes"],
        ),
    ] {
        assert_eq!(pages(text), expected, "{library}");
    }
}

#[test]
fn every_sign_is_found_in_a_declaration() {
    let mut seen = Vec::new();
    for (text, kinds) in [
        ("int f(void (*cb)(void*), void *user)", &[Kind::Callback, Kind::Status][..]),
        ("void on_error(void (*handler)(const char *reason, int code))", &[Kind::BareCallback]),
        (
            "void set_log(void (*log)(void *, int, const char *, va_list))",
            &[Kind::Callback, Kind::VaList],
        ),
        (
            "void qsort(void *base, size_t n, size_t size, int (*compare)(const void *, const void *))",
            &[Kind::ArrayOut, Kind::BareCallback],
        ),
        ("int open(T **out)", &[Kind::Made, Kind::Status]),
        ("double *f(size_t n)", &[Kind::Made]),
        ("void f(struct state *s)", &[Kind::Object]),
        ("void f(char *text, size_t n, char **gives)", &[Kind::TextOut]),
        ("void f(const char *name)", &[Kind::Text]),
        ("const char *f(void)", &[Kind::Text]),
        (
            "void f(const double *x, double *restrict y)",
            &[Kind::ArrayIn, Kind::Restrict, Kind::ArrayOut],
        ),
        (
            "void f(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen)",
            &[Kind::ArrayOut, Kind::ArrayIn],
        ),
        ("void f(const double a[], int lda)", &[Kind::ArrayIn, Kind::Strided]),
        ("enum mode f(bool on)", &[Kind::Enum]),
        ("struct point f(struct point p)", &[Kind::ByValue]),
        ("double _Complex f(double complex z)", &[Kind::Complex]),
        ("FILE *f(const char *path)", &[Kind::Text, Kind::File]),
        ("void f(const char *format, ...)", &[Kind::Text, Kind::Variadic]),
        ("static inline double f(double x)", &[Kind::Inline]),
        ("unsigned a : 3;", &[Kind::Bitfield]),
        ("union value at;", &[Kind::Union]),
        ("double values[];", &[Kind::Tail]),
        ("double values[4];", &[]),
        ("extern double values[];", &[Kind::Global]),
        (
            "template <class T> std::optional<T> largest(std::span<const T> x) noexcept",
            &[Kind::CppValue, Kind::Template],
        ),
        ("template <typename T, int N> T f(T x)", &[Kind::Throw, Kind::Template]),
        ("extern _Thread_local int last", &[Kind::Global, Kind::ThreadLocal]),
        ("double mean(const std::vector<double> &x)", &[Kind::Vector, Kind::Throw]),
        ("double mean(const std::vector<double> &x) noexcept", &[Kind::Vector]),
        ("void on(std::function<double(double)> f) throw()", &[Kind::Function]),
        ("std::unique_ptr<T> make(T &t, const std::string &name)", &[Kind::Class, Kind::Throw]),
        ("virtual double at(double x) const = 0;", &[Kind::Throw, Kind::Virtual]),
        ("void longjmp(jmp_buf env, int value)", &[Kind::Jump]),
        (
            "void *dlsym(void *library, const char *name)",
            &[Kind::ArrayOut, Kind::Text, Kind::Made, Kind::Loaded],
        ),
        ("void openblas_set_num_threads(int n)", &[Kind::Pool]),
        ("int fft(double *x, int nthreads)", &[Kind::ArrayOut, Kind::Pool, Kind::Status]),
        ("__declspec(dllimport) int f(double x)", &[Kind::Status, Kind::Imported]),
        ("int my_plugin_init(int version)", &[Kind::Status, Kind::Loaded]),
        (
            "void f_(const char *uplo, const int *n, double *a, size_t uplo_length)",
            &[Kind::Fortran],
        ),
        ("int f_(int n, const double *x)", &[Kind::ArrayIn, Kind::Status]),
        (
            "void f(int matrix_layout, double *a, lapack_int lda, lapack_int *ipiv)",
            &[Kind::ArrayOut, Kind::Strided],
        ),
        ("double f(double x, int n)", &[]),
    ] {
        let declaration = Declaration::parse(text).unwrap_or_else(|why| panic!("{why}"));
        let found: Vec<Kind> = findings(&declaration).iter().map(|found| found.sign.kind).collect();
        assert_eq!(found, kinds, "{text}");
        seen.extend(found);
    }
    let missing =
        abreast_patterns::index::signs::SIGNS.iter().filter(|sign| !seen.contains(&sign.kind));
    assert_eq!(missing.map(|sign| sign.kind).collect::<Vec<_>>(), []);
}

#[test]
fn the_parts_are_named_once_and_names_that_decide_are_said() {
    let text = "int f(double *a, double *b, nlopt_func g, void *g_data, int lda)";
    let found = findings(&Declaration::parse(text).expect("read"));
    let parts: Vec<_> = found.iter().map(|found| (&found.part[..], found.why.as_deref())).collect();
    assert_eq!(
        parts,
        [
            ("double *a, double *b", None),
            ("nlopt_func g", Some("void *g_data follows, as the data of a function does")),
            ("int lda", Some("lda is called like a stride")),
            ("the result of f", None),
        ]
    );
}
