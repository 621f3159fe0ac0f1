// glibc's own functions beside malloc: Swift's Glibc module leaves them out.
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
