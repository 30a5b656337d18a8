#ifndef ENGINE_CLOCK_H
#define ENGINE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The engine's sense of time, made from the exchanges themselves. It never runs back; it does
 * not believe a jump of more than an hour until CLOCK_WITNESSES exchanges in a row stand beyond
 * it, so one record from the year 2100 forgets nothing. When as many stand ten minutes and more
 * behind, the clocks were set back: time goes on from where it was, at half its pace until the
 * clocks have caught up, for a time that stood still would make all members' paces alike.
 */
#define CLOCK_JUMP_US   ((int64_t)3600 * 1000000)
#define CLOCK_BACK_US   ((int64_t)600 * 1000000)
#define CLOCK_WITNESSES 16

struct clock {
	int64_t now_us;        /* 0: not begun */
	int64_t ahead_us;      /* of the clocks, since they were set back */
	int witnesses, behind; /* of a jump, of a step back */
	uint64_t late, steps;
};

/* Shows it an arrival; returns the time at which the exchange is to be taken. */
int64_t clock_see(struct clock *clock, int64_t at_us);

#endif
