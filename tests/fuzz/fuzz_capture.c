/*
 * Capture lines under fire: what is read lies within the line or the arena, and its facts are
 * of the closed sets.
 */
#include "record/capture_facts.h"
#include "record/facts_json.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static const struct capture_kit *shared_kit(void)
{
	static struct capture_kit kit = { .body_limit = 1 << 20, .decoded_limit = 1 << 20 };
	static const char *const sources[] = { "authorization", "x-api-key", "query:key" };
	struct fault fault;

	if (!kit.identity) {
		text_digest_keys_init(
		    &kit.prompt.keys, keyed_hash_new(BYTES("0123456789abcdef"), &fault));
		kit.identity = identity_new(sources, 3, &fault);
		kit.digest = digest_new(&fault);
	}
	return &kit;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	char json[FACTS_JSON_BYTES];
	struct text text = text_in(json, sizeof(json));
	struct capture capture;
	struct record record;
	struct arena arena;
	struct fault fault;

	arena_init(&arena, 1 << 20);
	if (capture_read(&capture, &arena, bytes_of(at, len), &fault) == 0) {
		assert(capture.header_count <= CAPTURE_HEADERS && capture.body.len <= len);
		capture_facts_fill(&record, &capture, &arena, shared_kit());
		assert(record.prompt.state < PROMPT_STATE_COUNT);
		facts_json_write(&text, &record);
		assert(!text.is_cut);
	}
	arena_fini(&arena);
	return 0;
}
