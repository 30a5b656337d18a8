/*
 * The hot loop of wanted strings: scan, resolve and copy in one pass. With VBMI2 an escape
 * costs no branch: source code has one every few words, and each mispredicted one would cost
 * more than the block it stands in. UTF-8 is judged a block at a time: prose has a dash or an
 * accent on every line. Never reads beyond |end|.
 */
#include "wire/json_text.h"

#include "wire/json_span.h"
#include "wire/json_utf8.h"

const char json_text_escapes[256] = { ['"'] = '"',
	['\\'] = '\\',
	['/'] = '/',
	['b'] = '\b',
	['f'] = '\f',
	['n'] = '\n',
	['r'] = '\r',
	['t'] = '\t' };

/* The escape at |text->at|; false when it is none of ours. */
static inline bool take_escape(struct json_text *text)
{
	char plain = text->end - text->at > 1 && *text->at == '\\'
			 ? json_text_escapes[(unsigned char)text->at[1]]
			 : 0;

	if (!plain)
		return false;
	*text->to++ = plain;
	text->at += 2;
	return true;
}

void json_text_portable(struct json_text *text)
{
	while (text->at < text->end && text->to < text->limit) {
		size_t rest = (size_t)(text->end - text->at),
		       room = (size_t)(text->limit - text->to);
		size_t len = json_span_portable(text->at, rest < room ? rest : room);

		memcpy(text->to, text->at, len);
		text->at += len;
		text->to += len;
		if (len < rest && len < room && !take_escape(text))
			return;
	}
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint32_t from_32(__m256i bytes, int least)
{
	__m256i low = _mm256_set1_epi8((char)least);

	return (uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, low), bytes));
}

AVX2 static inline uint32_t same_32(__m256i bytes, int byte)
{
	return (uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)byte)));
}

AVX2 static uint32_t stop_at_utf8_32(__m256i bytes, uint32_t stops, uint32_t *cut)
{
	struct json_utf8 u = { .high = (uint32_t)_mm256_movemask_epi8(bytes),
		.lead = from_32(bytes, 0xC0),
		.three = from_32(bytes, 0xE0),
		.four = from_32(bytes, 0xF0),
		.from_90 = from_32(bytes, 0x90),
		.from_a0 = from_32(bytes, 0xA0),
		.e0 = same_32(bytes, 0xE0),
		.ed = same_32(bytes, 0xED),
		.f0 = same_32(bytes, 0xF0),
		.f4 = same_32(bytes, 0xF4),
		.never = same_32(bytes, 0xC0) | same_32(bytes, 0xC1) | from_32(bytes, 0xF5) };
	uint64_t cut_64;
	uint64_t more = json_utf8_stops(&u, stops, 32, &cut_64);

	*cut = (uint32_t)cut_64;
	return (uint32_t)more;
}

/* True if it stopped for good: not where a sequence is cut by the block's end. */
AVX2 static inline bool copy_32(struct json_text *text)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)text->at);
	__m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes); /* high ones too */
	__m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
	__m256i slash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
	uint32_t high = (uint32_t)_mm256_movemask_epi8(bytes), cut = 0;
	uint32_t stops = (uint32_t)_mm256_movemask_epi8(
			     _mm256_or_si256(low, _mm256_or_si256(quote, slash))) &
			 ~high;
	unsigned len;

	if (high)
		stops |= stop_at_utf8_32(bytes, stops, &cut);
	len = stops ? (unsigned)__builtin_ctz(stops) : 32;
	_mm256_storeu_si256((__m256i *)text->to, bytes);
	text->at += len;
	text->to += len;
	return stops & ~cut;
}

AVX2 void json_text_avx2(struct json_text *text)
{
	struct json_text t = *text;
	bool is_stopped = false;

	while (t.end - t.at >= 32 && t.to < t.limit && !is_stopped)
		is_stopped = copy_32(&t) && !take_escape(&t);
	*text = t;
	if (!is_stopped)
		json_text_portable(text);
}

#define VBMI2 __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt")))

#define NONE  (char)0x80 /* stands for no letter, and shows where bytes beyond ASCII do */

/* The same by the letter's low seven bits. */
static const char letters[128] = { [0 ... '!'] = NONE,
	['"'] = '"',
	['#' ... '.'] = NONE,
	['/'] = '/',
	['0' ... '['] = NONE,
	['\\'] = '\\',
	[']' ... 'a'] = NONE,
	['b'] = '\b',
	['c' ... 'e'] = NONE,
	['f'] = '\f',
	['g' ... 'm'] = NONE,
	['n'] = '\n',
	['o' ... 'q'] = NONE,
	['r'] = '\r',
	['s'] = NONE,
	['t'] = '\t',
	['u' ... 127] = NONE };

/* By the low six bits of a lead: those after which not every byte of a sequence may come, or
 * that lead one of four. */
static const char hard_leads[64] = { 1, 1, [0x20] = 1, [0x2D] = 1, [0x30 ... 0x3F] = 1 };

/* Of the backslashes, those that begin an escape: every second one of a run. */
static inline uint64_t begin_escapes(uint64_t slashes)
{
	uint64_t begins = 0;

	if (!(slashes & slashes << 1))
		return slashes;
	while (slashes) {
		uint64_t first = slashes & -slashes;

		begins |= first;
		slashes &= ~(first | first << 1);
	}
	return begins;
}

#define FROM(least) _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)(least)))
#define SAME(byte)  _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)(byte)))

/* Most sequences lead with a byte that any may follow: for those nothing else is looked at. */
VBMI2 static inline uint64_t stop_at_utf8_64(__m512i bytes, uint64_t stops, uint64_t *cut)
{
	struct json_utf8 u = {
		.high = _mm512_movepi8_mask(bytes), .lead = FROM(0xC0), .three = FROM(0xE0)
	};
	__m512i hard = _mm512_permutexvar_epi8(bytes, _mm512_loadu_si512(hard_leads));

	if (!_mm512_mask_test_epi8_mask(u.lead, hard, hard))
		return json_utf8_stops(&u, stops, 64, cut);
	u.four = FROM(0xF0);
	u.from_90 = FROM(0x90);
	u.from_a0 = FROM(0xA0);
	u.e0 = SAME(0xE0);
	u.ed = SAME(0xED);
	u.f0 = SAME(0xF0);
	u.f4 = SAME(0xF4);
	u.never = SAME(0xC0) | SAME(0xC1) | FROM(0xF5);
	return json_utf8_stops(&u, stops, 64, cut);
}

/*
 * Takes the bytes of a block up to the first that stops; false when one did. A bit a byte. With
 * one bit turned, the quote and the control bytes are those below 0x21. Where one block went
 * beyond ASCII the next ones are judged as if they did: asking each is guessed wrong, and that
 * costs more than the answer.
 */
VBMI2 static inline bool take_block(struct json_text *t, __m512i bytes, bool *is_beyond)
{
	__m512i turned = _mm512_xor_si512(bytes, _mm512_set1_epi8('"' ^ 0x20));
	uint64_t begins = begin_escapes(SAME('\\')), escaped = begins << 1;
	__m512i plain = _mm512_mask2_permutex2var_epi8(
	    _mm512_loadu_si512(letters), bytes, escaped, _mm512_loadu_si512(letters + 64));
	uint64_t high = _mm512_movepi8_mask(_mm512_or_si512(bytes, plain));
	uint64_t split = begins & (uint64_t)1 << 63; /* its letter is in the next block */
	uint64_t stops = _mm512_cmplt_epu8_mask(turned, _mm512_set1_epi8(0x21)), cut = 0, taken;

	stops = (stops & ~escaped) | split;
	*is_beyond |= high != 0;
	if (*is_beyond) {
		stops |= (high & escaped) >> 1;
		stops |= stop_at_utf8_64(bytes, stops, &cut);
	}
	if (!stops) { /* the next block need not wait for this one */
		_mm512_storeu_si512(t->to, _mm512_maskz_compress_epi8(~begins, plain));
		t->to += 64 - _mm_popcnt_u64(begins);
		t->at += 64;
		return true;
	}
	taken = (stops & -stops) - 1;
	_mm512_storeu_si512(t->to, _mm512_maskz_compress_epi8(taken & ~begins, plain));
	t->to += _mm_popcnt_u64(taken & ~begins);
	t->at += _mm_popcnt_u64(taken);
	return !(stops & ~(split | cut));
}

VBMI2 static inline __m512i load_block(const char *at, const char *end)
{
	if (end - at >= 64)
		return _mm512_loadu_si512(at);
	return _mm512_maskz_loadu_epi8(((__mmask64)1 << (end - at)) - 1, at);
}

VBMI2 void json_text_vbmi2(struct json_text *text)
{
	struct json_text t = *text;
	bool is_going = true, is_beyond = false;

	while (t.at < t.end && t.to < t.limit && is_going)
		is_going = take_block(&t, load_block(t.at, t.end), &is_beyond);
	*text = t;
}

json_text_fn *json_text_best(void)
{
	if (__builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vbmi"))
		return json_text_vbmi2;
	return __builtin_cpu_supports("avx2") ? json_text_avx2 : json_text_portable;
}
#else
json_text_fn *json_text_best(void)
{
	return json_text_portable;
}
#endif
