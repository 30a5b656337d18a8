/* What stands where in a block: every path says the same of every byte at every place. */
#include "fingerprint/word_block.h"

#include "unit.h"

#include <stdbool.h>
#include <string.h>

static bool has(uint64_t bits, unsigned place)
{
	return bits >> place & 1;
}

static bool is_any(unsigned c, const char *of)
{
	return c && c < 0x80 && strchr(of, (int)c);
}

/* By the header's words, the last byte but one aside. */
static void check_place(
    const struct word_block *block, unsigned c, unsigned place, unsigned next)
{
	bool is_digit = c >= '0' && c <= '9', is_upper = c >= 'A' && c <= 'Z';
	bool is_plain = is_digit || is_upper || (c >= 'a' && c <= 'z') || c == '_';
	bool has_word_next = next == 'a' || next >= 0x80 || next == '-' || next == ':';

	ck_assert(has(block->plain, place) == is_plain);
	ck_assert(has(block->digit, place) == is_digit);
	ck_assert(has(block->odd, place) == (is_digit || c == '_' || (is_upper && place)));
	ck_assert(has(block->idle, place) ==
		  (!is_plain && c < 0x80 && !is_any(c, "-'/\\@.?!:;\n\"`")));
	ck_assert(
	    has(block->glue, place) == (c >= 0x80 || (is_any(c, "-'/\\@.:") && has_word_next)));
	ck_assert(has(block->stop, place) ==
		  (c == '\n' || (is_any(c, ".?!:;") && (next == ' ' || next == '\n'))));
}

static void check_bytes(word_block_fn *fn)
{
	static const unsigned char behind[] = { 'a', ' ', '\n', '-', ':', '"', 0x80, 0xE9 };
	struct word_block block;
	char at[64];

	for (unsigned c = 0; c < 256; c++)
		for (unsigned n = 0; n < 63 * sizeof(behind); n++) {
			unsigned place = n % 63, next = behind[n / 63];

			memset(at, 'a', sizeof(at));
			at[place] = (char)c;
			at[place + 1] = (char)next;
			fn(&block, at);
			check_place(&block, c, place, next);
		}
}

/* What comes behind the block is not known: a joiner may join, and no sentence ends. */
static void check_last_bytes(word_block_fn *fn)
{
	struct word_block block;
	char at[64];

	memset(at, ' ', sizeof(at));
	at[63] = '.';
	fn(&block, at);
	ck_assert(has(block.glue, 63) && !has(block.stop, 63));
	at[63] = '\n';
	fn(&block, at);
	ck_assert(!has(block.glue, 63) && has(block.stop, 63));
}

/* All bytes beside one another, wherever a way splits the block. */
static void check_at_random(word_block_fn *fn)
{
	uint64_t seed = 11;
	char at[64];

	for (int round = 0; round < 20000; round++) {
		struct word_block slow, fast;

		for (unsigned i = 0; i < sizeof(at); i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			at[i] = (char)(seed >> 56 & (round % 2 ? 0xFF : 0x7F));
		}
		word_block_portable(&slow, at);
		fn(&fast, at);
		ck_assert_mem_eq(&fast, &slow, sizeof(fast));
	}
}

static void check(word_block_fn *fn)
{
	check_bytes(fn);
	check_last_bytes(fn);
	check_at_random(fn);
}

START_TEST(every_path_says_the_same_of_every_byte)
{
	check(word_block_portable);
	check(word_block_best());
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		check(word_block_avx2);
	if (__builtin_cpu_supports("avx512vbmi"))
		check(word_block_vbmi);
#endif
}
END_TEST

UNIT_MAIN("word_block", every_path_says_the_same_of_every_byte)
