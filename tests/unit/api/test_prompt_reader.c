/* Bodies to facts: limits, codings and bad input, each with its state and reason. */
#include "prompt_rig.h"

#include <zlib.h>

#define CHAT                                                                                   \
	"{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Please say how " \
	"many letters there are in the word strawberry, and why.\"}]}"

static void check_state(
    const struct prompt_facts *facts, enum prompt_state state, enum prompt_why why)
{
	ck_assert_str_eq(prompt_state_name(facts->state), prompt_state_name(state));
	ck_assert_str_eq(prompt_why_name(facts->why), prompt_why_name(why));
}

static void check_body(const char *body, enum prompt_state state, enum prompt_why why)
{
	struct prompt_facts facts = prompt_rig_facts(DIALECT_OPENAI_CHAT, body);

	check_state(&facts, state, why);
}

START_TEST(any_split_gives_the_same_facts)
{
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT };
	struct prompt_facts whole = prompt_rig_read(&rig, BYTES(CHAT)), split;

	check_state(&whole, PROMPT_WHOLE, PROMPT_WHY_NONE);
	ck_assert_uint_ne(whole.model, 0);
	ck_assert_uint_ne(whole.conversation, 0);
	ck_assert_uint_ne(whole.payload, 0);
	ck_assert_uint_eq(whole.body_bytes, sizeof(CHAT) - 1);
	for (rig.step = 1; rig.step < 40; rig.step++) {
		split = prompt_rig_read(&rig, BYTES(CHAT));
		ck_assert_mem_eq(&split, &whole, sizeof(whole));
	}
}
END_TEST

START_TEST(bad_input_has_a_state_and_a_reason)
{
	check_body("", PROMPT_ABSENT, PROMPT_WHY_NONE);
	check_body(
	    "{\"messages\":[{\"role\":\"user\"", PROMPT_TRUNCATED, PROMPT_WHY_ENDED_EARLY);
	check_body("{\"temperature\":NaN}", PROMPT_MALFORMED, PROMPT_WHY_NOT_JSON);
	check_body("{} {}", PROMPT_MALFORMED, PROMPT_WHY_NOT_JSON);
	check_body("{\"messages\":[],\"messages\":[]}", PROMPT_MALFORMED, PROMPT_WHY_DUPLICATE);
	check_body("{\"messages\":[{\"content\":\"a\",\"content\":\"b\"}]}", PROMPT_MALFORMED,
	    PROMPT_WHY_DUPLICATE);
	check_body("{\"user\":\"\\ud800\"}", PROMPT_MALFORMED, PROMPT_WHY_BAD_ESCAPE);
	check_body("{\"user\":\"\xFF\"}", PROMPT_MALFORMED, PROMPT_WHY_BAD_UTF8);
	check_body("{\"unknown\":1,\"unknown\":2}", PROMPT_WHOLE, PROMPT_WHY_NONE);
	check_body("[]", PROMPT_WHOLE, PROMPT_WHY_NONE);
	check_body("null", PROMPT_WHOLE, PROMPT_WHY_NONE);
	check_body("7", PROMPT_WHOLE, PROMPT_WHY_NONE);
}
END_TEST

START_TEST(depth_and_length_are_limits)
{
	static char body[1 << 16];

	memset(body, '[', sizeof(body) - 1);
	check_body(body, PROMPT_MALFORMED, PROMPT_WHY_TOO_DEEP);
	memset(body, '1', sizeof(body) - 1);
	check_body(body, PROMPT_MALFORMED, PROMPT_WHY_TOO_LONG);
}
END_TEST

START_TEST(what_nobody_reads_is_opaque_and_what_has_no_prompt_absent)
{
	struct prompt_facts facts = prompt_rig_facts(DIALECT_OPAQUE, "--boundary");

	check_state(&facts, PROMPT_OPAQUE, PROMPT_WHY_UNKNOWN_DIALECT);
	facts = prompt_rig_facts(DIALECT_OPAQUE, "");
	check_state(&facts, PROMPT_ABSENT, PROMPT_WHY_NONE);
	facts = prompt_rig_facts(DIALECT_NONE, "{}");
	check_state(&facts, PROMPT_ABSENT, PROMPT_WHY_NONE);
}
END_TEST

START_TEST(a_sender_that_goes_away_leaves_truncated_facts)
{
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT, .is_cut = true };
	struct prompt_facts facts = prompt_rig_read(&rig, bytes_of(CHAT, 60));

	check_state(&facts, PROMPT_TRUNCATED, PROMPT_WHY_ENDED_EARLY);
	ck_assert_uint_ne(facts.model, 0);
	ck_assert_uint_eq(facts.conversation, 0);
}
END_TEST

START_TEST(beyond_the_body_limit_facts_are_of_the_prefix)
{
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT, .body_limit = 30 };
	struct prompt_facts facts = prompt_rig_read(&rig, BYTES(CHAT));

	check_state(&facts, PROMPT_TRUNCATED, PROMPT_WHY_BODY_LIMIT);
	ck_assert_uint_eq(facts.body_bytes, 30);
	ck_assert_uint_ne(facts.model, 0);
	rig.body_limit = sizeof(CHAT) - 1;
	facts = prompt_rig_read(&rig, BYTES(CHAT));
	check_state(&facts, PROMPT_WHOLE, PROMPT_WHY_NONE);
}
END_TEST

START_TEST(a_system_text_that_is_cut_has_no_hash)
{
	struct prompt_rig rig = { .dialect = DIALECT_ANTHROPIC_MESSAGES };
	struct bytes body = BYTES("{\"system\":\"Be brief and kind.\",\"messages\":[]}");
	struct prompt_facts facts = prompt_rig_read(&rig, bytes_of(body.at, 20));

	check_state(&facts, PROMPT_TRUNCATED, PROMPT_WHY_ENDED_EARLY);
	ck_assert_uint_gt(facts.system_bytes, 0);
	ck_assert_uint_eq(facts.system, 0);
	facts = prompt_rig_read(&rig, bytes_of(body.at, body.len - 1));
	check_state(&facts, PROMPT_TRUNCATED, PROMPT_WHY_ENDED_EARLY);
	ck_assert_uint_ne(facts.system, 0);
}
END_TEST

static struct bytes gzip(struct bytes body, char *out, size_t room)
{
	z_stream stream = { .next_in = (unsigned char *)body.at,
		.avail_in = (unsigned)body.len,
		.next_out = (unsigned char *)out,
		.avail_out = (unsigned)room };

	ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, 0), Z_OK);
	ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return bytes_of(out, room - stream.avail_out);
}

START_TEST(a_coded_body_has_the_facts_of_the_plain_one)
{
	static char coded[1024];
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT };
	struct prompt_facts plain = prompt_rig_read(&rig, BYTES(CHAT)), facts;
	struct bytes body = gzip(BYTES(CHAT), coded, sizeof(coded));

	rig.content_encoding = "gzip";
	facts = prompt_rig_read(&rig, body);
	ck_assert_mem_eq(&facts, &plain, sizeof(plain));
	facts = prompt_rig_read(&rig, bytes_of(body.at, body.len / 2));
	check_state(&facts, PROMPT_TRUNCATED, PROMPT_WHY_ENDED_EARLY);
	facts = prompt_rig_read(&rig, BYTES(CHAT));
	check_state(&facts, PROMPT_MALFORMED, PROMPT_WHY_BAD_CODING);
	rig.content_encoding = "compress";
	facts = prompt_rig_read(&rig, body);
	check_state(&facts, PROMPT_OPAQUE, PROMPT_WHY_UNKNOWN_CODING);
}
END_TEST

START_TEST(a_bomb_is_given_up_at_the_decoded_limit)
{
	static char plain[1 << 20], coded[1 << 14];
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT,
		.content_encoding = "gzip",
		.decoded_limit = 100000 };
	struct prompt_facts facts;

	memset(plain, ' ', sizeof(plain));
	facts = prompt_rig_read(
	    &rig, gzip(bytes_of(plain, sizeof(plain)), coded, sizeof(coded)));
	check_state(&facts, PROMPT_OPAQUE, PROMPT_WHY_DECODED_LIMIT);
	ck_assert_uint_le(facts.body_bytes, 100000);
}
END_TEST

/* At every ceiling a body is either read as it is with none, or the facts say why not. */
START_TEST(an_arena_that_is_full_is_said_in_the_facts)
{
	static const char body[] =
	    "{\"system\":\"Be brief.\",\"messages\":["
	    "{\"role\":\"user\",\"content\":\"One two three four\"},"
	    "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\","
	    "\"signature\":\"abc\"}]},"
	    "{\"role\":\"user\",\"content\":\"Five six seven\"}]}";
	struct prompt_reader_ask ask = {
		.dialect = DIALECT_ANTHROPIC_MESSAGES, .body_limit = 4096, .decoded_limit = 4096
	};
	struct prompt_facts all = prompt_rig_facts(DIALECT_ANTHROPIC_MESSAGES, body);
	unsigned full = 0, whole = 0;

	ck_assert_uint_eq(all.signature_count, 1);
	for (size_t ceiling = 1024; ceiling < 65536; ceiling += 512) {
		struct prompt_reader *reader;
		struct prompt_facts facts;
		struct arena arena;

		arena_init(&arena, ceiling);
		reader = prompt_reader_new(&arena, prompt_rig_kit(), &ask);
		prompt_reader_take(reader, bytes_of_text(body));
		prompt_reader_finish(reader, false, &facts);
		if (facts.state == PROMPT_WHOLE) {
			ck_assert_mem_eq(&facts, &all, sizeof(all));
			whole++;
		} else {
			check_state(&facts, PROMPT_OPAQUE, PROMPT_WHY_NO_MEMORY);
			full++;
		}
		arena_fini(&arena);
	}
	ck_assert_uint_gt(full, 20);
	ck_assert_uint_gt(whole, 20);
}
END_TEST

START_TEST(the_model_may_stand_in_the_path)
{
	struct prompt_rig rig = { .dialect = DIALECT_GOOGLE_GENERATE,
		.path = "/v1beta/models/gpt-4o:generateContent" };
	struct prompt_facts facts = prompt_rig_read(&rig, BYTES("{}"));
	uint64_t model = prompt_rig_facts(DIALECT_OPENAI_CHAT, "{\"model\":\"gpt-4o\"}").model;

	ck_assert_uint_eq(facts.model, model);
	rig.path = "/openai/deployments/gpt-4o/chat/completions?api-version=1";
	rig.dialect = DIALECT_OPENAI_CHAT;
	ck_assert_uint_eq(prompt_rig_read(&rig, BYTES("{}")).model, model);
	rig.path = "/model/gpt-4o/converse";
	rig.dialect = DIALECT_BEDROCK_CONVERSE;
	ck_assert_uint_eq(prompt_rig_read(&rig, BYTES("{}")).model, model);
}
END_TEST

UNIT_MAIN("prompt_reader", any_split_gives_the_same_facts, bad_input_has_a_state_and_a_reason,
    depth_and_length_are_limits, what_nobody_reads_is_opaque_and_what_has_no_prompt_absent,
    a_sender_that_goes_away_leaves_truncated_facts,
    beyond_the_body_limit_facts_are_of_the_prefix, a_system_text_that_is_cut_has_no_hash,
    a_coded_body_has_the_facts_of_the_plain_one, a_bomb_is_given_up_at_the_decoded_limit,
    an_arena_that_is_full_is_said_in_the_facts, the_model_may_stand_in_the_path)
