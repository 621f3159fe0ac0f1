// The C API of DuckDB, as `scripts/setup` puts it into `.deps/`.
#ifndef LAKEHOUSE_CDUCKDB_H
#define LAKEHOUSE_CDUCKDB_H

#if __has_include("../../../.deps/include/duckdb.h")
#include "../../../.deps/include/duckdb.h"
#else
#error "DuckDB is not set up: run scripts/setup"
#endif

/// The file DuckDB's library was loaded from, NULL if unknown. Swift doesn't see `dladdr` itself.
const char *duckdb_library_path(void);

#endif
