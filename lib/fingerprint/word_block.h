#ifndef FINGERPRINT_WORD_BLOCK_H
#define FINGERPRINT_WORD_BLOCK_H

#include <stdint.h>

/* What stands where in 64 bytes of text, a bit a byte, the first byte's bit the lowest. All but
 * |glue| is about ASCII. */
struct word_block {
	uint64_t plain; /* letters, digits, '_' */
	uint64_t digit;
	uint64_t odd;  /* digits, '_', and a capital behind a small letter */
	uint64_t idle; /* white space but a line's end, and what means nothing to a skeleton */
	uint64_t
	    glue; /* may go on a word: beyond ASCII, or a joiner that no white space follows
		   */
	uint64_t stop; /* ends a sentence or line; not one that the block ends with */
};

/* Reads 64 bytes. Every way gives the same; what a processor lacks is refused by
 * |word_block_best| only. */
typedef void word_block_fn(struct word_block *block, const char *at);

word_block_fn *word_block_best(void);
word_block_fn word_block_portable;
#ifdef __x86_64__
word_block_fn word_block_avx2, word_block_vbmi;
#endif

#endif
