/*
 * Any header text as X-Forwarded-For and as Forwarded. The first byte says how: which header,
 * and whether the peer is trusted. What an honest proxy appends must win over whatever stood
 * before.
 */
#include "facts/source.h"

#include <assert.h>
#include <stdlib.h>

#define LINES_MOST 8

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static struct cidr_list *new_list(void)
{
	struct cidr_list *list = cidr_list_new();
	struct fault fault;

	assert(cidr_list_add(list, BYTES("10.0.0.0/8"), &fault) == 0);
	cidr_list_seal(list);
	return list;
}

/* The client's words, then a trusted proxy's own element on the same line. */
static void append_hop(const struct cidr_list *list, const struct address *peer,
    struct bytes words, bool is_forwarded)
{
	static const uint8_t real[4] = { 192, 0, 2, 1 };
	struct bytes hop = is_forwarded ? BYTES(", for=\"192.0.2.1:99\"")
					: BYTES(", 192.0.2.1");
	struct address client = address_from_v4(real, 0);
	struct source_claims claims = { .header = SOURCE_X_FORWARDED_FOR };
	struct source source;
	char *line = malloc(words.len + hop.len);
	struct bytes whole = bytes_of(line, words.len + hop.len);

	memcpy(line, words.at, words.len);
	memcpy(line + words.len, hop.at, hop.len);
	claims.x_forwarded_for = claims.forwarded = &whole;
	claims.x_forwarded_for_count = claims.forwarded_count = 1;
	claims.header = is_forwarded ? SOURCE_FORWARDED : SOURCE_X_FORWARDED_FOR;
	source = source_resolve(list, peer, &claims);
	assert(address_equal(&source.client, &client) && source.hops == 1);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static const uint8_t inside[4] = { 10, 0, 0, 1 }, outside[4] = { 192, 0, 2, 9 };
	static struct cidr_list *list;
	struct bytes lines[LINES_MOST], rest;
	struct source_claims claims = { .x_forwarded_for = lines, .forwarded = lines };
	struct address peer;
	struct source source;
	size_t count = 0;

	if (!list)
		list = new_list();
	if (len == 0)
		return 0;
	rest = bytes_of(at + 1, len - 1);
	peer = address_from_v4(inside, 0);
	append_hop(list, &peer, rest, at[0] & 1);
	while (rest.len && count < LINES_MOST)
		lines[count++] = bytes_split(&rest, '\n');
	claims.header = at[0] & 1 ? SOURCE_FORWARDED : SOURCE_X_FORWARDED_FOR;
	claims.x_forwarded_for_count = claims.forwarded_count = count;
	if (at[0] & 2)
		peer = address_from_v4(outside, 0);
	source = source_resolve(list, &peer, &claims);
	if (at[0] & 2)
		assert(source.hops == 0 && address_equal(&source.client, &peer));
	return 0;
}
