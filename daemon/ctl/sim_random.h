#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* Repeatable chance for simulations: splitmix64 (Steele, Lea & Flood, 2014). */
struct sim_random {
	uint64_t state;
};

static inline uint64_t sim_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* A number that stands for |a| and |b| in this run; never 0. */
static inline uint64_t sim_hash(uint64_t a, uint64_t b)
{
	uint64_t x = sim_mix(a * 0x9e3779b97f4a7c15ULL + sim_mix(b + 0x632be59bd9b4e019ULL));

	return x ? x : 1;
}

static inline uint64_t sim_next(struct sim_random *random)
{
	return sim_mix(random->state += 0x9e3779b97f4a7c15ULL);
}

static inline double sim_uniform(struct sim_random *random)
{
	return (double)(sim_next(random) >> 11) * 0x1p-53;
}

static inline bool sim_chance(struct sim_random *random, double share)
{
	return share > 0 && sim_uniform(random) < share;
}

static inline uint32_t sim_below(struct sim_random *random, uint32_t limit)
{
	return limit ? (uint32_t)((sim_next(random) >> 32) * limit >> 32) : 0;
}

static inline double sim_exponential(struct sim_random *random)
{
	return -log(1 - sim_uniform(random));
}

static inline double sim_normal(struct sim_random *random)
{
	double radius = sqrt(2 * sim_exponential(random));

	return radius * cos(6.283185307179586 * sim_uniform(random));
}

static inline double sim_lognormal(struct sim_random *random, double mean, double sigma)
{
	return exp(mean + sigma * sim_normal(random));
}

#endif
