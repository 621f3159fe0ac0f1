#define _GNU_SOURCE
#include "CDuckDB.h"
#include <dlfcn.h>
#include <stddef.h>

const char *duckdb_library_path(void) {
  Dl_info info;
  return dladdr((const void *)duckdb_library_version, &info) ? info.dli_fname : NULL;
}
