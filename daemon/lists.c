/*
 * Allowed and denied, in a table of atomics: an entry's word is written before its key is seen,
 * and a key that was once there stays for good, so a reader never finds a word under the wrong
 * key. It must never hold anything but keyed hashes.
 */
#include "lists.h"

#include "base/bytes.h"
#include "base/xalloc.h"
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES (LISTS_MOST * 2)

struct entry {
	_Atomic uint64_t key; /* the hash, made apart by its kind; 0 = free */
	_Atomic uint8_t word;
	uint8_t kind; /* these two: the writer's */
	uint64_t hash;
};

struct lists {
	char *path;
	size_t used;           /* keys that were ever there */
	_Atomic size_t listed; /* of these, the ones with a word */
	struct entry entries[PLACES];
};

static const char *const kind_names[LISTS_KIND_COUNT] = { "account", "owner", "prefix" };
static const char *const word_names[LISTS_WORD_COUNT] = { "none", "allow", "deny" };

const char *lists_kind_name(enum lists_kind kind)
{
	return kind_names[kind];
}

const char *lists_word_name(enum lists_word word)
{
	return word_names[word];
}

static uint64_t key_of(enum lists_kind kind, uint64_t hash)
{
	uint64_t key = (hash + (uint64_t)kind) * 0x9e3779b97f4a7c15ULL;

	return key ? key : 1;
}

/* The entry of |key|, or the free one where it would stand. The table is never full. */
static size_t place_of(const struct lists *lists, uint64_t key)
{
	size_t at = (size_t)(key >> 40) % PLACES;

	for (;;) {
		uint64_t there = atomic_load_explicit(
		    &lists->entries[at].key, memory_order_acquire);

		if (!there || there == key)
			return at;
		at = (at + 1) % PLACES;
	}
}

enum lists_word lists_find(const struct lists *lists, enum lists_kind kind, uint64_t hash)
{
	uint64_t key = key_of(kind, hash);
	const struct entry *entry = &lists->entries[place_of(lists, key)];

	if (!hash || atomic_load_explicit(&entry->key, memory_order_acquire) != key)
		return LISTS_NONE;
	return (enum lists_word)atomic_load_explicit(&entry->word, memory_order_relaxed);
}

enum lists_word lists_look(const struct lists *lists, const struct facts *facts)
{
	enum lists_word words[LISTS_KIND_COUNT];
	bool is_denied = false;

	if (!atomic_load_explicit(&lists->listed, memory_order_relaxed))
		return LISTS_NONE;
	words[LISTS_ACCOUNT] = lists_find(lists, LISTS_ACCOUNT, facts->account);
	words[LISTS_OWNER] = lists_find(lists, LISTS_OWNER, facts->owner);
	words[LISTS_PREFIX] = lists_find(lists, LISTS_PREFIX, facts->prefix);
	for (int i = 0; i < LISTS_KIND_COUNT; i++) {
		if (words[i] == LISTS_ALLOW)
			return LISTS_ALLOW;
		is_denied |= words[i] == LISTS_DENY;
	}
	return is_denied ? LISTS_DENY : LISTS_NONE;
}

static int put(struct lists *lists, enum lists_kind kind, uint64_t hash, enum lists_word word)
{
	uint64_t key = key_of(kind, hash);
	struct entry *entry = &lists->entries[place_of(lists, key)];
	bool is_new = !atomic_load_explicit(&entry->key, memory_order_relaxed);
	int was;

	if (is_new && word == LISTS_NONE)
		return 0;
	if (is_new && lists->used == LISTS_MOST)
		return -1;
	was = is_new ? LISTS_NONE : atomic_load_explicit(&entry->word, memory_order_relaxed);
	atomic_store_explicit(&entry->word, (uint8_t)word, memory_order_relaxed);
	atomic_fetch_add_explicit(&lists->listed,
	    (size_t)((word != LISTS_NONE) - (was != LISTS_NONE)), memory_order_relaxed);
	if (!is_new)
		return 0;
	entry->kind = (uint8_t)kind;
	entry->hash = hash;
	lists->used++;
	atomic_store_explicit(&entry->key, key, memory_order_release);
	return 0;
}

/* The next entry that has a word, from |*at| on; NULL at the end. */
static const struct entry *next_listed(const struct lists *lists, size_t *at)
{
	while (*at < PLACES) {
		const struct entry *entry = &lists->entries[(*at)++];

		if (atomic_load_explicit(&entry->key, memory_order_relaxed) &&
		    atomic_load_explicit(&entry->word, memory_order_relaxed))
			return entry;
	}
	return NULL;
}

static int write_file(const struct lists *lists, struct fault *fault)
{
	char *next = xalloc_format("%s.next", lists->path);
	FILE *file = fopen(next, "we");
	const struct entry *entry;
	size_t at = 0;
	int result = 0;

	while (file && (entry = next_listed(lists, &at)))
		fprintf(file, "%s %s %016" PRIx64 "\n", word_names[entry->word],
		    kind_names[entry->kind], entry->hash);
	if (!file || fflush(file) || fdatasync(fileno(file)))
		result = fault_say(fault, "%s: %s", next, strerror(errno));
	if (file && fclose(file) && !result)
		result = fault_say(fault, "%s: %s", next, strerror(errno));
	if (!result && rename(next, lists->path))
		result = fault_say(fault, "%s: %s", lists->path, strerror(errno));
	free(next);
	return result;
}

int lists_put(struct lists *lists, enum lists_kind kind, uint64_t hash, enum lists_word word,
    struct fault *fault)
{
	if (put(lists, kind, hash, word))
		return fault_say(fault, "the lists are full: %d members", LISTS_MOST);
	return lists->path ? write_file(lists, fault) : 0;
}

static int named(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static bool take_line(struct lists *lists, const char *line)
{
	char word[8], kind[12];
	uint64_t hash;
	int word_number, kind_number;

	if (sscanf(line, "%7s %11s %16" SCNx64, word, kind, &hash) != 3)
		return false;
	word_number = named(word_names, LISTS_WORD_COUNT, word);
	kind_number = named(kind_names, LISTS_KIND_COUNT, kind);
	return word_number > 0 && kind_number >= 0 && hash &&
	       put(lists, (enum lists_kind)kind_number, hash, (enum lists_word)word_number) ==
		   0;
}

static void read_file(struct lists *lists)
{
	FILE *file = fopen(lists->path, "re");
	size_t number = 0;
	char line[80];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		number++;
		if (!take_line(lists, line))
			log_say(LOG_LEVEL_WARNING, "lists",
			    "%s:%zu: is not understood and left out", lists->path, number);
	}
	fclose(file);
}

struct lists *lists_new(const char *path)
{
	struct lists *lists = xalloc(sizeof(*lists));

	if (path) {
		lists->path = xalloc_text(path);
		read_file(lists);
	}
	return lists;
}

void lists_free(struct lists *lists)
{
	if (!lists)
		return;
	free(lists->path);
	free(lists);
}

void lists_write_json(const struct lists *lists, FILE *out)
{
	const struct entry *entry;
	size_t at = 0;

	putc('[', out);
	for (bool is_first = true; (entry = next_listed(lists, &at)); is_first = false)
		fprintf(out, "%s{\"list\":\"%s\",\"kind\":\"%s\",\"hash\":\"%016" PRIx64 "\"}",
		    is_first ? "" : ",", word_names[entry->word], kind_names[entry->kind],
		    entry->hash);
	putc(']', out);
}
