/*
 * A snapshot from anywhere: as it is, and with head, tail and checksum made right around it, so
 * that the records are reached. What was restored must save and restore again as the same.
 */
#include "limit/limit_snapshot.h"
#include "limit/limit_snapshot_form.h"

#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

#define NOW_US 1750000000000000ull
#define MARK   7

static uint64_t restore(struct bytes bytes, struct limit_table **table)
{
	struct limit_figures figures;
	struct fault fault;

	*table = limit_table_new(0, (struct limit_guard){ 0 });
	limit_snapshot_read(*table, bytes, MARK, NOW_US, &fault);
	limit_table_figures(*table, &figures);
	assert(figures.set_bytes <= figures.set_bytes_most);
	return figures.entries;
}

static struct bytes save(struct limit_table *table)
{
	struct limit_snapshot *snapshot = limit_snapshot_new(table, MARK, NOW_US);
	struct bytes piece;
	char *file = NULL;
	size_t len = 0;

	while ((piece = limit_snapshot_next(snapshot)).len > 0) {
		file = realloc(file, len + piece.len);
		assert(file);
		memcpy(file + len, piece.at, piece.len);
		len += piece.len;
	}
	limit_snapshot_free(snapshot);
	return bytes_of(file, len);
}

/* |records| between a head and a tail that fit. The first byte is the number of entries: few
 * enough that none is ever evicted. */
static struct bytes frame(const uint8_t *at, size_t len)
{
	struct snapshot_head head = { .version = LIMIT_SNAPSHOT_VERSION, .mark = MARK };
	struct snapshot_tail tail = { .entries = at[0] % 6 };
	char *file = malloc(sizeof(head) + len + sizeof(tail));
	size_t records = len - 1;

	assert(file);
	memcpy(head.magic, LIMIT_SNAPSHOT_MAGIC, sizeof(head.magic));
	memcpy(file, &head, sizeof(head));
	memcpy(file + sizeof(head), at + 1, records);
	memcpy(file + sizeof(head) + records, &tail, sizeof(tail));
	tail.checksum = XXH3_64bits(file, sizeof(head) + records + 8);
	memcpy(file + sizeof(head) + records, &tail, sizeof(tail));
	return bytes_of(file, sizeof(head) + records + sizeof(tail));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct limit_table *table, *again;
	struct bytes file, saved;

	restore(bytes_of(at, len), &table);
	limit_table_free(table);
	if (len == 0)
		return 0;
	file = frame(at, len);
	restore(file, &table);
	saved = save(table);
	restore(saved, &again);
	free((void *)file.at);
	file = save(again);
	assert(file.len == saved.len);
	free((void *)file.at);
	free((void *)saved.at);
	limit_table_free(table);
	limit_table_free(again);
	return 0;
}
