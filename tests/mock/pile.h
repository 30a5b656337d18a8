#ifndef MOCK_PILE_H
#define MOCK_PILE_H

#include "base/bytes.h"

/*
 * Bytes that grow: appended at the end, dropped from the front. Owned by one holder; a zeroed
 * struct is an empty pile.
 */
struct pile {
	char *at;
	size_t start, len, room; /* the bytes are at[start … start + len) */
};

static inline struct bytes pile_bytes(const struct pile *pile)
{
	return bytes_of(pile->at ? pile->at + pile->start : NULL, pile->len);
}

void pile_add(struct pile *pile, struct bytes b);
void pile_add_text(struct pile *pile, const char *text);
void pile_add_format(struct pile *pile, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* |b| as a JSON string with its quotes. */
void pile_add_json(struct pile *pile, struct bytes b);

/* Forgets the first |len| bytes, which must be there. */
void pile_drop(struct pile *pile, size_t len);

/* Empties the pile and keeps its memory. */
void pile_clear(struct pile *pile);
void pile_free(struct pile *pile);

#endif
