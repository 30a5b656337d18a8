/*
 * Bodies to facts under fire: the first byte chooses the dialect, the second the split, and any
 * split must give the same facts as the whole.
 */
#include "api/prompt_reader.h"
#include "fingerprint/elicitation.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static const struct prompt_kit *shared_kit(void)
{
	static struct prompt_kit kit;
	struct fault fault;

	if (!kit.keys.hash) {
		text_digest_keys_init(
		    &kit.keys, keyed_hash_new(BYTES("0123456789abcdef"), &fault));
		kit.elicitation = elicitation_new(
		    BYTES("reasoning: step by step\nrubric: impartial judge\n"), "", &fault);
	}
	return &kit;
}

static struct prompt_facts read_split(enum dialect dialect, struct bytes body, size_t step)
{
	struct prompt_reader_ask ask = { .dialect = dialect,
		.path = BYTES("/v1/models/m:generateContent"),
		.body_limit = 1 << 20,
		.decoded_limit = 1 << 20 };
	struct prompt_reader *reader;
	struct prompt_facts facts;
	struct arena arena;

	arena_init(&arena, 1 << 16);
	reader = prompt_reader_new(&arena, shared_kit(), &ask);
	for (size_t i = 0; i < body.len; i += step)
		prompt_reader_take(
		    reader, bytes_of(body.at + i, body.len - i < step ? body.len - i : step));
	prompt_reader_finish(reader, false, &facts);
	arena_fini(&arena);
	return facts;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct prompt_facts whole, split;
	struct bytes body;

	if (len < 2)
		return 0;
	body = bytes_of(at + 2, len - 2);
	whole = read_split(at[0] % DIALECT_COUNT, body, body.len + 1);
	split = read_split(at[0] % DIALECT_COUNT, body, at[1] % 32 + 1);
	if (whole.state != PROMPT_MALFORMED) /* where a fault stops the facts is the split's */
		assert(!memcmp(&whole, &split, sizeof(whole)));
	assert(whole.state == split.state && whole.why == split.why);
	assert(whole.state < PROMPT_STATE_COUNT && whole.why < PROMPT_WHY_COUNT);
	return 0;
}
