#ifndef LOAD_TALLY_H
#define LOAD_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* Latencies, every one of them kept: percentiles are exact. */
struct tally {
	uint32_t *us;
	size_t count, room;
};

void tally_add(struct tally *tally, uint64_t us);

/* Sorts once; then |tally_at| gives the latency below which |share| (0…1) of them lie. */
void tally_sort(struct tally *tally);
uint32_t tally_at(const struct tally *tally, double share);
void tally_free(struct tally *tally);

/* Nanoseconds of CPU that all threads of the processes in |ids| ("12,13") have used. */
uint64_t tally_cpu_ns(const char *ids);

#endif
