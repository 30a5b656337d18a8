#ifndef FINGERPRINT_PHRASE_FILTER_H
#define FINGERPRINT_PHRASE_FILTER_H

#include "base/bytes.h"

/*
 * Where in a text may one of many phrases begin? Answered from four bytes, wrongly yes for one
 * place in a hundred, never wrongly no. Case and the kinds of white space are not told apart.
 */
#define PHRASE_FILTER_PREFIX 4
#define PHRASE_FILTER_BITS   15

struct phrase_filter {
	uint32_t bits[1 << (PHRASE_FILTER_BITS - 5)]; /* a bit a hash of four bytes */
	uint8_t buckets[PHRASE_FILTER_PREFIX][128];   /* of phrases that have the byte there */
};

/* Lets |phrase| pass, which holds at least three bytes, none of the first white space, and is
 * in lower case. A space stands for a run of any white space. */
void phrase_filter_admit(struct phrase_filter *filter, struct bytes phrase);

/* The first place from |at| on where a phrase may begin; any place close to |end|. */
const char *phrase_filter_find(
    const struct phrase_filter *filter, const char *at, const char *end);

/* The same without the processor's help. */
const char *phrase_filter_find_portable(
    const struct phrase_filter *filter, const char *at, const char *end);

#endif
