#ifndef FINGERPRINT_TEMPLATE_H
#define FINGERPRINT_TEMPLATE_H

#include "facts/prompt.h"
#include "fingerprint/text_digest.h"

/*
 * The template of a text, seen three ways, because a slot may be a few words or nine tenths of
 * it:
 * - |bands|: 32 min-hashes of the skeleton's word 3-grams in 8 bands of 4 rows (Broder 1997,
 *   "On the resemblance and containment of documents"); two texts with a share s of 3-grams in
 *   common share a band with probability 1 − (1 − s⁴)⁸: half of them at s = .54;
 * - |head| and |tail|: the first and last sentence or line, of 3 to 8 words: shorter ones are
 *   taken together, longer ones cut;
 * - |skeleton|: all of it.
 * Texts under 8 words have no bands, under 3 words nothing.
 */
#define TEMPLATE_MINS        32
#define TEMPLATE_LEAST_WORDS 8
#define TEMPLATE_EDGE_LEAST  3
#define TEMPLATE_EDGE_MOST   8

/* Writes |skeleton|, |head|, |tail| and |bands| of the text in |runs|, of which there are
 * |count|: its head and its tail, or all of it. */
void template_write(struct prompt_facts *facts, const struct text_digest_keys *keys,
    const struct bytes *runs, size_t count);

#endif
