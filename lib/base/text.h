#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/*
 * A text under construction in a caller's buffer: appending never overruns, and never fails
 * half way: what does not fit sets |is_cut| and leaves the buffer as it was. Not terminated.
 */
struct text {
	char *at;
	size_t len, room;
	bool is_cut;
};

static inline struct text text_in(void *at, size_t room)
{
	return (struct text){ .at = at, .room = room };
}

static inline struct bytes text_bytes(const struct text *text)
{
	return bytes_of(text->at, text->len);
}

/* In the header, for most of what is added is a word whose length the compiler knows. */
static inline void text_add(struct text *text, struct bytes b)
{
	if (b.len > text->room - text->len) {
		text->is_cut = true;
		return;
	}
	if (b.len)
		memcpy(text->at + text->len, b.at, b.len);
	text->len += b.len;
}

static inline void text_add_char(struct text *text, char c)
{
	text_add(text, bytes_of(&c, 1));
}

void text_add_number(struct text *text, uint64_t value);
void text_add_signed(struct text *text, int64_t value);
void text_add_hex64(struct text *text, uint64_t value); /* 16 lower-case digits */
void text_add_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The bytes as a JSON string with its quotes; control bytes and invalid UTF-8 are escaped (RFC
 * 8259 §7). */
void text_add_json(struct text *text, struct bytes b);

#endif
