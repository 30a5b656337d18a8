/* The decision record: an exact round trip, strict about what it did not write. */
#include "record/record.h"

#include "unit.h"

#include <math.h>

static void fill(struct record *record, unsigned seed)
{
	unsigned char *at = (unsigned char *)record;

	memset(record, 0, sizeof(*record));
	srand(seed);
	for (size_t i = 0; i < sizeof(*record); i++)
		at[i] = (unsigned char)rand();
	record->prompt.state = PROMPT_TRUNCATED;
	record->prompt.why = PROMPT_WHY_ENDED_EARLY;
	record->prompt.dialect = DIALECT_OPAQUE;
	record->prompt.earlier_count = PROMPT_EARLIER;
	record->prompt.signature_count = 1;
	record->reply.signature_count = REPLY_SIGNATURES;
	record->reply.finish = REPLY_FINISH_TOOL;
	record->verdict = RECORD_VERDICT_TAG;
	record->mode = RECORD_MODE_ENFORCE;
	record->store = RECORD_STORE_SHARED;
	record->coin = RECORD_COIN_REFUSED;
	record->hold = RECORD_HOLD_HELD;
	record->heard.ruled = RECORD_VERDICT_TAG;
	for (int i = 0; i < RECORD_TICKS; i++)
		record->course.ticks[i] &= ~(uint64_t)0xFFC00000;
	strcpy(record->facts.ja4_text, "t13d1516h2_8daaf6152771_02713d6af862");
	strcpy(record->method, "POST");
	strcpy(record->station, "relay");
	strcpy(record->label, "a\"b\\\n\x01\xC3\xA9\xED");
	memset(record->reasons, 0, sizeof(record->reasons));
	record_reason(record, "account-rpm");
	record_reason(record, "cohort");
}

static struct bytes line_of(const struct record *record)
{
	static char at[RECORD_BYTES];
	struct text text = text_in(at, sizeof(at));

	record_write(&text, record);
	ck_assert(!text.is_cut);
	return text_bytes(&text);
}

START_TEST(every_field_comes_back_as_it_was)
{
	static char first[RECORD_BYTES];
	struct record record, again;
	struct fault fault;
	struct bytes line;

	for (unsigned seed = 1; seed < 200; seed++) {
		size_t len;

		fill(&record, seed);
		line = line_of(&record);
		len = line.len;
		memcpy(first, line.at, len);
		ck_assert_int_eq(record_read(bytes_of(first, len), &again, &fault), 0);
		ck_assert(bytes_equal(line_of(&again), bytes_of(first, len)));
		ck_assert_uint_eq(again.facts.account, record.facts.account);
		ck_assert_int_eq(again.facts.at_us, record.facts.at_us);
		ck_assert_uint_eq(again.reply.is_doubtful, record.reply.is_doubtful);
		ck_assert_mem_eq(
		    again.prompt.bands, record.prompt.bands, sizeof(record.prompt.bands));
		ck_assert_mem_eq(
		    again.course.ticks, record.course.ticks, sizeof(record.course.ticks));
		for (int i = 0; i < RECORD_LEDGERS; i++)
			ck_assert(
			    !isfinite(record.evidence.ledgers[i])
				? again.evidence.ledgers[i] == -INFINITY
				: again.evidence.ledgers[i] == record.evidence.ledgers[i]);
		ck_assert_str_eq(again.label, record.label);
		ck_assert_str_eq(again.reasons, "account-rpm, cohort");
	}
}
END_TEST

/* Every byte in every place of a hash: read as its digit or refused. */
START_TEST(hashes_are_read_digit_by_digit)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	struct record record;
	struct fault fault;

	for (int place = 0; place < 16; place++)
		for (int byte = 1; byte < 256; byte++) {
			char line[] =
			    "{\"v\":1,\"kind\":\"record\",\"id\":\"0123456789abcdef\"}";
			const char *digit = strchr(digits, byte);
			int at = (int)(digit - digits), value = at > 15 ? at - 6 : at;

			line[29 + place] = (char)byte;
			ck_assert_int_eq(
			    record_read(bytes_of_text(line), &record, &fault), digit ? 0 : -1);
			if (digit)
				ck_assert_uint_eq(
				    record.facts.exchange >> (60 - 4 * place) & 15, value);
		}
}
END_TEST

START_TEST(reals_come_back_to_the_bit)
{
	struct record record = { 0 }, again;
	struct fault fault;
	double *ledgers = record.evidence.ledgers;

	ledgers[0] = -INFINITY;
	ledgers[1] = 1.0 / 3;
	ledgers[2] = 0x1.fffffffffffffp-3;
	ledgers[3] = -1e300;
	ledgers[5] = 1e9;
	record.evidence.nats[2] = 0.1f;
	record.course.rule[RECORD_RULE_PROBE_RATE] = 0.02;
	ck_assert_int_eq(record_read(line_of(&record), &again, &fault), 0);
	ck_assert_mem_eq(&again, &record, sizeof(record));
	ck_assert_ptr_nonnull(strstr(line_of(&record).at, "\"rule\":[0,0,0,0.02]"));
}
END_TEST

START_TEST(an_empty_record_is_a_short_line)
{
	struct record record = { 0 }, again;
	struct fault fault;

	ck_assert(bytes_equal(line_of(&record), BYTES("{\"v\":1,\"kind\":\"record\"}\n")));
	ck_assert_int_eq(record_read(line_of(&record), &again, &fault), 0);
	ck_assert_mem_eq(&record, &again, sizeof(record));
}
END_TEST

START_TEST(unknown_members_are_skipped)
{
	struct record record;
	struct fault fault;

	ck_assert_int_eq(
	    record_read(BYTES("{\"v\":1,\"kind\":\"record\",\"new\":{\"a\":[1,\"}\"]"
			      "},\"asn\":7,\"x\":null}"),
		&record, &fault),
	    0);
	ck_assert_uint_eq(record.facts.asn, 7);
}
END_TEST

START_TEST(what_is_not_a_record_is_refused_with_its_column)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"v\":2,\"kind\":\"record\"}",
		"{\"v\":1,\"kind\":\"capture\"}",
		"{\"v\":1,\"kind\":\"record\"",
		"{\"v\":1,\"kind\":\"record\"} x",
		"{\"v\":1,\"kind\":\"record\",\"asn\":4294967296}",
		"{\"v\":1,\"kind\":\"record\",\"asn\":-1}",
		"{\"v\":1,\"kind\":\"record\",\"doubtful\":2}",
		"{\"v\":1,\"kind\":\"record\",\"account\":\"12\"}",
		"{\"v\":1,\"kind\":\"record\",\"verdict\":\"hang\"}",
		"{\"v\":1,\"kind\":\"record\",\"earlier_count\":9}",
		"{\"v\":1,\"kind\":\"record\",\"finish\":200}",
		"{\"v\":1,\"kind\":\"record\",\"method\":\"ABCDEFGHIJKLMNOP\"}",
		"{\"v\":1,\"kind\":\"record\",\"ticks\":[\"00000000ffffffff\"]}",
		"{\"v\":1,\"kind\":\"record\",\"rule\":[1,2,3,4,5,6]}",
		"{\"v\":1,\"kind\":\"record\",\"rule\":[1e999]}",
		"{\"v\":1,\"kind\":\"record\",\"rule\":[nan]}",
		"{\"v\":1,\"kind\":\"record\",\"rule\":[.5]}",
		"{\"v\":1,\"kind\":\"record\",\"rule\":[1-2]}",
		"{\"v\":1,\"kind\":\"record\",\"x\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}",
	};
	struct record record;
	struct fault fault;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ck_assert_int_eq(record_read(bytes_of_text(bad[i]), &record, &fault), -1);
		ck_assert_int_ge(fault.column, 1);
	}
}
END_TEST

START_TEST(a_line_that_does_not_fit_is_left_out_whole)
{
	char at[100];
	struct text text = text_in(at, sizeof(at));
	struct record record;

	fill(&record, 1);
	text_add(&text, BYTES("before"));
	record_write(&text, &record);
	ck_assert(text.is_cut);
	ck_assert_uint_eq(text.len, 6);
}
END_TEST

START_TEST(reasons_that_do_not_fit_are_left_out_whole)
{
	struct record record = { 0 };

	for (int i = 0; i < 40; i++)
		record_reason(&record, "account-rpm");
	ck_assert_uint_lt(strlen(record.reasons), RECORD_REASONS);
	ck_assert(bytes_end_with(bytes_of_text(record.reasons), BYTES(", account-rpm")));
}
END_TEST

UNIT_MAIN("record", every_field_comes_back_as_it_was, reals_come_back_to_the_bit,
    hashes_are_read_digit_by_digit, an_empty_record_is_a_short_line,
    unknown_members_are_skipped, what_is_not_a_record_is_refused_with_its_column,
    a_line_that_does_not_fit_is_left_out_whole, reasons_that_do_not_fit_are_left_out_whole)
