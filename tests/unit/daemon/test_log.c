/* The operator's log: one write a line, levels, prefixes, and nothing that could forge a line.
 */
#include "log.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int reading_end, old_stderr;

static void catch_stderr(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	old_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	reading_end = ends[0];
}

static const char *caught(void)
{
	static char at[8192];
	ssize_t len;

	dup2(old_stderr, STDERR_FILENO); /* the pipe's last writer: reading ends */
	close(old_stderr);
	len = read(reading_end, at, sizeof(at) - 1);
	close(reading_end);
	ck_assert_int_ge(len, 0);
	at[len] = '\0';
	return at;
}

START_TEST(a_line_has_time_level_speaker_and_text)
{
	const char *line;
	int year;

	unsetenv("JOURNAL_STREAM");
	catch_stderr();
	log_say(LOG_LEVEL_WARNING, "upstream gateway", "%d servers down", 2);
	line = caught();
	ck_assert_int_eq(sscanf(line, "%d-", &year), 1);
	ck_assert_int_ge(year, 2024);
	ck_assert_ptr_nonnull(strstr(line, "Z warning upstream gateway: 2 servers down\n"));
}
END_TEST

START_TEST(lines_below_the_level_are_not_written)
{
	catch_stderr();
	log_say(LOG_LEVEL_DEBUG, "a", "hidden");
	log_set_level(LOG_LEVEL_ERROR);
	log_say(LOG_LEVEL_WARNING, "b", "hidden");
	log_set_level(LOG_LEVEL_DEBUG);
	log_say(LOG_LEVEL_DEBUG, "c", "shown");
	log_set_level(LOG_LEVEL_NOTICE);
	ck_assert_ptr_nonnull(strstr(caught(), " debug c: shown\n"));
}
END_TEST

START_TEST(a_control_byte_cannot_begin_a_second_line)
{
	const char *line;

	catch_stderr();
	log_say(LOG_LEVEL_NOTICE, "a", "x\n2026 error forged\x1b[31m");
	line = caught();
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	ck_assert_ptr_nonnull(strstr(line, "x?2026 error forged?[31m"));
}
END_TEST

START_TEST(a_line_too_long_is_cut_and_still_ends)
{
	char text[4000];
	const char *line;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	catch_stderr();
	log_say(LOG_LEVEL_NOTICE, "a", "%s", text);
	line = caught();
	ck_assert_uint_le(strlen(line), 1024);
	ck_assert_int_eq(line[strlen(line) - 1], '\n');
}
END_TEST

START_TEST(the_journal_is_told_the_priority_only_when_it_reads)
{
	struct stat status;
	char named[64];

	catch_stderr();
	fstat(STDERR_FILENO, &status);
	snprintf(named, sizeof(named), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", named, 1);
	log_say(LOG_LEVEL_ERROR, "a", "read by the journal");
	setenv("JOURNAL_STREAM", "1:2", 1);
	log_say(LOG_LEVEL_ERROR, "a", "not read");
	unsetenv("JOURNAL_STREAM");
	{
		const char *lines = caught();

		ck_assert_ptr_eq(strstr(lines, "<3>a: read by the journal\n"), lines);
		ck_assert_ptr_nonnull(strstr(lines, "Z error a: not read\n"));
	}
}
END_TEST

START_TEST(a_fault_is_said_with_its_place)
{
	struct fault fault;

	fault_say_at(&fault, "retort.yaml", 3, 7, "unknown key");
	catch_stderr();
	log_fault(LOG_LEVEL_ERROR, "config", &fault);
	ck_assert_ptr_nonnull(strstr(caught(), "config: retort.yaml:3:7: unknown key\n"));
}
END_TEST

UNIT_MAIN("log", a_line_has_time_level_speaker_and_text, lines_below_the_level_are_not_written,
    a_control_byte_cannot_begin_a_second_line, a_line_too_long_is_cut_and_still_ends,
    the_journal_is_told_the_priority_only_when_it_reads, a_fault_is_said_with_its_place)
