/* Clips: whole when the text is short, else its head and its tail. */
#include "fingerprint/clip.h"

#include "unit.h"

static char text[10 * CLIP_HEAD];

static void fill(struct clip *clip, size_t len, size_t step)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 2654435761u >> 13);
	clip_init(clip);
	for (size_t i = 0; i < len; i += step)
		clip_add(clip, bytes_of(text + i, len - i < step ? len - i : step));
}

START_TEST(a_text_is_kept_whole_or_by_its_ends)
{
	static const size_t lens[] = { 0, 1, CLIP_HEAD, CLIP_HEAD + 1, CLIP_HEAD + CLIP_TAIL,
		CLIP_HEAD + CLIP_TAIL + 1, CLIP_HEAD + 5 * CLIP_TAIL + 77, sizeof(text) };
	static const size_t steps[] = { 1, 7, 1000, 5000, sizeof(text) };
	struct bytes runs[2];
	struct clip clip;

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++)
		for (size_t j = 0; j < sizeof(steps) / sizeof(*steps); j++) {
			fill(&clip, lens[i], steps[j]);
			if (clip_runs(&clip, runs) == 1) {
				ck_assert_uint_le(lens[i], CLIP_HEAD + CLIP_TAIL);
				ck_assert(bytes_equal(runs[0], bytes_of(text, lens[i])));
				continue;
			}
			ck_assert_uint_gt(lens[i], CLIP_HEAD + CLIP_TAIL);
			ck_assert(bytes_equal(runs[0], bytes_of(text, CLIP_HEAD)));
			ck_assert(bytes_equal(
			    runs[1], bytes_of(text + lens[i] - CLIP_TAIL, CLIP_TAIL)));
		}
}
END_TEST

UNIT_MAIN("clip", a_text_is_kept_whole_or_by_its_ends)
