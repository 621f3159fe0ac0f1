#pragma once

#include <stddef.h>

/// Counts what is allocated from now on, on any thread.
void fuzz_memory_begin(void);

/// The most that was allocated and not freed at any time since the count began.
size_t fuzz_memory_peak(void);

/// Makes bytes deadly to touch until their allocation is freed.
void fuzz_memory_forbid(const void *start, size_t count);

/// Undoes that.
void fuzz_memory_permit(const void *start, size_t count);
