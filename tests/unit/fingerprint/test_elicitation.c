/* The lexicon: every phrase of the shipped file is found, wherever it stands. */
#include "fingerprint/elicitation.h"

#include "facts/prompt.h"

#include "unit.h"

#include <stdio.h>

static char file_at[1 << 17];

static struct bytes shipped_text(void)
{
	FILE *file = fopen(RETORT_SOURCE_DIR "/conf/elicitation.txt", "r");
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(file_at, 1, sizeof(file_at), file);
	fclose(file);
	return bytes_of(file_at, len);
}

static struct elicitation *build(struct bytes text)
{
	struct fault fault = { 0 };
	struct elicitation *elicitation = elicitation_new(text, "lexicon", &fault);

	ck_assert_msg(elicitation != NULL, "%s", fault.text);
	return elicitation;
}

START_TEST(every_phrase_of_the_shipped_file_is_found_at_any_place)
{
	struct bytes text = shipped_text(), rest = text;
	struct elicitation *elicitation = build(text);
	static char page[6000];
	int count = 0;

	while (rest.len) {
		struct bytes phrase = bytes_split(&rest, '\n'), kind;

		if (phrase.len == 0 || phrase.at[0] == '#')
			continue;
		kind = bytes_split(&phrase, ':');
		phrase = bytes_trim(phrase);
		ck_assert_uint_ne(elicitation_search(elicitation, phrase), 0);
		memset(page, '.', sizeof(page));
		memcpy(
		    page + (count * 37) % (sizeof(page) - phrase.len), phrase.at, phrase.len);
		ck_assert_msg(
		    elicitation_search(elicitation, bytes_of(page, sizeof(page))) != 0,
		    "%.*s: %.*s", (int)kind.len, kind.at, (int)phrase.len, phrase.at);
		count++;
	}
	ck_assert_int_gt(count, 150);
	elicitation_free(elicitation);
}
END_TEST

START_TEST(case_space_and_first_capitals_do_not_matter)
{
	struct elicitation *elicitation = build(BYTES("# phrases\n"
						      "reasoning: step by step\n"
						      "rubric: шкала оценки\r\n"
						      "tags:   étape finale  \n"));

	ck_assert_uint_eq(elicitation_search(elicitation, BYTES("go Step\n  BY\t step!")),
	    PROMPT_ELICIT_REASONING);
	ck_assert_uint_eq(
	    elicitation_search(elicitation, BYTES("Шкала оценки")), PROMPT_ELICIT_RUBRIC);
	ck_assert_uint_eq(
	    elicitation_search(elicitation, BYTES("Étape finale")), PROMPT_ELICIT_TAGS);
	ck_assert_uint_eq(elicitation_search(elicitation, BYTES("step-by-step")), 0);
	ck_assert_uint_eq(elicitation_search(elicitation, BYTES("")), 0);
	elicitation_free(elicitation);
}
END_TEST

START_TEST(phrases_inside_and_across_each_other_are_all_found)
{
	struct elicitation *elicitation = build(BYTES("reasoning: abcab\n"
						      "rubric: bca\n"
						      "tags: cabd\n"));

	ck_assert_uint_eq(elicitation_search(elicitation, BYTES("xabcabd")),
	    PROMPT_ELICIT_REASONING | PROMPT_ELICIT_RUBRIC | PROMPT_ELICIT_TAGS);
	ck_assert_uint_eq(elicitation_search(elicitation, BYTES("abca")), PROMPT_ELICIT_RUBRIC);
	elicitation_free(elicitation);
}
END_TEST

/* The filter before the phrases must let every beginning pass. */
START_TEST(short_phrases_and_early_spaces_are_found)
{
	struct elicitation *elicitation = build(BYTES("reasoning: cot\n"
						      "rubric: a b c\n"
						      "tags: <X>\n"));
	static const struct {
		const char *text;
		uint8_t bits;
	} rows[] = {
		{ "CoT", PROMPT_ELICIT_REASONING },
		{ "no coT", PROMPT_ELICIT_REASONING },
		{ "cot\x80 and on and on and on", PROMPT_ELICIT_REASONING },
		{ "A \t B\r\nC", PROMPT_ELICIT_RUBRIC },
		{ "a    b c", PROMPT_ELICIT_RUBRIC },
		{ "aa\nb\tc, and long enough to be filtered", PROMPT_ELICIT_RUBRIC },
		{ "co<x>t", PROMPT_ELICIT_TAGS },
		{ "cocot", PROMPT_ELICIT_REASONING },
		{ "a b cot, long enough to be filtered",
		    PROMPT_ELICIT_REASONING | PROMPT_ELICIT_RUBRIC },
		{ "co t ab c <x", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(elicitation_search(elicitation, bytes_of_text(rows[i].text)) ==
				  rows[i].bits,
		    "%s", rows[i].text);
	elicitation_free(elicitation);
}
END_TEST

START_TEST(a_bad_line_is_named_and_changes_nothing)
{
	struct fault fault;

	ck_assert_ptr_null(elicitation_new(
	    BYTES("reasoning: fine\n\nunknown: kind\n"), "conf/elicitation.txt", &fault));
	ck_assert_int_eq(fault.line, 3);
	ck_assert_str_eq(fault.file, "conf/elicitation.txt");
	ck_assert_ptr_null(elicitation_new(BYTES("no colon"), "x", &fault));
	ck_assert_ptr_null(elicitation_new(BYTES("tags: x"), "x", &fault));
	elicitation_free(elicitation_new(BYTES(""), "x", &fault));
	elicitation_free(NULL);
}
END_TEST

UNIT_MAIN("elicitation", every_phrase_of_the_shipped_file_is_found_at_any_place,
    case_space_and_first_capitals_do_not_matter,
    phrases_inside_and_across_each_other_are_all_found,
    short_phrases_and_early_spaces_are_found, a_bad_line_is_named_and_changes_nothing)
