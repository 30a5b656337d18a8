/*
 * SipHash-2-4. No branch and no memory access depends on the key or on what is hashed, only on
 * its length.
 */
#include "base/siphash.h"

#include <endian.h>

/* The round, whether a lane is one number or a register of several. */
#define TURN(x, by) ((x) << (by) | (x) >> (64 - (by)))
#define MIX(v)                                                                                 \
	do {                                                                                   \
		(v)->a += (v)->b;                                                              \
		(v)->c += (v)->d;                                                              \
		(v)->b = TURN((v)->b, 13) ^ (v)->a;                                            \
		(v)->d = TURN((v)->d, 16) ^ (v)->c;                                            \
		(v)->a = TURN((v)->a, 32);                                                     \
		(v)->a += (v)->d;                                                              \
		(v)->c += (v)->b;                                                              \
		(v)->d = TURN((v)->d, 21) ^ (v)->a;                                            \
		(v)->b = TURN((v)->b, 17) ^ (v)->c;                                            \
		(v)->c = TURN((v)->c, 32);                                                     \
	} while (0)

#define START_A 0x736F6D6570736575u
#define START_B 0x646F72616E646F6Du
#define START_C 0x6C7967656E657261u
#define START_D 0x7465646279746573u

struct lanes {
	uint64_t a, b, c, d;
};

static inline void absorb(struct lanes *v, uint64_t word)
{
	v->d ^= word;
	MIX(v);
	MIX(v);
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
	struct lanes v = { low ^ START_A, high ^ START_B, low ^ START_C, high ^ START_D };
	size_t i = 0;

	for (; i + 8 <= b.len; i += 8)
		absorb(&v, load(b.at + i));
	if (b.len > i)
		memcpy(&last, b.at + i, b.len - i);
	absorb(&v, le64toh(last) | (uint64_t)b.len << 56);
	v.c ^= 0xFF;
	for (int round = 0; round < 4; round++)
		MIX(&v);
	return v.a ^ v.b ^ v.c ^ v.d;
}

typedef uint64_t many __attribute__((vector_size(SIPHASH_MANY * sizeof(uint64_t))));

#define SPREAD(word)                                                                           \
	(many)                                                                                 \
	{                                                                                      \
		(word), (word), (word), (word), (word), (word), (word), (word)                 \
	}

struct many_lanes {
	many a, b, c, d;
};

static inline __attribute__((always_inline)) void absorb_many(
    struct many_lanes *v, const uint64_t *words)
{
	many word;

	memcpy(&word, words, sizeof(word));
	for (int i = 0; i < SIPHASH_MANY; i++)
		word[i] = le64toh(word[i]);
	v->d ^= word;
	MIX(v);
	MIX(v);
	v->a ^= word;
}

static inline __attribute__((always_inline)) void hash_many(const unsigned char *key,
    const uint64_t numbers[][SIPHASH_MANY], size_t count, uint64_t *out)
{
	uint64_t low = load(key), high = load(key + 8), last[SIPHASH_MANY];
	struct many_lanes v = { SPREAD(low ^ START_A), SPREAD(high ^ START_B),
		SPREAD(low ^ START_C), SPREAD(high ^ START_D) };

	for (size_t i = 0; i < count; i++)
		absorb_many(&v, numbers[i]);
	for (int i = 0; i < SIPHASH_MANY; i++)
		last[i] = htole64((uint64_t)count * 8 << 56);
	absorb_many(&v, last);
	v.c ^= SPREAD(0xFF);
	for (int round = 0; round < 4; round++)
		MIX(&v);
	v.a ^= v.b ^ v.c ^ v.d;
	memcpy(out, &v.a, sizeof(v.a));
}

void siphash_many_portable(const unsigned char key[SIPHASH_KEY_BYTES],
    const uint64_t numbers[][SIPHASH_MANY], size_t count, uint64_t out[SIPHASH_MANY])
{
	hash_many(key, numbers, count, out);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) void siphash_many_avx2(
    const unsigned char key[SIPHASH_KEY_BYTES], const uint64_t numbers[][SIPHASH_MANY],
    size_t count, uint64_t out[SIPHASH_MANY])
{
	hash_many(key, numbers, count, out);
}

__attribute__((target("avx512f"))) void siphash_many_avx512(
    const unsigned char key[SIPHASH_KEY_BYTES], const uint64_t numbers[][SIPHASH_MANY],
    size_t count, uint64_t out[SIPHASH_MANY])
{
	hash_many(key, numbers, count, out);
}
#endif

siphash_many_fn *siphash_many_best(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512f"))
		return siphash_many_avx512;
	if (__builtin_cpu_supports("avx2"))
		return siphash_many_avx2;
#endif
	return siphash_many_portable;
}
