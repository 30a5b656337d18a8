#ifndef FINGERPRINT_WORD_BLOCK_H
#define FINGERPRINT_WORD_BLOCK_H

#include <stdint.h>

/* What stands where in 64 bytes of text, a bit a byte, the first byte's bit the lowest. All of
 * it is about ASCII. */
struct word_block {
	uint64_t plain; /* letters, digits, '_' */
	uint64_t odd;   /* digits, '_', and a capital behind a small letter */
	uint64_t idle;  /* white space but a line's end, and what means nothing to a skeleton */
};

/* What follows the first |count| < 64 bytes. */
static inline struct word_block word_block_after(struct word_block block, unsigned count)
{
	return (
	    struct word_block){ block.plain >> count, block.odd >> count, block.idle >> count };
}

/* Reads 64 bytes. Every way gives the same; what a processor lacks is refused by
 * |word_block_best| only. */
typedef void word_block_fn(struct word_block *block, const char *at);

word_block_fn *word_block_best(void);
word_block_fn word_block_portable;
#ifdef __x86_64__
word_block_fn word_block_avx2;
#endif

#endif
