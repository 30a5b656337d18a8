/*
 * The operator's log: every line is formatted in a local buffer and leaves by one write(2), so
 * that lines of several threads never mix. Under systemd the journal's priority prefix stands
 * in front, elsewhere a UTC time. It must never be given what a client said: a control byte
 * that slipped in is replaced, so that nobody can forge a line.
 */
#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 1024

static const struct log_row {
	const char *word;
	int priority; /* syslog's */
} ROWS[LOG_LEVEL_COUNT] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },
	[LOG_LEVEL_WARNING] = { "warning", 4 },
	[LOG_LEVEL_NOTICE] = { "notice", 5 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};

static _Atomic int least = LOG_LEVEL_NOTICE;

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&least, level, memory_order_relaxed);
}

/* systemd names the stream that it reads (systemd.exec(5), $JOURNAL_STREAM); a child whose
 * standard error was sent elsewhere must not believe the name. */
static bool is_read_by_journal(void)
{
	const char *named = getenv("JOURNAL_STREAM");
	struct stat status;
	char text[64];

	if (!named || fstat(STDERR_FILENO, &status))
		return false;
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	return strcmp(named, text) == 0;
}

static size_t write_prefix(char *line, enum log_level level)
{
	struct timespec now;
	struct tm parts;
	size_t len;

	if (is_read_by_journal())
		return (size_t)snprintf(line, LINE_BYTES, "<%d>", ROWS[level].priority);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	len = strftime(line, LINE_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
	return len + (size_t)snprintf(line + len, LINE_BYTES - len, ".%03dZ %s ",
			 (int)(now.tv_nsec / 1000000), ROWS[level].word);
}

static size_t cut(size_t len, int added)
{
	if (added < 0)
		return len;
	len += (size_t)added;
	return len < LINE_BYTES - 1 ? len : LINE_BYTES - 1;
}

void log_say(enum log_level level, const char *who, const char *format, ...)
{
	char line[LINE_BYTES];
	size_t len, start;
	va_list list;

	if ((int)level > atomic_load_explicit(&least, memory_order_relaxed))
		return;
	start = len = write_prefix(line, level);
	len = cut(len, snprintf(line + len, LINE_BYTES - len, "%s: ", who));
	va_start(list, format);
	len = cut(len, vsnprintf(line + len, LINE_BYTES - len, format, list));
	va_end(list);
	for (size_t i = start; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* a log that cannot be written has nobody to be told to */
}

void log_fault(enum log_level level, const char *who, const struct fault *fault)
{
	char words[FAULT_FILE + FAULT_TEXT + 32];

	log_say(level, who, "%s", fault_words(fault, words, sizeof(words)));
}
