#ifndef WIRE_JSON_UTF8_H
#define WIRE_JSON_UTF8_H

#include <stdint.h>

/*
 * Strict UTF-8 (RFC 3629) over a block of bytes at once: what a byte may be is a bit a byte,
 * the first byte's bit the lowest, and a sequence is judged by shifting. A block begins between
 * sequences.
 */
struct json_utf8 {
	uint64_t high;             /* ≥ 0x80 */
	uint64_t lead;             /* ≥ 0xC0 */
	uint64_t three, four;      /* ≥ 0xE0, ≥ 0xF0: leads of so many bytes or more */
	uint64_t from_90, from_a0; /* ≥ 0x90, ≥ 0xA0 */
	uint64_t e0, ed, f0, f4;   /* leads that bound what follows them */
	uint64_t never;            /* 0xC0, 0xC1, ≥ 0xF5 */
};

/* Bytes that cannot stand where they do, or where a sequence should have gone on. */
static inline uint64_t json_utf8_faults(const struct json_utf8 *u)
{
	uint64_t due = u->lead << 1 | u->three << 2 | u->four << 3;
	uint64_t low = (u->e0 << 1 & ~u->from_a0) | (u->f0 << 1 & ~u->from_90);
	uint64_t far = (u->ed << 1 & u->from_a0) | (u->f4 << 1 & u->from_90);

	return (due ^ (u->high & ~u->lead)) | low | far | u->never;
}

/* The lead, if any, of a sequence that goes on beyond a block of |bytes|. */
static inline uint64_t json_utf8_cut(const struct json_utf8 *u, unsigned bytes)
{
	uint64_t last = (uint64_t)1 << (bytes - 1);

	return (u->lead & last) | (u->three & (last | last >> 1)) |
	       (u->four & (last | last >> 1 | last >> 2));
}

/*
 * Where a reader that was to stop at |stops| stops because of bytes beyond ASCII: nowhere, if
 * all before that are sound; at a sequence that goes on beyond the block, which is put in
 * |cut|; or at all of them, for somebody else to say what is wrong.
 */
static inline uint64_t json_utf8_stops(
    const struct json_utf8 *u, uint64_t stops, unsigned bytes, uint64_t *cut)
{
	uint64_t up_to = stops ^ (stops - 1), all = ~(uint64_t)0 >> (64 - bytes);

	*cut = 0;
	if (json_utf8_faults(u) & up_to & all)
		return u->high;
	*cut = json_utf8_cut(u, bytes);
	return *cut;
}

#endif
