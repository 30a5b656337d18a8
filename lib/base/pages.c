/*
 * Whole pages from the system for tables and rings. Asked once, at the start; nothing a peer
 * sends can make it take more.
 */
#include "base/pages.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static size_t size_of(size_t count, size_t each)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, each, &bytes))
		bytes = SIZE_MAX;
	return bytes ? bytes : 1;
}

void *pages_new(size_t count, size_t each)
{
	size_t bytes = size_of(count, each);
	void *at = bytes == SIZE_MAX ? MAP_FAILED
				     : mmap(NULL, bytes, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		fputs("retort: out of memory\n", stderr);
		abort();
	}
	(void)madvise(at, bytes, MADV_HUGEPAGE); /* a wish: refused, it is only slower */
	return at;
}

void pages_free(void *at, size_t count, size_t each)
{
	if (at)
		munmap(at, size_of(count, each));
}
