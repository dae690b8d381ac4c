/* The library as a plugin: loaded, used, freed and closed, many times, with the threads of its pools
 * still on their way out; and a fork after that. The path is the argument.
 *
 * A thread that has called the library has destructors in it, for which glibc keeps it loaded until
 * that thread has ended. So here a thread that ends does the calls: what is left of them when main
 * closes the library keeps nothing, and only the library itself (-z nodelete) stays. */
#define _GNU_SOURCE /* fork, alarm, RTLD_NOLOAD */
#include "check.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* Only types come from the header: nothing here is linked to the library. */
typedef abreast_status (*pool_new)(uint32_t, abreast_pool *);
typedef abreast_status (*pool_free)(abreast_pool);
typedef abreast_status (*ddot)(size_t, const double *, const double *, double *,
                               const abreast_options *);

static void *look_up(void *library, const char *name)
{
    void *symbol = dlsym(library, name);
    CHECK(symbol != NULL);
    return symbol;
}

/* A function from a pointer to an object: POSIX says that this works, C does not. */
#define FUNCTION(variable, library, name)                                                          \
    do {                                                                                           \
        void *function_symbol = look_up(library, name);                                            \
        memcpy(&(variable), &function_symbol, sizeof(variable));                                   \
    } while (0)

struct visit {
    void *library;
    int works;
};

static void *call(void *argument)
{
    const struct visit *visit = argument;
    pool_new make;
    pool_free free_pool;
    ddot dot;
    FUNCTION(make, visit->library, "abreast_pool_new");
    FUNCTION(free_pool, visit->library, "abreast_pool_free");
    FUNCTION(dot, visit->library, "abreast_ddot");
    abreast_options options = ABREAST_OPTIONS;
    const double x[3] = {1, 2, 3};
    double result = 0;
    CHECK(make(8, &options.pool) == ABREAST_OK);
    if (visit->works) {
        CHECK(dot(3, x, x, &result, &options) == ABREAST_OK && result == 14);
        CHECK(dot(3, NULL, x, &result, &options) == ABREAST_NULL);
    }
    CHECK(free_pool(options.pool) == ABREAST_OK);
    return NULL;
}

static void use(const char *path, int works)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        fprintf(stderr, "%s\n", dlerror());
    CHECK(library != NULL);
    struct visit visit = {library, works};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, call, &visit) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(dlclose(library) == 0);
}

/* Whether it is in this process, though nobody has it open. */
static int is_loaded(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    return library != NULL && dlclose(library) == 0;
}

int main(int count, char **words)
{
    CHECK(count == 2);
    CHECK(!is_loaded(words[1]));
    /* Opened and closed without a call, when nothing but the library keeps it. */
    void *library = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL && dlclose(library) == 0);
    CHECK(is_loaded(words[1]));
    /* Closed while its threads have hardly begun, and then after work. */
    for (int i = 0; i < 50; i++) {
        use(words[1], i % 2);
        CHECK(is_loaded(words[1]));
    }
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        use(words[1], 1);
        CHECK(is_loaded(words[1]));
        exit(0);
    }
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    puts("unloaded");
    return 0;
}
