/*
 * Faults are plain values: the library never logs, it says why and leaves the telling to its
 * caller. Nothing here allocates.
 */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

int fault_say(struct fault *fault, const char *format, ...)
{
	va_list list;

	fault->line = fault->column = 0;
	fault->file[0] = '\0';
	va_start(list, format);
	vsnprintf(fault->text, sizeof(fault->text), format, list);
	va_end(list);
	return -1;
}

int fault_say_at(
    struct fault *fault, const char *file, int line, int column, const char *format, ...)
{
	va_list list;

	fault->line = line;
	fault->column = column;
	snprintf(fault->file, sizeof(fault->file), "%s", file ? file : "");
	va_start(list, format);
	vsnprintf(fault->text, sizeof(fault->text), format, list);
	va_end(list);
	return -1;
}

const char *fault_words(const struct fault *fault, char *out, int out_bytes)
{
	if (fault->line)
		snprintf(out, (size_t)out_bytes, "%s:%d:%d: %s", fault->file, fault->line,
		    fault->column, fault->text);
	else if (fault->file[0])
		snprintf(out, (size_t)out_bytes, "%s: %s", fault->file, fault->text);
	else
		snprintf(out, (size_t)out_bytes, "%s", fault->text);
	return out;
}
