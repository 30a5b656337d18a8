#ifndef FINGERPRINT_PHRASE_FILTER_H
#define FINGERPRINT_PHRASE_FILTER_H

#include "base/bytes.h"

/*
 * Where in a text may one of many phrases begin? Answered from four bytes, and where 64 places
 * can be looked up at once from eight: wrongly yes for one place in a hundred, never wrongly
 * no. Case and the kinds of white space are not told apart.
 */
#define PHRASE_FILTER_PREFIX 4
#define PHRASE_FILTER_BITS   15
#define PHRASE_FILTER_LOOKS  8

struct phrase_filter {
	uint32_t bits[1 << (PHRASE_FILTER_BITS - 5)]; /* a bit a hash of four bytes */
	uint8_t buckets[PHRASE_FILTER_LOOKS][128]; /* of phrases that may have the byte there */
};

/* Lets |phrase| pass, which holds at least three bytes, none of the first white space, and is
 * in lower case. A space stands for a run of any white space. */
void phrase_filter_admit(struct phrase_filter *filter, struct bytes phrase);

/* Of 64 places from |at| on, a bit for each where a phrase may begin. PHRASE_FILTER_READS bytes
 * can be read there. What a processor lacks is refused by |phrase_filter_best| only. */
#define PHRASE_FILTER_READS 72
typedef uint64_t phrase_filter_fn(const struct phrase_filter *filter, const char *at);

phrase_filter_fn *phrase_filter_best(void);
phrase_filter_fn phrase_filter_portable;
#ifdef __x86_64__
phrase_filter_fn phrase_filter_avx2, phrase_filter_vbmi;
#endif

#endif
