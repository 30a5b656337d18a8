#ifndef LOG_H
#define LOG_H

#include "base/fault.h"

/*
 * The daemon's own words to its operator: one line each on standard error (journald's priority
 * prefix when the journal reads it, a UTC time otherwise). Never a prompt, a credential or a
 * raw header value. Any thread may call; a line is one write(2).
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_COUNT
};

/* The least level that is written; LOG_LEVEL_NOTICE at start ("info" in the configuration). */
void log_set_level(enum log_level level);

/* |who| is the room or the thing that speaks ("upstream gateway", "worker 1"). */
void log_say(enum log_level level, const char *who, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void log_fault(enum log_level level, const char *who, const struct fault *fault);

#endif
