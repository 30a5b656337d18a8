/* The filter lets every beginning pass, on all paths. */
#include "fingerprint/phrase_filter.h"

#include "unit.h"

static struct phrase_filter filter;

static void admit_some(void)
{
	static const char *const phrases[] = { "cot", "step by step", "a b c", "<think>",
		"шаг за шагом", "一步步" };

	memset(&filter, 0, sizeof(filter));
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		phrase_filter_admit(&filter, bytes_of_text(phrases[i]));
}

/* All ways that this processor has; NULL ends them. */
static phrase_filter_fn *const *ways(void)
{
	static phrase_filter_fn *all[4];
	int count = 0;

	all[count++] = phrase_filter_portable;
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		all[count++] = phrase_filter_avx2;
	if (__builtin_cpu_supports("avx512vbmi"))
		all[count++] = phrase_filter_vbmi;
#endif
	return all;
}

/* A filler that no phrase begins like. */
static void find_everywhere(phrase_filter_fn *find, const char *phrase)
{
	char text[PHRASE_FILTER_READS + 32];

	for (size_t at = 0; at < 64; at++) {
		memset(text, '.', sizeof(text));
		memcpy(text + at, phrase, strlen(phrase));
		ck_assert_msg(find(&filter, text) >> at & 1, "%s at %zu", phrase, at);
	}
}

START_TEST(every_phrase_is_found_at_every_place)
{
	static const char *const texts[] = { "cot.", "CoT\xFF", "Step by step",
		"step \t by step", "step      by step", "a b c", "A\t\n b\r\nC", "a   b c",
		"a b   c", "a        b  c", "<THINK>", "шаг за шагом", "一步步" };

	admit_some();
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		for (phrase_filter_fn *const *way = ways(); *way; way++)
			find_everywhere(*way, texts[i]);
}
END_TEST

/* All but VBMI's say the same; that one also looks at the bytes, and finds fewer. */
START_TEST(what_one_path_finds_the_other_finds)
{
	static char text[20000];
	uint32_t seed = 5;

	admit_some();
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] =
		    "abcotsep <th\n\xD1"[((seed = seed * 1664525 + 1013904223) >> 8) % 13];
	for (const char *at = text; at < text + sizeof(text) - PHRASE_FILTER_READS; at++) {
		uint64_t some = phrase_filter_best()(&filter, at),
			 all = phrase_filter_portable(&filter, at);

		if (some & ~all)
			ck_abort_msg("more at %td", at - text);
#ifdef __x86_64__
		if (__builtin_cpu_supports("avx2") && phrase_filter_avx2(&filter, at) != all)
			ck_abort_msg("other at %td", at - text);
#endif
	}
}
END_TEST

START_TEST(prose_is_mostly_passed_over)
{
	static const char text[] = "The quarterly report shows that revenue in the northern "
				   "region grew by 14 percent, while";

	admit_some();
	for (phrase_filter_fn *const *way = ways(); *way; way++)
		ck_assert_int_lt(__builtin_popcountll((*way)(&filter, text)), 3);
}
END_TEST

UNIT_MAIN("phrase_filter", every_phrase_is_found_at_every_place,
    what_one_path_finds_the_other_finds, prose_is_mostly_passed_over)
