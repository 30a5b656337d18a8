/* What stands where in a block: every path says the same of every byte at every place. */
#include "fingerprint/word_block.h"

#include "unit.h"

#include <stdbool.h>
#include <string.h>

static bool has(uint64_t bits, unsigned place)
{
	return bits >> place & 1;
}

static void check_bytes(word_block_fn *fn)
{
	struct word_block block;
	char at[64];

	for (unsigned c = 0; c < 256; c++)
		for (unsigned place = 0; place < 64; place++) {
			bool is_digit = (c >= '0' && c <= '9') || c == '_';
			bool is_upper = c >= 'A' && c <= 'Z';
			bool is_plain = is_digit || is_upper || (c >= 'a' && c <= 'z');
			bool is_idle = !is_plain && c < 0x80 &&
				       !(c && strchr("-'/\\@.?!:;\n\"`", (int)c));

			memset(at, 'a', sizeof(at));
			at[place] = (char)c;
			fn(&block, at);
			ck_assert(has(block.plain, place) == is_plain);
			ck_assert(has(block.idle, place) == is_idle);
			ck_assert(has(block.odd, place) == (is_digit || (is_upper && place)));
		}
}

START_TEST(every_path_says_the_same_of_every_byte)
{
	check_bytes(word_block_portable);
	check_bytes(word_block_best());
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		check_bytes(word_block_avx2);
#endif
}
END_TEST

START_TEST(what_follows_is_shifted)
{
	struct word_block block;

	word_block_best()(
	    &block, "The 2 stills_of fooBar... drip - and ACME's drips, slowly; so it goes");
	block = word_block_after(block, 4);
	ck_assert(has(block.plain, 0) && has(block.odd, 0) && has(block.idle, 1));
	ck_assert(has(block.odd, 8) && !has(block.odd, 12) && has(block.odd, 15));
	ck_assert(!has(block.idle | block.plain | block.odd, 60));
}
END_TEST

UNIT_MAIN("word_block", every_path_says_the_same_of_every_byte, what_follows_is_shifted)
