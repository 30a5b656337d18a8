/* Any bytes as a ClientHello: the parser stays in bounds, and whatever it calls a hello has
 * whole fingerprints of the right form. */
#include "fingerprint/ja3.h"
#include "fingerprint/ja4.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static struct digest *digest;
	static struct client_hello hello;
	char ja3[JA3_BYTES], ja4[JA4_BYTES], raw_at[JA4_RAW_MAX];
	struct text raw = text_in(raw_at, sizeof(raw_at));
	struct fault fault;

	if (!digest)
		digest = digest_new(&fault);
	if (client_hello_parse(bytes_of(at, len), &hello) != CLIENT_HELLO_OK)
		return 0;
	for (enum ja3_kind kind = 0; kind < JA3_COUNT; kind++) {
		ja3_digest(&hello, kind, digest, ja3);
		assert(ja3_is_digest(bytes_of_text(ja3)));
	}
	ja4_digest(&hello, digest, ja4);
	assert(ja4_is_digest(bytes_of_text(ja4)));
	ja4_raw(&hello, &raw);
	assert(!raw.is_cut);
	return 0;
}
