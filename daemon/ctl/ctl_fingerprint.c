/*
 * retortctl fingerprint: captures in, their facts out, a JSON object a line: what Retort sees
 * of an exchange, and all that it keeps. Asks no daemon. Keyed with the file that
 * $RETORT_IDENTITY_KEY names, so that hashes compare with the daemon's; else with a key that
 * ends with the run.
 */
#include "ctl.h"
#include "kit.h"
#include "lines.h"

#include "record/facts_json.h"

#include <stdio.h>

#define ARENA_CEILING (256u << 20)

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "retortctl: %s: %s\n", what, why);
	return CTL_FAILED;
}

static bool print_line(struct bytes line, const struct capture_kit *kit, struct fault *fault)
{
	char json[FACTS_JSON_BYTES];
	struct text text = text_in(json, sizeof(json));
	struct capture capture;
	struct record record;
	struct arena arena;
	int failed;

	arena_init(&arena, ARENA_CEILING);
	failed = capture_read(&capture, &arena, line, fault);
	if (!failed) {
		capture_facts_fill(&record, &capture, &arena, kit);
		facts_json_write(&text, &record);
		text_add_char(&text, '\n');
		fwrite(text.at, 1, text.len, stdout);
	}
	arena_fini(&arena);
	return !failed;
}

static int print_lines(struct lines *lines, const char *name, const struct capture_kit *kit)
{
	struct bytes line;
	struct fault fault;
	int result = CTL_OK;

	while (lines_next(lines, &line)) {
		if (line.len == 1 || print_line(line, kit, &fault))
			continue;
		fprintf(stderr, "%s:%llu: %s\n", name, (unsigned long long)lines->number,
		    fault.text);
		result = CTL_FAILED;
	}
	return result;
}

static int print_file(const char *path, const struct capture_kit *kit)
{
	struct lines lines;
	int result;

	if (!lines_open(&lines, path))
		return fail(path, "cannot be read");
	result = print_lines(&lines, path, kit);
	lines_close(&lines);
	return fflush(stdout) ? fail("standard output", "cannot be written") : result;
}

int ctl_fingerprint(struct ctl_options *options, int argc, char **argv)
{
	struct capture_kit kit;
	struct fault fault;
	int result;

	if (!ctl_read_options(options, argc, argv, 1))
		return CTL_USAGE;
	result = kit_make(&kit, NULL, &fault) ? print_file(argv[argc - 1], &kit)
					      : fail("fingerprint", fault.text);
	kit_free(&kit);
	return result;
}
