#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

/*
 * Memory with the life of the process or of a snapshot: these never return NULL, a failure
 * aborts with one line on standard error. What a peer can make us allocate goes to an arena
 * instead, whose ceiling refuses one exchange and not the process.
 */
void *xalloc(size_t bytes);                    /* zeroed */
void *xalloc_array(size_t count, size_t each); /* zeroed, overflow checked */
void *xalloc_grow(void *old, size_t count, size_t each);
char *xalloc_text(const char *text); /* a copy; NULL gives NULL */
char *xalloc_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
