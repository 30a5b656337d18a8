/*
 * The hot loop of wanted strings: scan, resolve and copy in one pass. With VBMI2 an escape
 * costs no branch: source code has one every few words, and each mispredicted one would cost
 * more than the block it stands in. Never reads beyond |end|.
 */
#include "wire/json_text.h"

#include "wire/json_span.h"

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

/* Bytes ≥ 0x80 are negative, so one signed comparison finds them and the control bytes. */
__attribute__((target("avx2"))) static inline unsigned copy_32(struct json_text *text)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)text->at);
	__m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes);
	__m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
	__m256i slash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
	unsigned stops = (unsigned)_mm256_movemask_epi8(
	    _mm256_or_si256(low, _mm256_or_si256(quote, slash)));
	unsigned len = stops ? (unsigned)__builtin_ctz(stops) : 32;

	_mm256_storeu_si256((__m256i *)text->to, bytes);
	text->at += len;
	text->to += len;
	return stops;
}

__attribute__((target("avx2"))) void json_text_avx2(struct json_text *text)
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

/* Takes the bytes of a block up to the first that stops; false when one did. A bit a byte. */
VBMI2 static inline bool take_block(struct json_text *t, __m512i bytes)
{
	uint64_t slashes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
	uint64_t stops = _mm512_cmplt_epi8_mask(bytes, _mm512_set1_epi8(0x20)) |
			 _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
	uint64_t begins = begin_escapes(slashes), escaped = begins << 1;
	uint64_t bad = escaped & _mm512_movepi8_mask(bytes), split, taken;
	__m512i letters = _mm512_loadu_si512(json_text_escapes);
	__m512i more = _mm512_loadu_si512(json_text_escapes + 64);

	bytes = _mm512_mask2_permutex2var_epi8(letters, bytes, escaped, more);
	bad |= escaped & _mm512_testn_epi8_mask(bytes, bytes);
	split = begins & (uint64_t)1 << 63; /* its letter is in the next block */
	stops = (stops & ~escaped) | bad >> 1 | split;
	taken = stops ? (stops & -stops) - 1 : ~(uint64_t)0;
	_mm512_storeu_si512(t->to, _mm512_maskz_compress_epi8(taken & ~begins, bytes));
	t->to += _mm_popcnt_u64(taken & ~begins);
	t->at += _mm_popcnt_u64(taken);
	return !(stops & ~split);
}

VBMI2 void json_text_vbmi2(struct json_text *text)
{
	struct json_text t = *text;
	bool is_going = true;

	while (t.at < t.end && t.to < t.limit && is_going) {
		size_t rest = (size_t)(t.end - t.at);
		__mmask64 within = rest < 64 ? ((__mmask64)1 << rest) - 1 : ~(__mmask64)0;

		is_going = take_block(&t, _mm512_maskz_loadu_epi8(within, t.at));
	}
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
