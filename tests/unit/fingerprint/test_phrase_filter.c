/* The filter lets every beginning pass, on both paths. */
#include "fingerprint/phrase_filter.h"

#include "unit.h"

typedef const char *find_fn(
    const struct phrase_filter *filter, const char *at, const char *end);

static struct phrase_filter filter;

static void admit_some(void)
{
	static const char *const phrases[] = { "cot", "step by step", "a b c", "<think>",
		"шаг за шагом", "一步步" };

	memset(&filter, 0, sizeof(filter));
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		phrase_filter_admit(&filter, bytes_of_text(phrases[i]));
}

/* A filler that no phrase begins like, and room behind for the path that takes 64 at once. */
static void find_everywhere(find_fn *find, const char *beginning)
{
	static char text[300];

	for (size_t at = 0; at < 220; at++) {
		memset(text, '.', sizeof(text));
		memcpy(text + at, beginning, strlen(beginning));
		ck_assert_msg(find(&filter, text, text + sizeof(text)) == text + at,
		    "%s at %zu", beginning, at);
	}
}

START_TEST(every_beginning_is_found_at_every_place)
{
	static const char *const beginnings[] = { "cot.", "CoT\xFF", "Step", "a b c", "A\t\n b",
		"a   b", "<THI", "шаг", "一步" };

	admit_some();
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		find_everywhere(phrase_filter_find, beginnings[i]);
		find_everywhere(phrase_filter_find_portable, beginnings[i]);
	}
}
END_TEST

START_TEST(what_one_path_finds_the_other_finds)
{
	static char text[20000];
	const char *end = text + sizeof(text);
	uint32_t seed = 5;

	admit_some();
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] =
		    "abcotsep <th\n\xD1"[((seed = seed * 1664525 + 1013904223) >> 8) % 13];
	for (const char *at = text; at < end - 80; at++) {
		at = phrase_filter_find(&filter, at, end);
		ck_assert_ptr_eq(phrase_filter_find_portable(&filter, at, end), at);
	}
}
END_TEST

START_TEST(the_end_and_nothing_are_safe)
{
	const char *text = "co";

	admit_some();
	ck_assert_ptr_eq(phrase_filter_find(&filter, text, text), text);
	ck_assert_ptr_eq(phrase_filter_find(&filter, text, text + 2), text);
}
END_TEST

UNIT_MAIN("phrase_filter", every_beginning_is_found_at_every_place,
    what_one_path_finds_the_other_finds, the_end_and_nothing_are_safe)
