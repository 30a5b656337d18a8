/*
 * Allocation that cannot fail: for what lives as long as the process or a snapshot. Never use
 * it for a size that a peer chose.
 */
#include "base/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *got)
{
	if (!got) {
		fputs("retort: out of memory\n", stderr);
		abort();
	}
	return got;
}

void *xalloc(size_t bytes)
{
	return must(calloc(1, bytes ? bytes : 1));
}

void *xalloc_array(size_t count, size_t each)
{
	return must(calloc(count ? count : 1, each ? each : 1));
}

void *xalloc_grow(void *old, size_t count, size_t each)
{
	return must(reallocarray(old, count ? count : 1, each ? each : 1));
}

char *xalloc_text(const char *text)
{
	return text ? must(strdup(text)) : NULL;
}

char *xalloc_format(const char *format, ...)
{
	char *text = NULL;
	va_list list;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		text = NULL;
	va_end(list);
	return must(text);
}
