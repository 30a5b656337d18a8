/*
 * Text to skeleton, in one pass over at most a few kilobytes. A mask that finds no end close by
 * is no mask: an inch sign or an apostrophe must not swallow the text.
 */
#include "fingerprint/skeleton.h"

#define QUOTE_MOST 1024
#define WORD_SEED  0x9E3779B97F4A7C15u
#define WORD_PRIME 0xD6E8FEB86659FD93u
#define FOLD       0x2020202020202020u

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

/* The first |len| < 8 bytes at |at| as a number; |end| is where the text may be read to. */
static inline uint64_t load_part(const char *at, size_t len, const char *end)
{
	uint64_t part = 0;

	if (end - at >= 8) {
		memcpy(&part, at, 8);
		return part & (((uint64_t)1 << (8 * len)) - 1);
	}
	memcpy(&part, at, len);
	return part;
}

/* Eight bytes more, with the bit set that tells small from capital letters. */
static inline uint64_t hash_eight(uint64_t hash, uint64_t part)
{
	return (hash ^ (part | FOLD)) * WORD_PRIME;
}

/* The hash of a word: eight bytes at a time, and never a mask or a stop. */
static uint64_t hash_any(const char *at, size_t len, const char *end)
{
	uint64_t hash = WORD_SEED ^ len, part;

	for (; len >= 8; at += 8, len -= 8) {
		memcpy(&part, at, 8);
		hash = hash_eight(hash, part);
		hash ^= hash >> 32;
	}
	hash = hash_eight(hash, load_part(at, len, end));
	return (hash ^ hash >> 29) | (uint64_t)1 << 63;
}

/* The same. Words up to 15 bytes take both ways at once and choose: whether the next one has
 * eight letters or seven is nothing a processor can guess. */
static inline uint64_t hash_word(const char *at, size_t len, const char *end)
{
	uint64_t first, second, mask = ((uint64_t)1 << (8 * (len & 7))) - 1, hash, longer;

	if (len > 15 || end - at < 16)
		return hash_any(at, len, end);
	memcpy(&first, at, 8);
	memcpy(&second, at + 8, 8);
	hash = WORD_SEED ^ len;
	longer = hash_eight(hash, first);
	longer ^= longer >> 32;
	hash = len < 8 ? hash : longer;
	first = len < 8 ? first : second;
	hash = hash_eight(hash, first & mask);
	return (hash ^ hash >> 29) | (uint64_t)1 << 63;
}

/* What stands in a run of letters, digits and joiners, as bits. UPPER is what folds a letter.
 */
enum sort {
	SORT_LOWER = 0x01, /* and bytes beyond ASCII */
	SORT_DIGIT = 0x02,
	SORT_PATH = 0x04,
	SORT_AT = 0x08,
	SORT_DOT = 0x10,
	SORT_UPPER = 0x20, /* LOWER << 5 */
	SORT_UNDERSCORE = 0x40
};

static const uint8_t sorts[256] = {
	['a' ... 'z'] = SORT_LOWER,
	[0x80 ... 0xFF] = SORT_LOWER,
	['A' ... 'Z'] = SORT_UPPER,
	['0' ... '9'] = SORT_DIGIT,
	['/'] = SORT_PATH,
	['\\'] = SORT_PATH,
	['@'] = SORT_AT,
	['.'] = SORT_DOT,
	[':'] = SORT_DOT,
	['_'] = SORT_UNDERSCORE,
};

#define SORT_PLAIN (SORT_LOWER | SORT_UPPER | SORT_DIGIT | SORT_UNDERSCORE)

/* A capital after a small letter. */
static bool has_hump(struct bytes run)
{
	for (size_t i = 1; i < run.len; i++)
		if (sorts[(unsigned char)run.at[i]] & sorts[(unsigned char)run.at[i - 1]] << 5)
			return true;
	return false;
}

static uint64_t word_of(unsigned seen, struct bytes run, const char *end)
{
	if (seen & SORT_AT)
		return MASK_ADDRESS;
	if (seen & SORT_PATH)
		return MASK_PATH;
	if ((seen & SORT_DIGIT) && !(seen & (SORT_LOWER | SORT_UPPER | SORT_UNDERSCORE)))
		return MASK_NUMBER;
	if (seen & (SORT_DIGIT | SORT_DOT | SORT_UNDERSCORE))
		return MASK_IDENTIFIER;
	if ((seen & SORT_UPPER) && (seen & SORT_LOWER) && has_hump(run))
		return MASK_IDENTIFIER;
	return hash_word(run.at, run.len, end);
}

/* Whether the byte at |at| goes on a word: it is a letter or digit, or joins one to the next.
 */
static bool goes_on(const char *at, const char *end)
{
	enum byte_class here = class_of(*at);

	if (here == CLASS_LETTER)
		return (signed char)*at >= 0 || !wide_length(at, end);
	if (here == CLASS_DIGIT)
		return true;
	if (here != CLASS_JOINER && *at != '.' && *at != ':')
		return false;
	return end - at > 1 &&
	       (class_of(at[1]) == CLASS_LETTER || class_of(at[1]) == CLASS_DIGIT ||
		   class_of(at[1]) == CLASS_JOINER);
}

static bool is_url(unsigned seen, struct bytes run)
{
	return (seen & SORT_PATH) && (memmem(run.at, run.len, "://", 3) ||
					 bytes_start_with_nocase(run, BYTES("www.")));
}

/* A URL goes on to white space, a quote or a bracket, whatever is in it. */
static const char *take_url(struct skeleton *skeleton, const char *at, const char *end)
{
	while (at < end && (unsigned char)*at > 0x20 && !strchr("\"<>)`", *at))
		at++;
	put(skeleton, MASK_ADDRESS);
	return at;
}

static const char *take_word(struct skeleton *skeleton, const char *at, const char *end)
{
	const char *from = at;
	unsigned seen = 0;

	do {
		unsigned sort = sorts[(unsigned char)*at];

		do {
			seen |= sort;
			sort = ++at < end ? sorts[(unsigned char)*at] : 0;
		} while ((sort & SORT_PLAIN) && (signed char)*at >= 0);
	} while (at < end && goes_on(at, end));
	if (is_url(seen, bytes_of(from, (size_t)(at - from))))
		return take_url(skeleton, at, end);
	put(skeleton, word_of(seen, bytes_of(from, (size_t)(at - from)), end));
	return at;
}

/* Quotes are short and mostly without a line's end: a search for two bytes costs more. */
static bool has_blank_line(const char *at, const char *end)
{
	while ((at = memchr(at, '\n', (size_t)(end - at))) && ++at < end)
		if (*at == '\n')
			return true;
	return false;
}

/* Past where |closing| stands close by and in the same paragraph, or NULL. */
static const char *find_close(const char *at, const char *end, char closing)
{
	size_t room = end - at < QUOTE_MOST ? (size_t)(end - at) : QUOTE_MOST;
	const char *found = memchr(at, closing, room);

	if (found && has_blank_line(at, found))
		return NULL;
	return found ? found + 1 : NULL;
}

static const char *take_quote(struct skeleton *skeleton, const char *at, const char *end)
{
	const char *past = find_close(at + 1, end, '"');

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
		past = find_close(at + 1, end, '`');
	}
	if (!past)
		return at + 1;
	put(skeleton, MASK_CODE);
	return past;
}

static const char *take_wide(struct skeleton *skeleton, const char *at)
{
	put(skeleton, is_wide_stop(at) ? SKELETON_STOP : hash_word(at, 3, at + 3));
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
	skeleton->read_block = word_block_best();
}

static inline unsigned count_ones(uint64_t bits)
{
	return ~bits ? (unsigned)__builtin_ctzll(~bits) : 64;
}

/* The word of letters, digits and '_' alone that stands from |from| to |past| in a block at
 * |at|: what take_word would make of it. */
static inline uint64_t plain_word(const struct word_block *block, unsigned from, unsigned past,
    const char *at, const char *end)
{
	uint64_t within = (((uint64_t)1 << (past - from)) - 1) << from;

	if (!(block->odd & within))
		return hash_word(at + from, past - from, end);
	return within & ~block->digit ? MASK_IDENTIFIER : MASK_NUMBER;
}

/* Takes what stands in the next 64 bytes; a word that ends beyond them is left for the next
 * block, or taken if it began with this one. */
static const char *take_block(struct skeleton *skeleton, const char *at, const char *end)
{
	struct word_block block;
	unsigned from = 0;

	skeleton->read_block(&block, at);
	while (from < 64 && (from += count_ones(block.idle >> from)) < 64) {
		unsigned past = from + count_ones(block.plain >> from);
		const char *next;

		if (past > from && past < 64 && !(block.glue >> past & 1)) {
			put(skeleton, plain_word(&block, from, past, at, end));
			from = past;
			continue;
		}
		if (block.stop >> from & 1) {
			put(skeleton, SKELETON_STOP);
			from++;
			continue;
		}
		if (past == 64 && from > 0)
			return at + from;
		next = take_next(skeleton, at + from, end);
		if (next - at >= 64)
			return next;
		from = (unsigned)(next - at);
	}
	return at + 64;
}

void skeleton_add(struct skeleton *skeleton, struct bytes run)
{
	const char *at = run.at, *end = run.at + run.len;

	if (skeleton->count)
		put(skeleton, SKELETON_STOP);
	while (end - at >= 64)
		at = take_block(skeleton, at, end);
	while (at < end)
		at = take_next(skeleton, at, end);
}
