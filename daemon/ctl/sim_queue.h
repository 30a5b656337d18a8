#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

/* Events by time: a binary heap that grows. Equal times come in the order of |who|. */
struct sim_event {
	int64_t at_us;
	uint32_t who, what;
};

struct sim_queue {
	struct sim_event *at;
	uint32_t count, room;
};

void sim_queue_put(struct sim_queue *queue, struct sim_event event);
bool sim_queue_take(struct sim_queue *queue, struct sim_event *event);

#endif
