/*
 * Keeping a head: one copy of its bytes, and every run moved over to it. Must not copy what the
 * head does not borrow: some runs are literals of the parser.
 */
#include "wire/http1_keep.h"

/* The bytes that the head was parsed from: from its method (or reason) to its last header's
 * value. */
static struct bytes source_of(const struct http1_head *head)
{
	const char *from = head->method.len ? head->method.at : head->reason.at;
	const char *to = head->target.len ? head->target.at + head->target.len
					  : from + head->reason.len;

	if (head->count) {
		struct bytes last = head->header[head->count - 1].value;
		struct bytes name = head->header[head->count - 1].name;

		to = last.len ? last.at + last.len : name.at + name.len;
	}
	return bytes_of(from, (size_t)(to - from));
}

static void move(struct bytes *run, struct bytes from, const char *to)
{
	uintptr_t offset = (uintptr_t)run->at - (uintptr_t)from.at;

	if (run->at && offset <= from.len)
		run->at = to + offset;
}

struct http1_head *http1_keep(struct arena *arena, const struct http1_head *head)
{
	struct bytes from = source_of(head);
	struct http1_head *kept = arena_take(arena, http1_size(head));
	struct bytes to = kept ? arena_copy(arena, from) : (struct bytes){ 0 };

	if (!to.at)
		return NULL;
	memcpy(kept, head, http1_size(head));
	move(&kept->method, from, to.at);
	move(&kept->target, from, to.at);
	move(&kept->path, from, to.at);
	move(&kept->query, from, to.at);
	move(&kept->host, from, to.at);
	move(&kept->reason, from, to.at);
	for (size_t i = 0; i < kept->count; i++) {
		move(&kept->header[i].name, from, to.at);
		move(&kept->header[i].value, from, to.at);
	}
	return kept;
}
