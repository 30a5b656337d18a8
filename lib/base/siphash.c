/*
 * SipHash-2-4. No branch and no memory access depends on the key or on what is hashed, only on
 * its length.
 */
#include "base/siphash.h"

#include <endian.h>

struct lanes {
	uint64_t a, b, c, d;
};

static inline uint64_t turn(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void mix(struct lanes *v)
{
	v->a += v->b;
	v->c += v->d;
	v->b = turn(v->b, 13) ^ v->a;
	v->d = turn(v->d, 16) ^ v->c;
	v->a = turn(v->a, 32);
	v->a += v->d;
	v->c += v->b;
	v->d = turn(v->d, 21) ^ v->a;
	v->b = turn(v->b, 17) ^ v->c;
	v->c = turn(v->c, 32);
}

static inline void absorb(struct lanes *v, uint64_t word)
{
	v->d ^= word;
	mix(v);
	mix(v);
	v->a ^= word;
}

static inline uint64_t load(const void *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

uint64_t siphash_of(const unsigned char key[SIPHASH_KEY_BYTES], struct bytes b)
{
	uint64_t low = load(key), high = load(key + 8), last = 0;
	struct lanes v = { low ^ 0x736F6D6570736575u, high ^ 0x646F72616E646F6Du,
		low ^ 0x6C7967656E657261u, high ^ 0x7465646279746573u };
	size_t i = 0;

	for (; i + 8 <= b.len; i += 8)
		absorb(&v, load(b.at + i));
	if (b.len > i)
		memcpy(&last, b.at + i, b.len - i);
	absorb(&v, le64toh(last) | (uint64_t)b.len << 56);
	v.c ^= 0xFF;
	for (int round = 0; round < 4; round++)
		mix(&v);
	return v.a ^ v.b ^ v.c ^ v.d;
}
