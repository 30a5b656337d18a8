/* The conversation chain: extensions are recognised however they are written, strangers never.
 */
#include "../api/prompt_rig.h"
#include "base/text.h"

#define OPENING "Could you explain how a hash chain differs from a Merkle tree?"
#define ANSWER  "A chain commits to order; a tree lets you prove one leaf."
#define NEXT    "And which of the two would you use for a log?"

static struct prompt_facts chat(const char *body)
{
	return prompt_rig_facts(DIALECT_OPENAI_CHAT, body);
}

/* The same continuation as different clients send it. */
static const char *const continuations[] = {
	"{\"messages\":[{\"role\":\"user\",\"content\":\"" OPENING
	"\"},{\"role\":\"assistant\",\"content\":\"" ANSWER
	"\"},{\"role\":\"user\",\"content\":\"" NEXT "\"}]}",
	/* pretty-printed, members in another order */
	"{\n  \"messages\": [\n    {\"content\": \"" OPENING
	"\", \"role\": \"user\"},\n    {\"content\": \"" ANSWER
	"\", \"role\": \"assistant\"},\n    {\"content\": \"" NEXT
	"\", \"role\": \"user\"}\n  ]\n}",
	/* parts instead of strings, one text cut in two, cache marks */
	"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" OPENING
	"\",\"cache_control\":{\"type\":\"ephemeral\"}}]},{\"role\":\"assistant\",\"content\":["
	"{\"type\":\"text\",\"text\":\"A chain commits to "
	"order;\"},{\"type\":\"text\",\"text\":"
	"\" a tree lets you prove one leaf.\"}]},{\"role\":\"user\",\"content\":[{\"type\":"
	"\"text\",\"text\":\"" NEXT "\\n\"}]}]}",
	/* a relay's system text, escapes, trimmed and wrapped text */
	"{\"messages\":[{\"role\":\"system\",\"content\":\"You are a "
	"relay.\"},{\"role\":\"user\","
	"\"content\":\"\\u0043ould you explain\\nhow a hash chain differs from a Merkle "
	"tree?\\n\"},{\"role\":\"assistant\",\"content\":\" " ANSWER
	"\"},{\"role\":\"user\",\"content\":\"" NEXT "\"}]}",
};

START_TEST(an_extension_is_recognised_however_it_is_written)
{
	struct prompt_facts first = chat(
	    "{\"messages\":[{\"role\":\"user\",\"content\":\"" OPENING "\"}]}");
	struct prompt_facts second = chat(continuations[0]);

	ck_assert_uint_eq(first.earlier_count, 0);
	for (size_t i = 0; i < sizeof(continuations) / sizeof(*continuations); i++) {
		struct prompt_facts facts = chat(continuations[i]);

		ck_assert_uint_eq(facts.earlier_count, 1);
		ck_assert_uint_eq(facts.earlier[0], first.conversation);
		ck_assert_uint_eq(facts.conversation, second.conversation);
	}
}
END_TEST

START_TEST(another_word_another_role_or_another_order_is_another_conversation)
{
	struct prompt_facts facts[] = {
		chat(continuations[0]),
		chat("{\"messages\":[{\"role\":\"user\",\"content\":\"" OPENING
		     "\"},{\"role\":\"assistant\",\"content\":\"" ANSWER
		     " Yes.\"},{\"role\":\"user\",\"content\":\"" NEXT "\"}]}"),
		chat("{\"messages\":[{\"role\":\"user\",\"content\":\"" OPENING
		     "\"},{\"role\":\"user\",\"content\":\"" ANSWER
		     "\"},{\"role\":\"user\",\"content\":\"" NEXT "\"}]}"),
		chat("{\"messages\":[{\"role\":\"user\",\"content\":\"" NEXT
		     "\"},{\"role\":\"assistant\",\"content\":\"" ANSWER
		     "\"},{\"role\":\"user\",\"content\":\"" OPENING "\"}]}"),
		chat("{\"messages\":[{\"role\":\"user\",\"content\":\"" OPENING ANSWER NEXT
		     "\"}]}"),
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(facts[i].conversation, facts[j].conversation);
}
END_TEST

static XXH128_hash_t number(uint64_t i)
{
	return (XXH128_hash_t){ .low64 = i };
}

START_TEST(the_last_eight_points_are_kept_newest_first)
{
	const struct text_digest_keys *keys = &prompt_rig_kit()->keys;
	uint64_t due[12];
	struct chain chain;
	struct prompt_facts facts;

	chain_init(&chain, 0);
	for (uint64_t i = 0; i < 12; i++) {
		chain_add(&chain, keys, CHAIN_USER, number(i));
		due[i] = chain.link;
		if (i < 11) {
			chain_add(&chain, keys, CHAIN_ASSISTANT, number(100 + i));
			chain_add(&chain, keys, CHAIN_ASSISTANT, number(200 + i));
		}
	}
	chain_end(&chain, &facts);
	ck_assert_uint_eq(facts.conversation, due[11]);
	ck_assert_uint_eq(facts.earlier_count, PROMPT_EARLIER);
	for (int i = 0; i < PROMPT_EARLIER; i++)
		ck_assert_uint_eq(facts.earlier[i], due[10 - i]);
}
END_TEST

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

START_TEST(a_million_random_conversations_never_meet)
{
	enum { COUNT = 1000000 };
	const struct text_digest_keys *keys = &prompt_rig_kit()->keys;
	uint64_t *chains = calloc(COUNT, sizeof(*chains)), seed = 1;

	ck_assert_ptr_nonnull(chains);
	for (int i = 0; i < COUNT; i++) {
		struct chain chain;
		char at[64];
		struct text text = text_in(at, sizeof(at));
		struct text_digest digest;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		text_add_format(&text, "turn %d of %016lx", i % 7, seed);
		chain_init(&chain, 0);
		text_digest_init(&digest, keys);
		text_digest_add(&digest, text_bytes(&text));
		chain_add(&chain, keys, CHAIN_USER, text_digest_sum(&digest));
		chains[i] = chain.link;
	}
	qsort(chains, COUNT, sizeof(*chains), compare);
	for (int i = 1; i < COUNT; i++)
		ck_assert_uint_ne(chains[i - 1], chains[i]);
	free(chains);
}
END_TEST

UNIT_MAIN("chain", an_extension_is_recognised_however_it_is_written,
    another_word_another_role_or_another_order_is_another_conversation,
    the_last_eight_points_are_kept_newest_first, a_million_random_conversations_never_meet)
