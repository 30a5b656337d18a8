/*
 * Names and their addresses, as values. Nothing here asks anybody.
 */
#include "server_book.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct server_book *server_book_ref(struct server_book *book)
{
	atomic_fetch_add_explicit(&book->refs, 1, memory_order_relaxed);
	return book;
}

void server_book_unref(struct server_book *book)
{
	if (!book || atomic_fetch_sub_explicit(&book->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < book->upstream_count; i++)
		free(book->lists[i].servers);
	for (size_t i = 0; i < book->name_count; i++)
		free(book->names[i].addresses);
	free(book->lists);
	free(book->names);
	free(book);
}

struct server_name *server_book_find(
    const struct server_book *book, const struct lookup_name *name)
{
	for (size_t i = 0; i < book->name_count; i++)
		if (lookup_name_equal(&book->names[i].name, name))
			return &book->names[i];
	return NULL;
}

static int compare_addresses(const void *left, const void *right)
{
	const struct server_address *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return memcmp(&a->at, &b->at, a->bytes);
}

/* Resolvers turn their answers; sorted, the same addresses are the same list. */
void server_book_fill(struct server_name *entry, const struct addrinfo *found)
{
	size_t count = 0, kept = 0;

	for (const struct addrinfo *at = found; at; at = at->ai_next)
		count++;
	free(entry->addresses);
	entry->addresses = xalloc_array(count, sizeof(*entry->addresses));
	for (const struct addrinfo *at = found; at; at = at->ai_next, kept++) {
		memcpy(&entry->addresses[kept].at, at->ai_addr, at->ai_addrlen);
		entry->addresses[kept].bytes = at->ai_addrlen;
	}
	qsort(entry->addresses, count, sizeof(*entry->addresses), compare_addresses);
	entry->count = 0;
	for (size_t i = 0; i < count; i++)
		if (entry->count == 0 || compare_addresses(&entry->addresses[entry->count - 1],
					     &entry->addresses[i]))
			entry->addresses[entry->count++] = entry->addresses[i];
}

void server_book_copy(struct server_name *entry, const struct server_name *from)
{
	free(entry->addresses);
	entry->count = from->count;
	entry->addresses = xalloc_array(from->count, sizeof(*entry->addresses));
	memcpy(entry->addresses, from->addresses, from->count * sizeof(*entry->addresses));
}

bool server_book_same(const struct server_name *a, const struct server_name *b)
{
	return a->count == b->count &&
	       memcmp(a->addresses, b->addresses, a->count * sizeof(*a->addresses)) == 0;
}
