/*
 * A text's head and tail in one buffer: the head fills, then the tail goes round.
 */
#include "fingerprint/clip.h"

static void add_tail(struct clip *clip, struct bytes piece)
{
	char *tail = clip->at + CLIP_HEAD;
	size_t place, first;

	if (piece.len > CLIP_TAIL) {
		clip->total += piece.len - CLIP_TAIL;
		piece = bytes_of(piece.at + piece.len - CLIP_TAIL, CLIP_TAIL);
	}
	place = (size_t)(clip->total - CLIP_HEAD) % CLIP_TAIL;
	first = CLIP_TAIL - place < piece.len ? CLIP_TAIL - place : piece.len;
	memcpy(tail + place, piece.at, first);
	memcpy(tail, piece.at + first, piece.len - first);
	clip->total += piece.len;
}

void clip_add(struct clip *clip, struct bytes piece)
{
	size_t room = clip->total < CLIP_HEAD ? CLIP_HEAD - (size_t)clip->total : 0;
	size_t first = piece.len < room ? piece.len : room;

	if (first) {
		memcpy(clip->at + clip->total, piece.at, first);
		clip->total += first;
	}
	if (piece.len > first)
		add_tail(clip, bytes_of(piece.at + first, piece.len - first));
}

size_t clip_runs(struct clip *clip, struct bytes runs[2])
{
	char *tail = clip->at + CLIP_HEAD, turned[CLIP_TAIL];
	size_t place;

	if (clip->total <= sizeof(clip->at)) {
		runs[0] = bytes_of(clip->at, (size_t)clip->total);
		return 1;
	}
	place = (size_t)(clip->total - CLIP_HEAD) % CLIP_TAIL;
	memcpy(turned, tail + place, CLIP_TAIL - place);
	memcpy(turned + CLIP_TAIL - place, tail, place);
	memcpy(tail, turned, CLIP_TAIL);
	explicit_bzero(turned, sizeof(turned));
	runs[0] = bytes_of(clip->at, CLIP_HEAD);
	runs[1] = bytes_of(tail, CLIP_TAIL);
	return 2;
}
