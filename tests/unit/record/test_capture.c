/* Captures: a line to its members and to the facts the daemon would have had. */
#include "record/capture_facts.h"
#include "record/facts_json.h"

#include "unit.h"

#include <stdio.h>

#define LINE                                                                                   \
	"{\"v\":1,\"kind\":\"capture\",\"at\":1777777777.123456,\"peer\":\"203.0.113.9\","     \
	"\"owner\":null,\"tls\":{\"ja3\":\"cd08e31494f9531f560d64c695473da9\",\"ja4\":"        \
	"\"t13d1516h2_8daaf6152771_02713d6af862\"},\"http\":\"1.1\",\"method\":\"POST\","      \
	"\"path\":\"/v1/messages?beta=true\",\"headers\":[[\"x-api-key\",\"sk-ant-secret\"],[" \
	"\"user-agent\",\"say \\\"hi\\\"\"]],\"other\":{\"body\":1},\"body\":{\"model\":"      \
	"\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"How many roads lead to Rome in " \
	"all, "                                                                                \
	"and who built the first of them?\"}]},\"reply\":{\"at\":1777777778.5,\"status\":200," \
	"\"input_tokens\":10,\"output_tokens\":900},\"label\":\"campaign-1\"}"

static struct arena arena;
static struct capture capture;
static struct fault fault;

static int read_line(const char *line)
{
	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	return capture_read(&capture, &arena, bytes_of_text(line), &fault);
}

static void check_text(struct bytes text, const char *expected)
{
	ck_assert_msg(bytes_equal(text, bytes_of_text(expected)), "%.*s is not %s",
	    (int)text.len, text.at, expected);
}

START_TEST(a_line_gives_its_members)
{
	ck_assert_int_eq(read_line(LINE "\n"), 0);
	ck_assert_int_eq(capture.at_us, 1777777777123456);
	ck_assert_int_eq(capture.reply_at_us, 1777777778500000);
	check_text(capture.peer, "203.0.113.9");
	check_text(capture.owner, "");
	check_text(capture.ja4, "t13d1516h2_8daaf6152771_02713d6af862");
	check_text(capture.path, "/v1/messages?beta=true");
	check_text(capture_value(&capture, "User-Agent"), "say \"hi\"");
	check_text(capture.label, "campaign-1");
	ck_assert_uint_eq(capture.header_count, 2);
	ck_assert(capture.has_body && capture.has_reply);
	ck_assert(bytes_start_with(capture.body, BYTES("{\"model\":\"m\"")));
	ck_assert(bytes_end_with(capture.body, BYTES("first of them?\"}]}")));
	ck_assert_uint_eq(capture.status, 200);
	ck_assert_uint_eq(capture.output_tokens, 900);
}
END_TEST

START_TEST(a_body_may_be_a_text_and_most_members_may_be_missing)
{
	ck_assert_int_eq(read_line("{\"v\":1,\"kind\":\"capture\",\"at\":1.5,\"peer\":\"::1\","
				   "\"headers\":[],\"body\":\"{\\\"n\\\":1}\"}"),
	    0);
	ck_assert_int_eq(capture.at_us, 1500000);
	check_text(capture.body, "{\"n\":1}");
	ck_assert(!capture.has_reply);
}
END_TEST

/* Wherever it stands, and whatever its strings hold. */
START_TEST(a_body_is_its_bytes_from_bracket_to_bracket)
{
	static const char *const bodies[] = { "{}", "[ ]", "{\"a\":[\"}\\\"]\",{}] }",
		"[[1],{\"body\":{\"peer\":\"::2\"}}]" };
	char line[256];

	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		for (int is_last = 0; is_last < 2; is_last++) {
			snprintf(line, sizeof(line),
			    "{\"v\":1,\"kind\":\"capture\",\"at\":1,\"headers\":[],%s"
			    "\"body\": %s \t%s}",
			    is_last ? "\"peer\":\"::1\"," : "", bodies[i],
			    is_last ? "" : ", \"peer\":\"::1\"");
			ck_assert_int_eq(read_line(line), 0);
			ck_assert(capture.has_body);
			check_text(capture.body, bodies[i]);
			check_text(capture.peer, "::1");
		}
}
END_TEST

START_TEST(what_retort_did_and_what_was_signed_comes_along)
{
	ck_assert_int_eq(
	    read_line(
		"{\"v\":1,\"kind\":\"capture\",\"at\":1,\"peer\":\"::1\",\"headers\":[],"
		"\"reply\":{\"signed\":[\"one\",\"two\",\"3\",\"4\",\"five\"],\"status\":429},"
		"\"asn\":64500,\"retort\":{\"coin\":\"refused\",\"shaped\":false,"
		"\"limited\":true}}"),
	    0);
	ck_assert_uint_eq(capture.asn, 64500);
	ck_assert_uint_eq(capture.signed_count, CAPTURE_SIGNED);
	check_text(capture.signed_blocks[1], "two");
	ck_assert_uint_eq(capture.status, 429);
	check_text(capture.coin, "refused");
	ck_assert(!capture.is_shaped && capture.is_limited);
	ck_assert_int_eq(read_line(LINE), 0);
	ck_assert(!capture.is_shaped && !capture.signed_count && !capture.coin.len);
}
END_TEST

START_TEST(what_is_no_capture_is_a_fault_in_words)
{
	static const char *const lines[] = { "", "{", "[]", "7", "{\"v\":1}", "not json",
		"{\"v\":2,\"kind\":\"capture\",\"at\":1,\"peer\":\"::1\"}",
		"{\"v\":1,\"kind\":\"record\",\"at\":1,\"peer\":\"::1\"}",
		"{\"v\":1,\"kind\":\"capture\",\"peer\":\"::1\"}",
		"{\"v\":1,\"kind\":\"capture\",\"at\":1}",
		"{\"v\":1,\"kind\":\"capture\",\"at\":-4,\"peer\":\"::1\"}",
		"{\"v\":1,\"kind\":\"capture\",\"at\":1,\"peer\":\"::1\"} x" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		fault.text[0] = '\0';
		ck_assert_msg(read_line(lines[i]) == -1, "%s", lines[i]);
		ck_assert_uint_gt(strlen(fault.text), 0);
	}
}
END_TEST

START_TEST(facts_have_keyed_hashes_and_no_word_of_the_line)
{
	static const char *const sources[] = { "authorization", "x-api-key" };
	static const char *const secrets[] = { "sk-ant", "Rome", "203.0.113", "messages?",
		"say" };
	char json[FACTS_JSON_BYTES];
	struct text text = text_in(json, sizeof(json) - 1);
	struct capture_kit kit = { .body_limit = 1 << 20, .decoded_limit = 1 << 20 };
	struct identity *identity = identity_new(sources, 2, &fault);
	struct record record;

	text_digest_keys_init(
	    &kit.prompt.keys, keyed_hash_new(BYTES("0123456789abcdef"), &fault));
	kit.identity = identity;
	ck_assert_int_eq(read_line(LINE), 0);
	capture_facts_fill(&record, &capture, &arena, &kit);
	ck_assert_int_eq(record.prompt.state, PROMPT_WHOLE);
	ck_assert_int_eq(record.prompt.dialect, DIALECT_ANTHROPIC_MESSAGES);
	ck_assert_uint_ne(record.prompt.payload, 0);
	ck_assert_uint_eq(record.facts.account,
	    keyed_hash_of(kit.prompt.keys.hash, HASH_ACCOUNT, BYTES("sk-ant-secret")));
	ck_assert_uint_eq(record.facts.owner, record.facts.account);
	ck_assert_uint_ne(record.facts.address, 0);
	ck_assert_uint_ne(record.facts.ja3, 0);
	ck_assert_int_eq(record.facts.transport, FACTS_TRANSPORT_VOUCHED);
	ck_assert_uint_eq(record.total_us, 1376544);
	ck_assert_str_eq(record.label, "campaign-1");
	facts_json_write(&text, &record);
	ck_assert(!text.is_cut);
	json[text.len] = '\0';
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		ck_assert_msg(!strstr(json, secrets[i]), "%s in %s", secrets[i], json);
	ck_assert_ptr_nonnull(strstr(json, "\"dialect\":\"anthropic-messages\""));
	ck_assert_ptr_nonnull(strstr(json, "\"flags\":[\"single-turn\"]"));
	identity_free(identity);
	keyed_hash_free(kit.prompt.keys.hash);
}
END_TEST

START_TEST(the_longest_facts_fit)
{
	char json[FACTS_JSON_BYTES];
	struct text text = text_in(json, sizeof(json));
	struct record record;

	memset(&record, 0xFF, sizeof(record));
	record.facts.client = 0;
	record.prompt.state = PROMPT_MALFORMED;
	record.prompt.why = PROMPT_WHY_UNKNOWN_DIALECT;
	record.prompt.dialect = DIALECT_OPENAI_COMPATIBLE;
	record.prompt.earlier_count = PROMPT_EARLIER;
	record.prompt.signature_count = PROMPT_SIGNATURES;
	record.facts.ja4_text[FACTS_JA4_BYTES - 1] = '\0';
	record.method[sizeof(record.method) - 1] = '\0';
	record.label[sizeof(record.label) - 1] = '\0';
	facts_json_write(&text, &record);
	ck_assert(!text.is_cut);
}
END_TEST

UNIT_MAIN("capture", a_line_gives_its_members,
    a_body_may_be_a_text_and_most_members_may_be_missing,
    a_body_is_its_bytes_from_bracket_to_bracket,
    what_retort_did_and_what_was_signed_comes_along, what_is_no_capture_is_a_fault_in_words,
    facts_have_keyed_hashes_and_no_word_of_the_line, the_longest_facts_fit)
