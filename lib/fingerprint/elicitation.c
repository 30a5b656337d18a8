/*
 * The lexicon as a byte automaton: built once a reload, then read by all threads. A walk waits
 * for memory at every byte, so it is only begun where four bytes look like a phrase's first
 * four, and ends when it is back at the root; a small filter passes over the rest of the text.
 */
#include "fingerprint/elicitation.h"

#include "base/xalloc.h"
#include "facts/prompt.h"

#include <endian.h>
#include <stdlib.h>

#define STATES_MOST 32768
#define PHRASE_MOST 120
#define PREFIX      4
#define FILTER_BITS 15

/* A row a state, a column a class of bytes that no phrase tells apart. */
struct elicitation {
	unsigned classes, states, room;
	uint8_t class_of[256];
	uint32_t filter[1 << (FILTER_BITS - 5)]; /* a bit a hash of a prefix, roughly folded */
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

/* Setting one bit folds letters, and sends a line's end and a tab elsewhere than a space. */
static inline uint32_t fold_roughly(uint32_t four)
{
	return four | 0x20202020;
}

static inline unsigned filter_place(uint32_t folded)
{
	return folded * 0x9E3779B1u >> (32 - FILTER_BITS);
}

static void admit(struct elicitation *elicitation, uint32_t four)
{
	unsigned place = filter_place(fold_roughly(four));

	elicitation->filter[place / 32] |= (uint32_t)1 << place % 32;
}

/* Admits every four bytes that |phrase| can begin with, of which |count| stand in |four|: any
 * white space for a space, or a run of it, and anything after a phrase of three bytes. */
static void admit_prefixes(
    struct elicitation *elicitation, struct bytes phrase, uint32_t four, unsigned count)
{
	static const char spaces[] = { ' ', '\t', '\n', '\r' };
	struct bytes rest = bytes_of(phrase.at + 1, phrase.len - (phrase.len > 0));

	if (count == PREFIX) {
		admit(elicitation, four);
		return;
	}
	for (unsigned c = 0; phrase.len == 0 && c < 256; c++)
		admit(elicitation, four | (uint32_t)c << 8 * count);
	for (size_t i = 0; phrase.len && fold((unsigned char)*phrase.at) == ' ' && i < 4; i++) {
		uint32_t more = four | (uint32_t)(unsigned char)spaces[i] << 8 * count;

		admit_prefixes(elicitation, phrase, more, count + 1);
		admit_prefixes(elicitation, rest, more, count + 1);
	}
	if (phrase.len && fold((unsigned char)*phrase.at) != ' ')
		admit_prefixes(elicitation, rest,
		    four | (uint32_t)(unsigned char)*phrase.at << 8 * count, count + 1);
}

static bool add_phrase(struct elicitation *elicitation, struct bytes phrase, uint8_t bit)
{
	unsigned state = 0;

	for (size_t i = 0; i < phrase.len; i++) {
		unsigned char c = fold((unsigned char)phrase.at[i]);
		uint16_t *next = next_of(elicitation, state, c);

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
	admit_prefixes(elicitation, phrase, 0, 0);
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

/* Aho and Corasick's failure links, folded into the table: every state goes somewhere on every
 * class. States were born parents first within a phrase, but not by depth: hence the queue. */
static void close_table(struct elicitation *elicitation)
{
	unsigned classes = elicitation->classes, head = 0, tail = 0;
	uint16_t *queue = xalloc_array(elicitation->states, sizeof(*queue));
	uint16_t *fail = xalloc_array(elicitation->states, sizeof(*fail));

	queue[tail++] = 0;
	while (head < tail) {
		unsigned state = queue[head++];

		elicitation->bits[state] |= elicitation->bits[fail[state]];
		for (unsigned c = 0; c < classes; c++) {
			uint16_t *next = &elicitation->next[state * classes + c];
			uint16_t other = state ? elicitation->next[fail[state] * classes + c]
					       : 0;

			if (*next == state && state)
				continue; /* a run of spaces is one */
			if (*next) {
				fail[*next] = other;
				queue[tail++] = *next;
			} else {
				*next = other;
			}
		}
	}
	free(queue);
	free(fail);
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
	close_table(elicitation);
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

static inline unsigned step(
    const struct elicitation *elicitation, unsigned state, char c, uint8_t *bits)
{
	unsigned class = elicitation->class_of[(unsigned char)c];

	state = elicitation->next[state * elicitation->classes + class];
	*bits |= elicitation->bits[state];
	return state;
}

/* In the lowest bit; those above it mean nothing. */
static inline uint32_t may_begin(const struct elicitation *elicitation, uint32_t four)
{
	unsigned place = filter_place(fold_roughly(four));

	return elicitation->filter[place / 32] >> place % 32;
}

static inline uint64_t load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* The first place from |at| on where a phrase may begin; near the end, any. */
static const char *find_begin(
    const struct elicitation *elicitation, const char *at, const char *end)
{
	uint32_t found = 0;

	for (; end - at >= 12 && !(found & 1); at += 8) {
		uint64_t low = load(at), high = load(at + 4);

		found = may_begin(elicitation, (uint32_t)low) |
			may_begin(elicitation, (uint32_t)(low >> 8)) |
			may_begin(elicitation, (uint32_t)(low >> 16)) |
			may_begin(elicitation, (uint32_t)(low >> 24)) |
			may_begin(elicitation, (uint32_t)high) |
			may_begin(elicitation, (uint32_t)(high >> 8)) |
			may_begin(elicitation, (uint32_t)(high >> 16)) |
			may_begin(elicitation, (uint32_t)(high >> 24));
	}
	at -= found & 1 ? 8 : 0;
	while (end - at >= 8 && !(may_begin(elicitation, (uint32_t)load(at)) & 1))
		at++;
	return at;
}

uint8_t elicitation_search(const struct elicitation *elicitation, struct bytes text)
{
	const char *at = text.at, *end = text.at + text.len;
	uint8_t bits = 0;

	while (at < end) {
		unsigned state = 0;

		at = find_begin(elicitation, at, end);
		do
			state = step(elicitation, state, *at++, &bits);
		while (state && at < end);
	}
	return bits;
}
