/*
 * retortctl fingerprint: captures in, their facts out, a JSON object a line: what Retort sees
 * of an exchange, and all that it keeps. Asks no daemon. Keyed with the file that
 * $RETORT_IDENTITY_KEY names, so that hashes compare with the daemon's; else with a key that
 * ends with the run.
 */
#include "ctl.h"

#include "base/xalloc.h"
#include "fingerprint/elicitation.h"
#include "record/capture_facts.h"
#include "record/facts_json.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define FILE_MOST     (1 << 20)
#define ARENA_CEILING (256u << 20)

/* Where credentials stand unless a configuration says otherwise (identity.account_from). */
static const char *const SOURCES[] = { "authorization", "x-api-key", "api-key",
	"x-goog-api-key", "query:key" };

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "retortctl: %s: %s\n", what, why);
	return CTL_FAILED;
}

/* A small file whole; at is NULL when it cannot be read. */
static struct bytes read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *at = file ? xalloc(FILE_MOST) : NULL;
	size_t len = file ? fread(at, 1, FILE_MOST, file) : 0;

	if (file)
		fclose(file);
	return bytes_of(at, len);
}

static struct keyed_hash *make_hash(struct fault *fault)
{
	const char *path = getenv("RETORT_IDENTITY_KEY");
	unsigned char secret[32];
	struct keyed_hash *hash;
	struct bytes text;

	if (!path) {
		if (getrandom(secret, sizeof(secret), 0) != sizeof(secret)) {
			fault_say(fault, "no randomness");
			return NULL;
		}
		return keyed_hash_new(bytes_of(secret, sizeof(secret)), fault);
	}
	text = read_file(path);
	if (!text.at) {
		fault_say(fault, "%s cannot be read", path);
		return NULL;
	}
	while (text.len && (unsigned char)text.at[text.len - 1] <= ' ')
		text.len--;
	hash = keyed_hash_new(text, fault);
	OPENSSL_cleanse((char *)text.at, text.len);
	free((char *)text.at);
	return hash;
}

/* The phrases of $RETORT_ELICITATION; without it none are looked for. */
static bool read_phrases(struct capture_kit *kit, struct fault *fault)
{
	const char *path = getenv("RETORT_ELICITATION");
	struct bytes text;

	if (!path)
		return true;
	text = read_file(path);
	if (!text.at)
		return fault_say(fault, "%s cannot be read", path) == 0;
	kit->prompt.elicitation = elicitation_new(text, path, fault);
	free((char *)text.at);
	return kit->prompt.elicitation;
}

static bool make_kit(struct capture_kit *kit, struct fault *fault)
{
	struct keyed_hash *hash = make_hash(fault);

	*kit = (struct capture_kit){ .body_limit = 64 << 20, .decoded_limit = 64 << 20 };
	if (!hash)
		return false;
	text_digest_keys_init(&kit->prompt.keys, hash);
	kit->identity = identity_new(SOURCES, sizeof(SOURCES) / sizeof(*SOURCES), fault);
	kit->digest = digest_new(fault);
	return kit->identity && kit->digest && read_phrases(kit, fault);
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

static int print_lines(FILE *file, const char *name, const struct capture_kit *kit)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int result = CTL_OK;

	for (unsigned long number = 1; (len = getline(&line, &room, file)) > 0; number++) {
		struct fault fault;

		if (len == 1 || print_line(bytes_of(line, (size_t)len), kit, &fault))
			continue;
		fprintf(stderr, "%s:%lu: %s\n", name, number, fault.text);
		result = CTL_FAILED;
	}
	if (line)
		OPENSSL_cleanse(line, room); /* it held prompts and credentials */
	free(line);
	return result;
}

int ctl_fingerprint(struct ctl_options *options, int argc, char **argv)
{
	struct capture_kit kit;
	struct fault fault;
	const char *path;
	FILE *file;
	int result;

	if (!ctl_read_options(options, argc, argv, 1))
		return CTL_USAGE;
	path = argv[argc - 1];
	if (!make_kit(&kit, &fault))
		return fail("fingerprint", fault.text);
	file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	if (!file)
		return fail(path, "cannot be read");
	result = print_lines(file, path, &kit);
	if (file != stdin)
		fclose(file);
	return fflush(stdout) ? fail("standard output", "cannot be written") : result;
}
