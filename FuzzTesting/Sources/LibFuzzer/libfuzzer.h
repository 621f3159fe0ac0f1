#include <stddef.h>
#include <stdint.h>

/// Runs the fuzzer that `-sanitize=fuzzer` links; clang comes without a header for it.
int LLVMFuzzerRunDriver(int *count, char ***arguments,
                        int (*test)(const uint8_t *start, size_t count));
