#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/*
 * Memory of large tables that are read at random, and of rings that are long: zeroed, taken as
 * it is touched, in huge pages where the system gives them on request, since otherwise most of
 * what is touched misses the TLB as well.
 * Never NULL: the process ends when there is no room for its tables.
 */
void *pages_new(size_t count, size_t each);
void pages_free(void *at, size_t count, size_t each); /* the same sizes; NULL is allowed */

#endif
