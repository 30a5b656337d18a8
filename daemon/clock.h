#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/* Microseconds of |clock|: of CLOCK_REALTIME since the epoch, of CLOCK_MONOTONIC since a time
 * of its own. The library is told the time; it is read here. */
static inline int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif
