#ifndef FINGERPRINT_CLIP_H
#define FINGERPRINT_CLIP_H

#include "base/bytes.h"

/*
 * The head and the tail of a text that may be long: what templates and phrases are looked for
 * in. Lives in the exchange's arena and is wiped with it.
 */
#define CLIP_HEAD 3072
#define CLIP_TAIL 1024

struct clip {
	uint64_t total; /* bytes added */
	char at[CLIP_HEAD + CLIP_TAIL];
};

static inline void clip_init(struct clip *clip)
{
	clip->total = 0;
}

void clip_add(struct clip *clip, struct bytes piece);

/*
 * What was kept, as one run when nothing is missing between head and tail, else as two; returns
 * how many. Ask once, at the text's end: the tail is turned in place.
 */
size_t clip_runs(struct clip *clip, struct bytes runs[2]);

#endif
