#ifndef FINGERPRINT_SKELETON_H
#define FINGERPRINT_SKELETON_H

#include "base/bytes.h"
#include "fingerprint/word_block.h"

/*
 * The skeleton of a text: its words folded to lower case, with what fills a template's slots
 * (numbers, quoted strings, code, paths, addresses, identifiers) put down to one word each, and
 * a mark wherever a sentence or line ends. Words are hashes; no letter is kept. Chinese and
 * Japanese characters are words of their own; other letters beyond ASCII are not folded.
 */
#define SKELETON_WORDS 1536
#define SKELETON_STOP  0 /* in |words|: the end of a sentence or line */

struct skeleton {
	size_t count;
	word_block_fn *read_block;
	uint64_t words[SKELETON_WORDS];
};

void skeleton_init(struct skeleton *skeleton);

/* Adds a run of text that begins and ends between words; words beyond the room are left out.
 * Two runs are parted by a stop. */
void skeleton_add(struct skeleton *skeleton, struct bytes run);

#endif
