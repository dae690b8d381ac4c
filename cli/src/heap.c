/* Counts what a process asks malloc for: C, C++'s new and Rust all come here. It takes the place of malloc
 * in a program that starts with this library in LD_PRELOAD, and counts between begin and end, in all
 * threads. The numbers are in the file that ABREAST_HEAP names, so that whoever has it open can read and
 * set them. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* glibc's own names of what is replaced here. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

/* As heap.rs reads it. */
struct heap {
    uint64_t ready;  /* somebody counts */
    uint64_t inside; /* now */
    uint64_t count;
    uint64_t bytes; /* asked for */
    int64_t live;   /* as they are rounded; below zero when older ones are freed */
    int64_t peak;
};

static struct heap nowhere;
static struct heap *heap = &nowhere;

__attribute__((constructor)) static void open_heap(void) {
    const char *name = getenv("ABREAST_HEAP");
    int file = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *map = mmap(NULL, sizeof *heap, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
        if (map != MAP_FAILED) {
            heap = map;
            heap->ready = 1;
        }
    }
    /* What this process starts does not count into its numbers. */
    unsetenv("LD_PRELOAD");
}

void abreast_heap_begin(void) {
    heap->count = heap->bytes = 0;
    heap->live = heap->peak = 0;
    __atomic_store_n(&heap->inside, 1, __ATOMIC_SEQ_CST);
}

void abreast_heap_end(void) {
    __atomic_store_n(&heap->inside, 0, __ATOMIC_SEQ_CST);
}

static int counts(void) {
    return __atomic_load_n(&heap->inside, __ATOMIC_RELAXED) != 0;
}

static void hold(int64_t bytes) {
    int64_t live = __atomic_add_fetch(&heap->live, bytes, __ATOMIC_RELAXED);
    int64_t peak = __atomic_load_n(&heap->peak, __ATOMIC_RELAXED);
    while (live > peak && !__atomic_compare_exchange_n(&heap->peak, &peak, live, 1, __ATOMIC_RELAXED,
                                                       __ATOMIC_RELAXED)) {
    }
}

static void *given(void *memory, size_t asked) {
    if (memory && counts()) {
        __atomic_add_fetch(&heap->count, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&heap->bytes, asked, __ATOMIC_RELAXED);
        hold((int64_t)malloc_usable_size(memory));
    }
    return memory;
}

void *malloc(size_t size) {
    return given(__libc_malloc(size), size);
}

void *calloc(size_t count, size_t size) {
    return given(__libc_calloc(count, size), count * size);
}

void *realloc(void *memory, size_t size) {
    int64_t before = memory && counts() ? (int64_t)malloc_usable_size(memory) : 0;
    void *moved = __libc_realloc(memory, size);
    if (counts() && (moved || size == 0)) {
        hold(-before);
    }
    return given(moved, size);
}

void free(void *memory) {
    if (memory && counts()) {
        hold(-(int64_t)malloc_usable_size(memory));
    }
    __libc_free(memory);
}

void *memalign(size_t alignment, size_t size) {
    return given(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return given(__libc_memalign(alignment, size), size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) {
        return EINVAL;
    }
    void *made = given(__libc_memalign(alignment, size), size);
    if (!made) {
        return ENOMEM;
    }
    *memory = made;
    return 0;
}
