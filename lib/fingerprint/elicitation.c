/*
 * The lexicon as a tree of bytes: built once a reload, then read by all threads. A walk waits
 * for memory at every byte, so it is only begun where four bytes look like a phrase's first
 * four, and ends at the first byte that no phrase has next; a small filter passes over the
 * rest.
 */
#include "fingerprint/elicitation.h"

#include "base/xalloc.h"
#include "facts/prompt.h"
#include "fingerprint/phrase_filter.h"

#include <stdlib.h>

#define STATES_MOST 32768
#define PHRASE_MOST 120

/* A row a state, a column a class of bytes that no phrase tells apart. */
struct elicitation {
	unsigned classes, states, room;
	uint8_t class_of[256];
	struct phrase_filter filter;
	phrase_filter_fn *places;
	uint8_t *bits;  /* of a state: the kinds of the phrases that end there */
	uint16_t *next; /* states × classes */
};

static unsigned char fold(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c | 0x20;
	return c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
}

static uint8_t kind_bit(struct bytes name)
{
	for (unsigned bit = 0; prompt_elicitation_name(bit); bit++)
		if (bytes_equal(name, bytes_of_text(prompt_elicitation_name(bit))))
			return (uint8_t)(1u << bit);
	return 0;
}

/* Reads a line: 1 with a phrase, 0 without, -1 when it is neither. */
static int read_line(struct bytes line, uint8_t *bit, struct bytes *phrase)
{
	*phrase = bytes_trim(line);
	if (phrase->len && phrase->at[phrase->len - 1] == '\r')
		phrase->len--;
	if (phrase->len == 0 || phrase->at[0] == '#')
		return 0;
	*bit = kind_bit(bytes_trim(bytes_split(phrase, ':')));
	*phrase = bytes_trim(*phrase);
	return *bit && phrase->len >= 3 && phrase->len <= PHRASE_MOST ? 1 : -1;
}

static uint16_t *next_of(struct elicitation *elicitation, unsigned state, unsigned char c)
{
	return &elicitation->next[state * elicitation->classes + elicitation->class_of[c]];
}

static bool grow(struct elicitation *elicitation)
{
	if (elicitation->states == STATES_MOST)
		return false;
	if (elicitation->states == elicitation->room) {
		unsigned old = elicitation->room;

		elicitation->room = old ? old * 2 : 256;
		elicitation->next = xalloc_grow(elicitation->next, elicitation->room,
		    elicitation->classes * sizeof(*elicitation->next));
		elicitation->bits = xalloc_grow(elicitation->bits, elicitation->room, 1);
		memset(elicitation->next + old * elicitation->classes, 0,
		    (elicitation->room - old) * elicitation->classes *
			sizeof(*elicitation->next));
		memset(elicitation->bits + old, 0, elicitation->room - old);
	}
	elicitation->states++;
	return true;
}

static bool add_phrase(struct elicitation *elicitation, struct bytes phrase, uint8_t bit)
{
	char folded[PHRASE_MOST];
	unsigned state = 0;

	for (size_t i = 0; i < phrase.len; i++) {
		unsigned char c = fold((unsigned char)phrase.at[i]);
		uint16_t *next = next_of(elicitation, state, c);

		folded[i] = (char)c;
		if (!*next) {
			unsigned born = elicitation->states;

			if (!grow(elicitation)) /* may move |next| */
				return false;
			*next_of(elicitation, state, c) = (uint16_t)born;
			if (c == ' ')
				*next_of(elicitation, born, c) = (uint16_t)born;
			state = born;
		} else {
			state = *next;
		}
	}
	elicitation->bits[state] |= bit;
	phrase_filter_admit(&elicitation->filter, bytes_of(folded, phrase.len));
	return true;
}

/* The phrase with a capital first letter, where that is one bit or one page away: Latin-1
 * (C3 A0…BE) and Cyrillic (D0 B0…BF, D1 80…8F). False when it has none. */
static bool capitalise(struct bytes phrase, char out[PHRASE_MOST])
{
	unsigned char lead = (unsigned char)phrase.at[0], next = (unsigned char)phrase.at[1];

	memcpy(out, phrase.at, phrase.len);
	if ((lead == 0xC3 && next >= 0xA0 && next <= 0xBE) ||
	    (lead == 0xD0 && next >= 0xB0 && next <= 0xBF)) {
		out[1] = (char)(next - 0x20);
	} else if (lead == 0xD1 && next >= 0x80 && next <= 0x8F) {
		out[0] = (char)0xD0;
		out[1] = (char)(next + 0x20);
	} else {
		return false;
	}
	return true;
}

static void read_classes(struct elicitation *elicitation, struct bytes text)
{
	bool is_used[256] = { false };
	unsigned count = 1; /* class 0: bytes that no phrase has */

	for (size_t i = 0; i < text.len; i++)
		is_used[fold((unsigned char)text.at[i])] = true;
	for (unsigned c = 0x80; c < 256; c++)
		is_used[c] = true; /* capitals are made below */
	for (unsigned c = 0; c < 256; c++)
		if (is_used[c] && fold((unsigned char)c) == c)
			elicitation->class_of[c] = (uint8_t)(count < 255 ? count++ : 255);
	for (unsigned c = 0; c < 256; c++)
		elicitation->class_of[c] = elicitation->class_of[fold((unsigned char)c)];
	elicitation->classes = count;
}

static int add_line(struct elicitation *elicitation, struct bytes line)
{
	char capital[PHRASE_MOST];
	struct bytes phrase;
	uint8_t bit;
	int found = read_line(line, &bit, &phrase);

	if (found != 1)
		return found;
	if (!add_phrase(elicitation, phrase, bit))
		return -1;
	if (capitalise(phrase, capital) &&
	    !add_phrase(elicitation, bytes_of(capital, phrase.len), bit))
		return -1;
	return 1;
}

struct elicitation *elicitation_new(struct bytes text, const char *file, struct fault *fault)
{
	struct elicitation *elicitation = xalloc(sizeof(*elicitation));

	elicitation->places = phrase_filter_best();
	read_classes(elicitation, text);
	grow(elicitation); /* the root */
	for (int line = 1; text.len; line++)
		if (add_line(elicitation, bytes_split(&text, '\n')) < 0) {
			fault_say_at(fault, file, line, 1,
			    "expected `kind: phrase` of 3 to %d bytes, with a kind of "
			    "reasoning, restate, rubric, tags, synthesis, verbatim, and at "
			    "most %d states in all",
			    PHRASE_MOST, STATES_MOST);
			elicitation_free(elicitation);
			return NULL;
		}
	return elicitation;
}

void elicitation_free(struct elicitation *elicitation)
{
	if (!elicitation)
		return;
	free(elicitation->next);
	free(elicitation->bits);
	free(elicitation);
}

/* The kinds of all phrases that begin at |at|. */
static uint8_t walk(const struct elicitation *elicitation, const char *at, const char *end)
{
	uint8_t bits = 0;
	unsigned state = 0;

	do {
		unsigned class = elicitation->class_of[(unsigned char)*at++];

		state = elicitation->next[state * elicitation->classes + class];
		bits |= elicitation->bits[state];
	} while (state && at < end);
	return bits;
}

/* The places among the last few bytes. */
static uint64_t places_of_rest(
    const struct elicitation *elicitation, const char *at, size_t len)
{
	char rest[PHRASE_FILTER_READS] = { 0 };
	uint64_t places;

	memcpy(rest, at, len);
	places = elicitation->places(&elicitation->filter, rest);
	explicit_bzero(rest, sizeof(rest)); /* a request that is given up wipes no stack */
	return places;
}

uint8_t elicitation_search(const struct elicitation *elicitation, struct bytes text)
{
	const char *at = text.at, *end = text.at + text.len;
	uint8_t bits = 0;

	for (; at < end; at += 64) {
		size_t len = (size_t)(end - at);
		uint64_t places = len >= PHRASE_FILTER_READS
				      ? elicitation->places(&elicitation->filter, at)
				      : places_of_rest(elicitation, at, len);

		if (len < 64)
			places &= ((uint64_t)1 << len) - 1;
		for (; places; places &= places - 1)
			bits |= walk(elicitation, at + __builtin_ctzll(places), end);
	}
	return bits;
}
