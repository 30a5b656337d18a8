/*
 * From a skeleton to keys that texts of one template share. Everything here rests on the words
 * that a template fixes; what the slots hold must not matter.
 */
#include "fingerprint/template.h"

#include "fingerprint/skeleton.h"

#define ROWS (TEMPLATE_MINS / PROMPT_BANDS)

/* The words without stops, and those of an edge. */
struct words {
	size_t count;
	uint64_t at[SKELETON_WORDS];
};

static void drop_stops(struct words *words, const struct skeleton *skeleton)
{
	words->count = 0;
	for (size_t i = 0; i < skeleton->count; i++)
		if (skeleton->words[i] != SKELETON_STOP)
			words->at[words->count++] = skeleton->words[i];
}

/* The first sentence or line from |from| on, in steps of |step| (1 or −1). */
static uint64_t edge_of(
    const struct text_digest_keys *keys, const struct skeleton *skeleton, long from, long step)
{
	uint64_t edge[TEMPLATE_EDGE_MOST + 1];
	size_t count = 0;

	edge[count++] = (uint64_t)step; /* a head is never a tail */
	for (long i = from; i >= 0 && i < (long)skeleton->count; i += step) {
		if (skeleton->words[i] != SKELETON_STOP)
			edge[count++] = skeleton->words[i];
		else if (count > TEMPLATE_EDGE_LEAST)
			break;
		if (count > TEMPLATE_EDGE_MOST)
			break;
	}
	return count > TEMPLATE_EDGE_LEAST ? text_digest_join(keys, HASH_TEMPLATE, edge, count)
					   : 0;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xFF51AFD7ED558CCDu;
	x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53u;
	return x ^ x >> 33;
}

/*
 * 32 min-hashes at once: each is the least of (low ^ a) * b over all 3-grams. Written so that
 * the compiler makes four vector operations of it where the processor has them.
 */
#define MIN_HASHES_BODY                                                                        \
	for (size_t i = 0; i + 2 < words->count; i++) {                                        \
		uint32_t gram = (uint32_t)mix(                                                 \
		    words->at[i] + 3 * mix(words->at[i + 1]) + 5 * mix(words->at[i + 2] ^ 7)); \
                                                                                               \
		for (int j = 0; j < TEMPLATE_MINS; j++) {                                      \
			uint32_t hash = (gram ^ salts[j]) * factors[j];                        \
                                                                                               \
			mins[j] = hash < mins[j] ? hash : mins[j];                             \
		}                                                                              \
	}

struct min_salts {
	uint32_t salts[TEMPLATE_MINS], factors[TEMPLATE_MINS];
};

static void derive_salts(struct min_salts *out, const struct text_digest_keys *keys)
{
	for (int j = 0; j < TEMPLATE_MINS; j++) {
		memcpy(&out->salts[j], keys->secret + j * 4, 4);
		out->factors[j] = (uint32_t)mix((uint64_t)j + 1) | 1;
	}
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void min_hashes_avx2(
    const struct words *words, const uint32_t *salts, const uint32_t *factors, uint32_t *mins)
{
	MIN_HASHES_BODY
}
#endif

static void min_hashes_portable(
    const struct words *words, const uint32_t *salts, const uint32_t *factors, uint32_t *mins)
{
	MIN_HASHES_BODY
}

static void min_hashes(
    const struct words *words, const struct text_digest_keys *keys, uint32_t *mins)
{
	struct min_salts salts;

	derive_salts(&salts, keys);
	memset(mins, 0xFF, TEMPLATE_MINS * sizeof(*mins));
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		min_hashes_avx2(words, salts.salts, salts.factors, mins);
		return;
	}
#endif
	min_hashes_portable(words, salts.salts, salts.factors, mins);
}

static void write_bands(
    struct prompt_facts *facts, const struct text_digest_keys *keys, const struct words *words)
{
	uint32_t mins[TEMPLATE_MINS];

	min_hashes(words, keys, mins);
	for (uint64_t band = 0; band < PROMPT_BANDS; band++) {
		uint64_t key[1 + ROWS] = { band + 2 };

		for (int row = 0; row < ROWS; row++)
			key[1 + row] = mins[band * ROWS + (uint64_t)row];
		facts->bands[band] = text_digest_join(keys, HASH_TEMPLATE, key, 1 + ROWS);
	}
}

void template_write(
    struct prompt_facts *facts, const struct text_digest_keys *keys, struct clip *clip)
{
	struct skeleton skeleton;
	struct words words;
	struct bytes runs[2];
	size_t count = clip_runs(clip, runs);

	skeleton_init(&skeleton);
	for (size_t i = 0; i < count; i++)
		skeleton_add(&skeleton, runs[i]);
	drop_stops(&words, &skeleton);
	if (words.count < TEMPLATE_EDGE_LEAST)
		return;
	facts->skeleton = text_digest_join(keys, HASH_TEMPLATE, words.at, words.count);
	facts->head = edge_of(keys, &skeleton, 0, 1);
	facts->tail = edge_of(keys, &skeleton, (long)skeleton.count - 1, -1);
	if (words.count >= TEMPLATE_LEAST_WORDS)
		write_bands(facts, keys, &words);
}
