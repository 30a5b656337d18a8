/* The inside of strings: every path that this processor has copies the same bytes and stops at
 * the same place. */
#include "wire/json_text.h"

#include "base/bytes.h"
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

/* A byte at a time, by the contract's words. */
static void copy_plainly(struct json_text *text)
{
	while (text->at < text->end && text->to < text->limit) {
		char c = *text->at;

		if (c == '\\') {
			c = text->end - text->at > 1
				? json_text_escapes[(unsigned char)text->at[1]]
				: 0;
			if (!c)
				return;
			text->at++;
		} else if ((signed char)c < 0x20 || c == '"') {
			return;
		}
		*text->to++ = c;
		text->at++;
	}
}

/* Paths fill the room to different lengths, never beyond the slack: so it is large or counts
 * as a stop. */
static void compare(json_text_fn *fn)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz\\\\\\\\nt\"/u";
	static const char rare[] = { '"', '\n', '\x80', '\\', 'u', '\0', '\x1F', '\xFF', 'r' };
	char in[ROOM];
	uint32_t seed = 3;

	for (int round = 0; round < 20000; round++) {
		size_t len = (seed = seed * 1664525 + 1013904223) >> 8;
		unsigned plain = 20 + round % 300;
		struct copied slow, fast;

		len %= sizeof(in);
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = (seed >> 8) % plain
				    ? letters[(seed >> 18) % (round % 2 ? 26 : 33)]
				    : rare[(seed >> 20) % sizeof(rare)];
		}
		slow = copy(copy_plainly, bytes_of(in, len), ROOM);
		fast = copy(fn, bytes_of(in, len), ROOM);
		ck_assert_uint_eq(fast.taken, slow.taken);
		ck_assert_uint_eq(fast.made, slow.made);
		ck_assert_mem_eq(fast.at, slow.at, slow.made);
		fast = copy(fn, bytes_of(in, len), 40);
		ck_assert_uint_lt(fast.made, 40 + JSON_TEXT_SLACK);
		ck_assert_uint_ge(fast.made, slow.made < 40 ? slow.made : 40);
		ck_assert_mem_eq(
		    fast.at, slow.at, fast.made < slow.made ? fast.made : slow.made);
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

UNIT_MAIN("json_text", every_path_copies_the_same, all_escapes_are_resolved_and_others_stop)
