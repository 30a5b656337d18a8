/*
 * The one growing buffer of the mock: heads, bodies, pages and what a slow peer has not taken.
 * Not for the daemon: nothing here is bounded.
 */
#include "pile.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char *reserve(struct pile *pile, size_t more)
{
	if (pile->start && pile->start + pile->len + more > pile->room) {
		memmove(pile->at, pile->at + pile->start, pile->len);
		pile->start = 0;
	}
	if (pile->len + more > pile->room) {
		pile->room = (pile->len + more) * 2;
		pile->at = xalloc_grow(pile->at, pile->room, 1);
	}
	return pile->at + pile->start + pile->len;
}

void pile_add(struct pile *pile, struct bytes b)
{
	if (!b.len)
		return;
	memcpy(reserve(pile, b.len), b.at, b.len);
	pile->len += b.len;
}

void pile_add_text(struct pile *pile, const char *text)
{
	pile_add(pile, bytes_of_text(text));
}

void pile_add_format(struct pile *pile, const char *format, ...)
{
	va_list list, again;
	int len;

	va_start(list, format);
	va_copy(again, list);
	len = vsnprintf(NULL, 0, format, list);
	va_end(list);
	assert(len >= 0);
	vsnprintf(reserve(pile, (size_t)len + 1), (size_t)len + 1, format, again);
	va_end(again);
	pile->len += (size_t)len;
}

void pile_add_json(struct pile *pile, struct bytes b)
{
	size_t worst = 6 * b.len + 2;
	struct text text = text_in(reserve(pile, worst), worst);

	text_add_json(&text, b);
	assert(!text.is_cut);
	pile->len += text.len;
}

void pile_drop(struct pile *pile, size_t len)
{
	assert(len <= pile->len);
	pile->len -= len;
	pile->start = pile->len ? pile->start + len : 0;
}

void pile_clear(struct pile *pile)
{
	pile->start = pile->len = 0;
}

void pile_free(struct pile *pile)
{
	free(pile->at);
	*pile = (struct pile){ 0 };
}
