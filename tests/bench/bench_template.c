/*
 * How well a template is recognised, as a table for each prompt family: the share of pairs of
 * prompts with a head, a tail or a band in common. Wants the folder with the tuning data as its
 * argument (prompts/, campaigns/); prints a JSON line a family. Not timed.
 */
#include "base/xalloc.h"
#include "fingerprint/clip.h"
#include "fingerprint/template.h"
#include "wire/json_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define LINE_MOST  (8 << 20)
#define GROUP_MOST 400

enum column { COL_FAMILY, COL_TEMPLATE, COL_TEXT, COL_INPUT, COL_OUTPUT, COL_COUNT, COL_NONE };

/* The columns of the files in the folder, under all their names. */
static const struct {
	const char *name;
	enum column column;
} columns[] = { { "family", COL_FAMILY }, { "template", COL_TEMPLATE }, { "text", COL_TEXT },
	{ "prompt", COL_TEXT }, { "instruction", COL_TEXT }, { "turns", COL_TEXT },
	{ "question", COL_TEXT }, { "input", COL_INPUT }, { "output", COL_OUTPUT } };

struct row {
	char *at[COL_COUNT];
	size_t len[COL_COUNT];
	enum column open; /* the column being read */
};

typedef void take_row_fn(void *arg, struct row *row);

struct reader {
	struct row row;
	take_row_fn *take;
	void *arg;
	unsigned depth;
};

static bool on_name(void *arg, struct bytes name)
{
	struct reader *reader = arg;

	reader->row.open = COL_NONE;
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (bytes_equal(name, bytes_of_text(columns[i].name)) &&
		    !reader->row.at[columns[i].column])
			reader->row.open = columns[i].column;
	return reader->row.open != COL_NONE || bytes_equal(name, BYTES("instances"));
}

static bool on_open(void *arg, bool is_array)
{
	(void)is_array;
	((struct reader *)arg)->depth++;
	return true;
}

static void on_text(void *arg, struct bytes piece, bool is_last)
{
	struct row *row = &((struct reader *)arg)->row;
	enum column column = row->open;

	if (column == COL_NONE)
		return;
	row->at[column] = xalloc_grow(row->at[column], row->len[column] + piece.len + 1, 1);
	memcpy(row->at[column] + row->len[column], piece.at, piece.len);
	row->len[column] += piece.len;
	row->at[column][row->len[column]] = '\0';
	if (is_last)
		row->open = COL_NONE;
}

static void clear_row(struct row *row)
{
	for (int i = 0; i < COL_COUNT; i++)
		free(row->at[i]);
	*row = (struct row){ .open = COL_NONE };
}

/* A row ends where its object does: at the top of a line, or inside the one array of a file. */
static void on_close(void *arg)
{
	struct reader *reader = arg;

	reader->depth--;
	if (reader->row.at[COL_TEXT] && reader->depth <= 1) {
		reader->take(reader->arg, &reader->row);
		clear_row(&reader->row);
	}
}

static void on_word(void *arg, enum json_word word, struct bytes digits)
{
	(void)arg;
	(void)word;
	(void)digits;
}

static const struct json_events events = { on_name, on_open, on_close, on_text, on_word };

/* Reads a file of one JSON array, or of one object a line; gzip or plain. */
static void read_rows(const char *folder, const char *name, take_row_fn *take, void *arg)
{
	char *path = xalloc_format("%s/%s", folder, name), *line = xalloc(LINE_MOST);
	struct reader reader = { .take = take, .arg = arg, .row.open = COL_NONE };
	struct json_scan scan;
	gzFile file = gzopen(path, "rb");

	if (!file) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	json_scan_init(&scan, &events, &reader);
	while (gzgets(file, line, LINE_MOST))
		if (json_scan_take(&scan, bytes_of_text(line)) == SCAN_DONE)
			json_scan_init(&scan, &events, &reader);
	gzclose(file);
	clear_row(&reader.row);
	free(path);
	free(line);
}

/* Prompts of one template. */
struct group {
	char *family, *template;
	size_t count;
	struct prompt_facts *facts;
};

struct corpus {
	struct text_digest_keys *keys;
	size_t count;
	struct group *groups;
};

static struct group *group_of(struct corpus *corpus, const char *family, const char *template)
{
	struct group *group;

	for (size_t i = corpus->count; i-- > 0;)
		if (!strcmp(corpus->groups[i].template, template) &&
		    !strcmp(corpus->groups[i].family, family))
			return &corpus->groups[i];
	corpus->groups = xalloc_grow(
	    corpus->groups, corpus->count + 1, sizeof(*corpus->groups));
	group = &corpus->groups[corpus->count++];
	*group = (struct group){ .family = xalloc_text(family),
		.template = xalloc_text(template),
		.facts = xalloc_array(GROUP_MOST * 4, sizeof(*group->facts)) };
	return group;
}

static void add_prompt(
    struct corpus *corpus, const char *family, const char *template, struct bytes text)
{
	struct group *group = group_of(corpus, family, template);
	struct bytes runs[2];
	struct clip clip;
	size_t count;

	if (group->count == GROUP_MOST * 4)
		return;
	clip_init(&clip);
	clip_add(&clip, text);
	count = clip_runs(&clip, runs);
	template_write(&group->facts[group->count++], corpus->keys, runs, count);
}

static void take_business(void *arg, struct row *row)
{
	add_prompt(arg, row->at[COL_FAMILY], row->at[COL_TEMPLATE],
	    bytes_of(row->at[COL_TEXT], row->len[COL_TEXT]));
}

static void take_single(void *arg, struct row *row)
{
	char *text = xalloc_format("%s%s%s", row->at[COL_TEXT], row->at[COL_INPUT] ? "\n" : "",
	    row->at[COL_INPUT] ? row->at[COL_INPUT] : "");

	add_prompt(arg, "prompts", "single", bytes_of_text(text));
	free(text);
}

struct seeds {
	size_t count;
	char *tasks[256][3];
};

static void take_seed(void *arg, struct row *row)
{
	struct seeds *seeds = arg;

	for (int i = 0; i < 3; i++)
		seeds->tasks[seeds->count][i] = xalloc_text(
		    row->at[COL_TEXT + i] && *row->at[COL_TEXT + i] ? row->at[COL_TEXT + i]
								    : "<noinput>");
	seeds->count++;
}

/* The prompts of the Alpaca run: the rules, then three seed tasks drawn anew each time. */
static void add_campaign(
    struct corpus *corpus, const char *folder, const char *name, const char *seed_file)
{
	char *path = xalloc_format("%s/campaigns/%s_prompt_template.txt", folder, name);
	char rules[8192], prompt[32768];
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(rules, 1, sizeof(rules) - 1, file) : 0;
	struct seeds seeds = { 0 };
	unsigned draw = 12345;

	if (!len)
		exit(EXIT_FAILURE);
	fclose(file);
	rules[len] = '\0';
	read_rows(folder, seed_file, take_seed, &seeds);
	for (int i = 0; i < GROUP_MOST; i++) {
		int at = snprintf(prompt, sizeof(prompt), "%s\n", rules);

		for (int task = 1; task <= 3; task++) {
			char **seed = seeds.tasks[(draw = draw * 1103515245 + 12345) / 65536 %
						  seeds.count];

			at += snprintf(prompt + at, sizeof(prompt) - (size_t)at,
			    "###\n%d. Instruction: %s\n%d. Input:\n%s\n%d. Output:\n%s\n", task,
			    seed[0], task, seed[1], task, seed[2]);
		}
		at += snprintf(
		    prompt + at, sizeof(prompt) - (size_t)at, "###\n4. Instruction:");
		add_prompt(corpus, name, name, bytes_of(prompt, (size_t)at));
	}
	free(path);
}

struct tally {
	size_t pairs, body, head, tail, any;
};

static void compare(
    struct tally *tally, const struct prompt_facts *a, const struct prompt_facts *b)
{
	bool is_body = a->skeleton && a->skeleton == b->skeleton;
	bool is_head = a->head && a->head == b->head, is_tail = a->tail && a->tail == b->tail;

	for (int i = 0; i < PROMPT_BANDS; i++)
		is_body |= a->bands[i] && a->bands[i] == b->bands[i];
	tally->pairs++;
	tally->body += is_body;
	tally->head += is_head;
	tally->tail += is_tail;
	tally->any += is_body || is_head || is_tail;
}

static void compare_groups(struct tally *tally, const struct group *a, const struct group *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = a == b ? i + 1 : 0; j < b->count; j++)
			compare(tally, &a->facts[i], &b->facts[j]);
}

static double share(size_t part, size_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void print_tally(const char *kind, const char *name, const struct tally *tally)
{
	printf("{\"bench\":\"template\",\"kind\":\"%s\",\"family\":\"%s\",\"pairs\":%zu,"
	       "\"body\":%.4f,\"head\":%.4f,\"tail\":%.4f,\"any\":%.5f}\n",
	    kind, name, tally->pairs, share(tally->body, tally->pairs),
	    share(tally->head, tally->pairs), share(tally->tail, tally->pairs),
	    share(tally->any, tally->pairs));
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool is_business(const struct group *group)
{
	return strcmp(group->family, group->template) && strcmp(group->template, "single");
}

static void report(const struct corpus *corpus)
{
	struct tally across = { 0 };
	double shares[64];
	size_t families = 0;

	for (size_t i = 0; i < corpus->count; i++) {
		const struct group *group = &corpus->groups[i];
		struct tally tally = { 0 };
		bool is_new = true;

		for (size_t j = 0; j < i; j++)
			is_new &= strcmp(corpus->groups[j].family, group->family) != 0;
		for (size_t j = 0; j < corpus->count; j++) {
			bool is_same = !strcmp(corpus->groups[j].family, group->family);

			if (is_same && is_new)
				compare_groups(&tally, &corpus->groups[j], &corpus->groups[j]);
			else if (!is_same && j > i && is_business(group) &&
				 is_business(&corpus->groups[j]))
				compare_groups(&across, group, &corpus->groups[j]);
		}
		if (!is_new)
			continue;
		print_tally(is_business(group)                  ? "business"
			    : strcmp(group->template, "single") ? "campaign"
								: "unrelated",
		    group->family, &tally);
		if (is_business(group))
			shares[families++] = share(tally.any, tally.pairs);
	}
	print_tally("unrelated", "across business families", &across);
	qsort(shares, families, sizeof(*shares), by_value);
	printf(
	    "{\"bench\":\"template\",\"kind\":\"median of business families\",\"any\":%.4f}\n",
	    families ? shares[families / 2] : 0);
}

int main(int argc, char **argv)
{
	static const char *const singles[] = { "prompts/mt_bench_80.jsonl",
		"prompts/vicuna_bench_80.jsonl", "prompts/koala_test_180.jsonl",
		"prompts/alpaca_eval_805.json",
		"prompts/self_instruct_user_oriented_252.jsonl" };
	struct text_digest_keys keys;
	struct corpus corpus = { .keys = &keys };
	struct fault fault;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DATA-FOLDER\n", argv[0]);
		return 2;
	}
	text_digest_keys_init(&keys, keyed_hash_new(BYTES("a secret for benches"), &fault));
	add_campaign(
	    &corpus, argv[1], "alpaca", "campaigns/self_instruct_seed_tasks_175.jsonl");
	add_campaign(&corpus, argv[1], "codealpaca", "campaigns/codealpaca_seed_tasks.jsonl");
	for (size_t i = 0; i < sizeof(singles) / sizeof(*singles); i++)
		read_rows(argv[1], singles[i], take_single, &corpus);
	read_rows(argv[1], "prompts/business_templates.jsonl.gz", take_business, &corpus);
	report(&corpus);
	return EXIT_SUCCESS;
}
