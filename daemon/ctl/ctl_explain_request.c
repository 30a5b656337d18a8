/*
 * retortctl explain REQUEST-ID: the record of a request that the daemon remembers, and the
 * cohorts that it matches with their numbers.
 */
#include "ask.h"
#include "call.h"
#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_rows(const struct tree *tree, const char *path, FILE *out)
{
	const struct tree_row *row;
	size_t at = 0;

	while ((row = tree_next(tree, path, &at)))
		fprintf(out, "  %-30s %s\n", row->path + strlen(path) + 1, row->value);
}

static void print_explanation(const struct tree *tree, int status, FILE *out)
{
	char path[48];

	(void)status;
	fprintf(
	    out, "request %s: %s\n", tree_find(tree, "request"), tree_find(tree, "verdict"));
	print_rows(tree, "record", out);
	for (size_t i = 0;; i++) {
		snprintf(path, sizeof(path), "cohorts[%zu]", i);
		if (!tree_count(tree, path))
			return;
		fprintf(out, "it matches a cohort:\n");
		print_rows(tree, path, out);
	}
}

/* The record as the daemon wrote it stands whole between two names of the answer. */
static bool find_record(struct bytes body, struct record *record)
{
	static const char before[] = "\"record\":", after[] = ",\"cohorts\":[";
	const char *from = memmem(body.at, body.len, before, sizeof(before) - 1), *end;
	struct fault fault;

	if (!from)
		return false;
	from += sizeof(before) - 1;
	end = memmem(from, (size_t)(body.at + body.len - from), after, sizeof(after) - 1);
	return end && record_read(bytes_of(from, (size_t)(end - from)), record, &fault) == 0;
}

static void verify_all(struct verify *verify, const struct tree *tree)
{
	char prefix[32] = "cohort";

	if (tree_count(tree, prefix))
		verify_arithmetic(verify, tree, prefix);
	for (size_t i = 0;; i++) {
		snprintf(prefix, sizeof(prefix), "cohorts[%zu]", i);
		if (!tree_count(tree, prefix))
			return;
		verify_arithmetic(verify, tree, prefix);
	}
}

static int verify_answer(const char *id, struct bytes body)
{
	struct verify verify = { .id = strtoull(id, NULL, 16) };
	struct record record;
	struct fault fault;
	struct tree tree;

	if (tree_read(&tree, body, &fault)) {
		fprintf(stderr, "retortctl: %s\n", fault.text);
		return CTL_FAILED;
	}
	if (find_record(body, &record)) {
		verify.records++;
		verify_decision(&verify, &record);
	}
	verify_all(&verify, &tree);
	tree_fini(&tree);
	return verify_outcome(&verify);
}

static int verify_live(const struct ctl_options *options, const char *id)
{
	static const char *const places[] = { "explain", "cohorts" };
	struct call_answer answer;
	int result = CTL_FAILED;
	bool is_found = false;

	for (int i = 0; i < 2 && !is_found; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/%s/%.40s", places[i], id);
		if (!call_or_say(options, "GET", path, &answer))
			return CTL_FAILED;
		is_found = answer.status == 200;
		if (is_found)
			result = verify_answer(id, answer.body);
		call_answer_fini(&answer);
	}
	if (!is_found)
		fprintf(
		    stderr, "retortctl: the daemon knows no request and no cohort %s\n", id);
	return result;
}

int ctl_explain_request(struct ctl_options *options, const char *id, bool is_verify)
{
	char path[64];
	const struct ask ask = { "GET", path, print_explanation };

	snprintf(path, sizeof(path), "/explain/%.40s", id);
	return is_verify ? verify_live(options, id) : ask_once(&ask, options);
}
