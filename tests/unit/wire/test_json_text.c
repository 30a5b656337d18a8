/* The inside of strings: every path that this processor has copies the same bytes and stops at
 * the same place. */
#include "wire/json_text.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "unit.h"

#include <stdlib.h>

#define ROOM 300

struct copied {
	size_t taken, made;
	char at[ROOM + JSON_TEXT_SLACK];
};

/* The input stands at the end of its own memory: a read beyond shows under the sanitizer. */
static struct copied copy(json_text_fn *fn, struct bytes in, size_t room)
{
	char *room_at = malloc(in.len + 1), *exact = room_at + 1;
	struct copied out;
	struct json_text text = {
		.at = exact, .end = exact + in.len, .to = out.at, .limit = out.at + room
	};

	memcpy(exact, in.at, in.len);
	fn(&text);
	out.taken = (size_t)(text.at - exact);
	out.made = (size_t)(text.to - out.at);
	free(room_at);
	return out;
}

/* The length of the sound sequence beyond ASCII at |at|, or 0. */
static size_t sequence_at(const char *at, const char *end)
{
	struct utf8_walk walk = { 0 };

	for (size_t len = 0; at + len < end; len++) {
		if (!utf8_skip(&walk, at + len, at + len + 1))
			return 0;
		if (!walk.need)
			return len + 1;
	}
	return 0;
}

/* By the contract's words, as far as it may go. */
static void copy_plainly(struct json_text *text)
{
	while (text->at < text->end && text->to < text->limit) {
		size_t len = 1;
		char c = *text->at;

		if (c == '\\') {
			c = text->end - text->at > 1
				? json_text_escapes[(unsigned char)text->at[1]]
				: 0;
			if (!c)
				return;
			text->at++;
		} else if ((signed char)c < 0) {
			len = sequence_at(text->at, text->end);
			if (!len)
				return;
		} else if (c < 0x20 || c == '"') {
			return;
		}
		*text->to++ = c;
		text->at++;
		for (size_t i = 1; i < len; i++)
			*text->to++ = *text->at++;
	}
}

/* |fast| is the head of |slow|, and ends sooner only where a sequence begins. */
static void compare_one(
    const struct copied *fast, const struct copied *slow, struct bytes in, size_t room)
{
	bool is_head = fast->taken <= slow->taken && fast->made <= slow->made &&
		       fast->made < room + JSON_TEXT_SLACK &&
		       memcmp(fast->at, slow->at, fast->made) == 0;
	bool is_early = fast->taken < slow->taken && fast->made < room;

	if (!is_head || (is_early && (unsigned char)in.at[fast->taken] < 0xC0))
		ck_abort_msg("taken %zu, made %zu of %zu, %zu", fast->taken, fast->made,
		    slow->taken, slow->made);
}

/* Paths fill the room to different lengths, never beyond the slack: so it is large or counts
 * as a stop. */
static void compare(json_text_fn *fn)
{
	static const char *const rare[] = { "\"", "\n", "\x80", "\\", "u", "\x1F", "\xFF", "r",
		"\xC3\xA9", "\xE2\x80\x94", "\xF0\x9F\x94\xA5", "\xE4\xBD\xA0", "\xE2\x80" };
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz\\\\\\\\nt\"/u";
	uint32_t seed = 3;
	char in[ROOM];

	for (int round = 0; round < 40000; round++) {
		size_t most = (seed = seed * 1664525 + 1013904223) >> 8, len = 0;
		unsigned plain = 3 + round % 300;
		struct copied slow, fast;

		for (most %= sizeof(in) - 4; len < most;) {
			const char *word = rare[(seed >> 20) % (sizeof(rare) / sizeof(*rare))];

			seed = seed * 1664525 + 1013904223;
			if ((seed >> 8) % plain)
				in[len++] = letters[(seed >> 18) % (round % 2 ? 26 : 33)];
			else
				for (; *word; word++)
					in[len++] = *word;
		}
		slow = copy(copy_plainly, bytes_of(in, len), ROOM);
		fast = copy(fn, bytes_of(in, len), ROOM);
		compare_one(&fast, &slow, bytes_of(in, len), ROOM);
		fast = copy(fn, bytes_of(in, len), 40);
		compare_one(&fast, &slow, bytes_of(in, len), 40);
	}
}

/* Four bytes at every place of a block: whole text is taken whole, and no more than is sound.
 */
static void compare_sequences(json_text_fn *fn, bool takes_all)
{
	static const unsigned char edges[] = { 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
		0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4,
		0xF5, 0xFF };
	unsigned count = sizeof(edges);
	char in[200];

	for (unsigned n = 0; n < count * count * count * count; n++) {
		size_t place = n % 70;
		struct copied slow, fast;

		memset(in, 'x', sizeof(in));
		for (unsigned i = 0, rest = n; i < 4; i++, rest /= count)
			in[place + i] = (char)edges[rest % count];
		slow = copy(copy_plainly, bytes_of(in, sizeof(in)), ROOM);
		fast = copy(fn, bytes_of(in, sizeof(in)), ROOM);
		compare_one(&fast, &slow, bytes_of(in, sizeof(in)), ROOM);
		if (takes_all && slow.taken == sizeof(in) && fast.taken < sizeof(in))
			ck_abort_msg("%u: stopped at %zu", n, fast.taken);
	}
}

START_TEST(every_path_copies_the_same)
{
	compare(json_text_best());
	compare(json_text_portable);
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		compare(json_text_avx2);
	if (__builtin_cpu_supports("avx512vbmi2"))
		compare(json_text_vbmi2);
#endif
}
END_TEST

START_TEST(no_path_takes_a_sequence_that_is_not_sound)
{
	compare_sequences(json_text_portable, false);
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		compare_sequences(json_text_avx2, true);
	if (__builtin_cpu_supports("avx512vbmi2"))
		compare_sequences(json_text_vbmi2, true);
#endif
}
END_TEST

START_TEST(all_escapes_are_resolved_and_others_stop)
{
	struct copied out = copy(
	    json_text_best(), BYTES("\\\"\\\\\\/\\b\\f\\n\\r\\t\\\\n tail\\u0041"), ROOM);

	ck_assert_uint_eq(out.made, 15);
	ck_assert_mem_eq(out.at, "\"\\/\b\f\n\r\t\\n tail", 15);
	ck_assert_uint_eq(out.taken, 24);
	ck_assert_uint_eq(copy(json_text_best(), BYTES("\\"), ROOM).taken, 0);
	ck_assert_uint_eq(copy(json_text_best(), BYTES(""), ROOM).taken, 0);
}
END_TEST

UNIT_MAIN("json_text", every_path_copies_the_same, no_path_takes_a_sequence_that_is_not_sound,
    all_escapes_are_resolved_and_others_stop)
