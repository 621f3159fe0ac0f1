// The C API of DuckDB, as `scripts/setup` puts it into `.deps/`.
#ifndef LAKEHOUSE_CDUCKDB_H
#define LAKEHOUSE_CDUCKDB_H

#if __has_include("../../../.deps/include/duckdb.h")
#include "../../../.deps/include/duckdb.h"
#else
#error "DuckDB is not set up: run scripts/setup"
#endif

#endif
