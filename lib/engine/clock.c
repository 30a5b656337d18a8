/*
 * Time as an argument, made monotonic. Steps and stragglers are counted; neither may expire
 * evidence.
 */
#include "engine/clock.h"

/* Half of what passes is given back, until the clocks are right again. */
static void advance(struct clock *clock, int64_t to_us)
{
	int64_t back_us = (to_us - clock->now_us) / 2;

	if (back_us > clock->ahead_us)
		back_us = clock->ahead_us;
	clock->ahead_us -= back_us;
	clock->now_us = to_us - back_us;
	clock->witnesses = 0;
	clock->behind = 0;
}

static void see_late(struct clock *clock, int64_t at_us)
{
	clock->late += at_us < clock->now_us;
	clock->witnesses = 0;
	if (clock->now_us - at_us < CLOCK_BACK_US) {
		clock->behind = 0;
	} else if (++clock->behind >= CLOCK_WITNESSES) {
		clock->ahead_us += clock->now_us - at_us;
		clock->behind = 0;
		clock->steps++;
	}
}

int64_t clock_see(struct clock *clock, int64_t at_us)
{
	if (at_us < 0)
		at_us = 0;
	if (at_us > clock->now_us)
		clock->ahead_us = 0; /* a clock that was never wrong */
	at_us += clock->ahead_us;
	if (!clock->now_us) {
		clock->now_us = at_us;
	} else if (at_us <= clock->now_us) {
		see_late(clock, at_us);
	} else if (at_us - clock->now_us <= CLOCK_JUMP_US) {
		advance(clock, at_us);
	} else if (++clock->witnesses >= CLOCK_WITNESSES) {
		clock->now_us = at_us;
		clock->witnesses = 0;
		clock->steps++;
	}
	return clock->now_us;
}
