/*
 * Text to skeleton, in one pass over at most a few kilobytes. A mask that finds no end close by
 * is no mask: an inch sign or an apostrophe must not swallow the text.
 */
#include "fingerprint/skeleton.h"

#define QUOTE_MOST 1024
#define WORD_SEED  0x9E3779B97F4A7C15u
#define WORD_PRIME 0xD6E8FEB86659FD93u

enum byte_class {
	CLASS_NONE,   /* white space, punctuation that means nothing here */
	CLASS_LETTER, /* also every byte beyond ASCII */
	CLASS_DIGIT,
	CLASS_JOINER, /* part of a word when a letter or digit follows at once */
	CLASS_STOP,   /* ends a sentence when white space follows */
	CLASS_LINE,
	CLASS_QUOTE,
	CLASS_TICK
};

static const uint8_t classes[256] = {
	['a' ... 'z'] = CLASS_LETTER,
	['A' ... 'Z'] = CLASS_LETTER,
	[0x80 ... 0xFF] = CLASS_LETTER,
	['0' ... '9'] = CLASS_DIGIT,
	['_'] = CLASS_LETTER,
	['-'] = CLASS_JOINER,
	['\''] = CLASS_JOINER,
	['/'] = CLASS_JOINER,
	['\\'] = CLASS_JOINER,
	['@'] = CLASS_JOINER,
	['.'] = CLASS_STOP,
	['?'] = CLASS_STOP,
	['!'] = CLASS_STOP,
	[':'] = CLASS_STOP,
	[';'] = CLASS_STOP,
	['\n'] = CLASS_LINE,
	['"'] = CLASS_QUOTE,
	['`'] = CLASS_TICK,
};

/* The words that stand for what was masked. */
enum mask { MASK_NUMBER = 1, MASK_QUOTED, MASK_CODE, MASK_PATH, MASK_ADDRESS, MASK_IDENTIFIER };

static void put(struct skeleton *skeleton, uint64_t word)
{
	bool is_idle_stop = word == SKELETON_STOP &&
			    (skeleton->count == 0 ||
				skeleton->words[skeleton->count - 1] == SKELETON_STOP);

	if (skeleton->count < SKELETON_WORDS && !is_idle_stop)
		skeleton->words[skeleton->count++] = word;
}

static enum byte_class class_of(char c)
{
	return classes[(unsigned char)c];
}

/* Length of the wide character at |at| (U+2E80 to U+9FFF, U+FF00 block) or 0. */
static size_t wide_length(const char *at, const char *end)
{
	unsigned char lead = (unsigned char)*at;

	return end - at >= 3 && ((lead >= 0xE3 && lead <= 0xE9) || lead == 0xEF) ? 3 : 0;
}

static bool is_wide_stop(const char *at)
{
	static const char stops[][4] = { "。", "！", "？", "：", "；" };

	for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++)
		if (!memcmp(at, stops[i], 3))
			return true;
	return false;
}

static uint64_t mix_bytes(const char *at, size_t len)
{
	uint64_t word = WORD_SEED;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)at[i];

		word = (word ^ (c >= 'A' && c <= 'Z' ? c | 0x20 : c)) * WORD_PRIME;
	}
	return (word ^ word >> 32) | (uint64_t)1 << 63; /* never a mask, never a stop */
}

/* What a run of letters, digits and joiners is. */
struct shape {
	bool has_digit, has_letter, has_path, has_at, has_dot, has_hump, has_underscore;
};

static void note(struct shape *shape, const char *at, bool is_first)
{
	char c = *at;

	shape->has_digit |= c >= '0' && c <= '9';
	shape->has_letter |= class_of(c) == CLASS_LETTER;
	shape->has_path |= c == '/' || c == '\\';
	shape->has_at |= c == '@';
	shape->has_dot |= c == '.' || c == ':';
	shape->has_underscore |= c == '_';
	shape->has_hump |= !is_first && c >= 'A' && c <= 'Z' && at[-1] >= 'a' && at[-1] <= 'z';
}

static uint64_t word_of(const struct shape *shape, const char *at, size_t len)
{
	if (shape->has_path && (memmem(at, len, "://", 3) || memmem(at, len, "www.", 4)))
		return MASK_ADDRESS;
	if (shape->has_at)
		return MASK_ADDRESS;
	if (shape->has_path)
		return MASK_PATH;
	if (shape->has_digit && !shape->has_letter)
		return MASK_NUMBER;
	if (shape->has_digit || shape->has_hump || shape->has_underscore || shape->has_dot)
		return MASK_IDENTIFIER;
	return mix_bytes(at, len);
}

/* Whether the byte at |at| goes on a word: it is a letter or digit, or joins one to the next.
 */
static bool goes_on(const char *at, const char *end)
{
	enum byte_class here = class_of(*at);

	if (here == CLASS_LETTER)
		return !wide_length(at, end);
	if (here == CLASS_DIGIT)
		return true;
	if (here != CLASS_JOINER && *at != '.' && *at != ':')
		return false;
	return end - at > 1 &&
	       (class_of(at[1]) == CLASS_LETTER || class_of(at[1]) == CLASS_DIGIT ||
		   class_of(at[1]) == CLASS_JOINER);
}

static const char *take_word(struct skeleton *skeleton, const char *at, const char *end)
{
	const char *from = at;
	struct shape shape = { 0 };

	do {
		note(&shape, at, at == from);
		at++;
	} while (at < end && goes_on(at, end));
	put(skeleton, word_of(&shape, from, (size_t)(at - from)));
	return at;
}

/* Where |closing| stands within |most| bytes and the same paragraph, or NULL. */
static const char *find_close(const char *at, const char *end, const char *closing, size_t most)
{
	size_t room = (size_t)(end - at) < most ? (size_t)(end - at) : most;
	size_t closing_len = strlen(closing);
	const char *found = memmem(at, room, closing, closing_len);

	if (found && memmem(at, (size_t)(found - at), "\n\n", 2))
		return NULL;
	return found ? found + closing_len : NULL;
}

static const char *take_quote(struct skeleton *skeleton, const char *at, const char *end)
{
	const char *past = find_close(at + 1, end, "\"", QUOTE_MOST);

	if (!past)
		return at + 1;
	put(skeleton, MASK_QUOTED);
	return past;
}

static const char *take_ticks(struct skeleton *skeleton, const char *at, const char *end)
{
	bool is_fence = end - at >= 3 && at[1] == '`' && at[2] == '`';
	const char *past;

	if (is_fence) {
		past = memmem(at + 3, (size_t)(end - at - 3), "```", 3);
		past = past ? past + 3 : end;
	} else {
		past = find_close(at + 1, end, "`", QUOTE_MOST);
	}
	if (!past)
		return at + 1;
	put(skeleton, MASK_CODE);
	return past;
}

static const char *take_wide(struct skeleton *skeleton, const char *at)
{
	put(skeleton, is_wide_stop(at) ? SKELETON_STOP : mix_bytes(at, 3));
	return at + 3;
}

static const char *take_next(struct skeleton *skeleton, const char *at, const char *end)
{
	switch (class_of(*at)) {
	case CLASS_LETTER:
		if (wide_length(at, end))
			return take_wide(skeleton, at);
		return take_word(skeleton, at, end);
	case CLASS_DIGIT:
		return take_word(skeleton, at, end);
	case CLASS_JOINER: /* a path may begin so */
		return goes_on(at, end) && *at != '\'' && *at != '-'
			   ? take_word(skeleton, at, end)
			   : at + 1;
	case CLASS_STOP:
		if (end - at == 1 || (unsigned char)at[1] <= 0x20)
			put(skeleton, SKELETON_STOP);
		return at + 1;
	case CLASS_LINE:
		put(skeleton, SKELETON_STOP);
		return at + 1;
	case CLASS_QUOTE:
		return take_quote(skeleton, at, end);
	case CLASS_TICK:
		return take_ticks(skeleton, at, end);
	default:
		return at + 1;
	}
}

void skeleton_init(struct skeleton *skeleton)
{
	skeleton->count = 0;
}

void skeleton_add(struct skeleton *skeleton, struct bytes run)
{
	const char *at = run.at, *end = run.at + run.len;

	if (skeleton->count)
		put(skeleton, SKELETON_STOP);
	while (at < end)
		at = take_next(skeleton, at, end);
}
