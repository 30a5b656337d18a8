#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include "metrics/metrics_label.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Counters of the daemon: one block a writing thread, summed by whoever reads. A block has
 * exactly one writer, so that counting is a plain addition that readers may look at at any
 * time.
 */
#define METRICS_BUCKETS 20 /* of a histogram, without the last, unbounded one */

enum metric {
#define METRIC(kind, id, name, labels, help) METRIC_##id,
#include "metrics/metrics.def"
#undef METRIC
	METRIC_COUNT
};

/* Slots that one label value takes: a histogram has its buckets, the last, and its sum in µs.
 */
enum {
	METRICS_WIDTH_COUNTER = 1,
	METRICS_WIDTH_GAUGE = 1,
	METRICS_WIDTH_SECONDS = METRICS_BUCKETS + 2
};

/* Where each metric's slots begin. */
enum metrics_slot {
#define METRIC(kind, id, name, labels, help)                                                   \
	METRICS_SLOT_##id,                                                                     \
	    METRICS_SLOT_END_##id = METRICS_SLOT_##id +                                        \
				    METRICS_WIDTH_##kind * METRICS_COUNT_##labels - 1,
#include "metrics/metrics.def"
#undef METRIC
	METRICS_SLOTS
};

struct metrics_block {
	_Alignas(64) _Atomic uint64_t slots[METRICS_SLOTS];
};

/* A block of zeros on cache lines of its own; free(3) ends it. Dies without memory. */
struct metrics_block *metrics_new(void);

extern const uint16_t metrics_slot_of[METRIC_COUNT];

/* Adds |amount| to a counter or gauge (also a negative one to a gauge) under |label|, a value
 * of its set, 0 without one. Only the block's writer. */
static inline void metrics_add(
    struct metrics_block *block, enum metric metric, int label, int64_t amount)
{
	_Atomic uint64_t *slot = &block->slots[metrics_slot_of[metric] + label];

	atomic_store_explicit(slot,
	    atomic_load_explicit(slot, memory_order_relaxed) + (uint64_t)amount,
	    memory_order_relaxed);
}

static inline void metrics_count(struct metrics_block *block, enum metric metric, int label)
{
	metrics_add(block, metric, label, 1);
}

/* Sets a value that somebody else counts, under |label|. Only the block's writer. */
static inline void metrics_put(
    struct metrics_block *block, enum metric metric, int label, uint64_t value)
{
	atomic_store_explicit(
	    &block->slots[metrics_slot_of[metric] + label], value, memory_order_relaxed);
}

static inline void metrics_set(struct metrics_block *block, enum metric metric, uint64_t value)
{
	metrics_put(block, metric, 0, value);
}

/* One observation of a histogram. */
void metrics_observe(struct metrics_block *block, enum metric metric, int64_t took_us);

/* The label of a status: 0 = none came, 1 to 5 its first digit. */
static inline int metrics_status_class(unsigned status)
{
	return status < 600 ? (int)(status / 100) : 5;
}

/* Adds up |count| blocks into |sum|. */
void metrics_sum(
    struct metrics_block *sum, const struct metrics_block *const *blocks, int count);

/* The limits' names, for the label that only the configuration knows. */
struct metrics_rules {
	int count;
	const char *const *names;
};

/* Prometheus text format 0.0.4; labels whose value is 0 are left out but for gauges without
 * one. */
void metrics_render(
    const struct metrics_block *sum, const struct metrics_rules *rules, FILE *out);

/* The same rows as one JSON object, without its braces: "name":value or "name":{"label":value}.
 */
void metrics_render_json(
    const struct metrics_block *sum, const struct metrics_rules *rules, FILE *out);

#endif
