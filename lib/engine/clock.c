/*
 * Time as an argument, made monotonic. Steps and stragglers are counted; neither may expire
 * evidence.
 */
#include "engine/clock.h"

int64_t clock_see(struct clock *clock, int64_t at_us)
{
	if (at_us < 0)
		at_us = 0;
	if (!clock->now_us) {
		clock->now_us = at_us;
	} else if (at_us <= clock->now_us) {
		clock->late += at_us < clock->now_us;
		clock->witnesses = 0;
	} else if (at_us - clock->now_us <= CLOCK_JUMP_US) {
		clock->now_us = at_us;
		clock->witnesses = 0;
	} else if (++clock->witnesses >= CLOCK_WITNESSES) {
		clock->now_us = at_us;
		clock->witnesses = 0;
		clock->steps++;
	}
	return clock->now_us;
}
