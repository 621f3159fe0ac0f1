#include "FuzzMemory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

// Of the sanitizer's run-time library, whose headers Swift's toolchain doesn't have.
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t),
                                              void (*)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *);
void __asan_poison_memory_region(const volatile void *, size_t);
void __asan_unpoison_memory_region(const volatile void *, size_t);

static atomic_bool counting;
static atomic_long used, peak;

static void allocated(const volatile void *start, size_t count) {
  (void)start;
  if (!atomic_load_explicit(&counting, memory_order_relaxed)) return;
  long now = atomic_fetch_add_explicit(&used, (long)count, memory_order_relaxed) + (long)count;
  long most = atomic_load_explicit(&peak, memory_order_relaxed);
  while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
  }
}

static void freed(const volatile void *start) {
  if (!atomic_load_explicit(&counting, memory_order_relaxed)) return;
  long count = (long)__sanitizer_get_allocated_size(start);
  atomic_fetch_sub_explicit(&used, count, memory_order_relaxed);
}

void fuzz_memory_begin(void) {
  static atomic_bool installed;
  if (!atomic_exchange(&installed, 1)) {
    __sanitizer_install_malloc_and_free_hooks(allocated, freed);
  }
  atomic_store(&used, 0);
  atomic_store(&peak, 0);
  atomic_store(&counting, 1);
}

size_t fuzz_memory_peak(void) {
  atomic_store(&counting, 0);
  long most = atomic_load(&peak);
  return most > 0 ? (size_t)most : 0;
}

void fuzz_memory_forbid(const void *start, size_t count) {
  __asan_poison_memory_region(start, count);
}

void fuzz_memory_permit(const void *start, size_t count) {
  __asan_unpoison_memory_region(start, count);
}

// DuckDB's library has an allocator of its own, under which the sanitizer sees no overflow. It calls
// it by names that a program may define anew.
void *duckdb_je_malloc(size_t count) { return malloc(count); }
void *duckdb_je_realloc(void *start, size_t count) { return realloc(start, count); }
void duckdb_je_free(void *start) { free(start); }
