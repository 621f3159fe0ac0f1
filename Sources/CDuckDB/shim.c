// Only gives the target something to compile.
#include "CDuckDB.h"
