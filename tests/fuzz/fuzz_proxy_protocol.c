/*
 * Any bytes as the head of a connection. Fed whole or in ever longer pieces, the answer is the
 * same, and nothing behind the header matters.
 */
#include "wire/proxy_protocol.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

/* The answer for an exact heap copy, so that a read beyond it is seen. */
static enum scan parse_copy(const uint8_t *at, size_t len, struct proxy_protocol *header)
{
	char *copy = malloc(len ? len : 1);
	enum scan state;

	if (len)
		memcpy(copy, at, len);
	state = proxy_protocol_parse(bytes_of(copy, len), header);
	free(copy);
	return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct proxy_protocol whole, part;
	enum scan state = parse_copy(at, len, &whole), last = SCAN_MORE;
	size_t cut = 0;

	for (; cut <= len && last == SCAN_MORE; cut++)
		last = parse_copy(at, cut, &part);
	assert(last == state);
	assert(whole.consumed == part.consumed && whole.source_port == part.source_port);
	assert(memcmp(whole.source, part.source, sizeof(whole.source)) == 0);
	if (state == SCAN_DONE)
		assert(whole.consumed == cut - 1 && (whole.version == 1 || whole.version == 2));
	return 0;
}
