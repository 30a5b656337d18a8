/*
 * The common allowance of held bodies. Every worker adds to it and takes from it by itself; it
 * must never be locked, and never be the reason that a request is refused: who gets nothing
 * here goes on without being held.
 */
#include "allowance.h"

#include "log.h"

#include <assert.h>
#include <stddef.h>

#define SHARE 2 /* a holder's most: this part of what is free */
#define AGAIN 8 /* it is short no more when no more than this part is in use */

/* One line when it begins to be short, one when it is over, however many are refused. */
static void say(struct allowance *allowance, bool is_short, uint64_t most_bytes)
{
	if (atomic_exchange_explicit(&allowance->is_short, is_short, memory_order_relaxed) ==
	    is_short)
		return;
	if (is_short)
		log_say(LOG_LEVEL_WARNING, "hold",
		    "held bodies take their share of inspect.held_limit (%llu MiB): some go on "
		    "without being read whole",
		    (unsigned long long)(most_bytes >> 20));
	else
		log_say(LOG_LEVEL_NOTICE, "hold", "there is room to hold bodies again");
}

bool allowance_take(
    struct allowance *allowance, uint64_t own_bytes, uint64_t more_bytes, uint64_t most_bytes)
{
	uint64_t used = atomic_load_explicit(&allowance->used_bytes, memory_order_relaxed);

	do {
		uint64_t room = most_bytes > used ? most_bytes - used : 0;

		if (own_bytes + more_bytes > (room + own_bytes) / SHARE) {
			say(allowance, true, most_bytes);
			return false;
		}
	} while (!atomic_compare_exchange_weak_explicit(&allowance->used_bytes, &used,
	    used + more_bytes, memory_order_relaxed, memory_order_relaxed));
	return true;
}

void allowance_return(struct allowance *allowance, uint64_t bytes, uint64_t most_bytes)
{
	uint64_t used = atomic_fetch_sub_explicit(
	    &allowance->used_bytes, bytes, memory_order_relaxed);

	assert(used >= bytes);
	if (atomic_load_explicit(&allowance->is_short, memory_order_relaxed) &&
	    used - bytes <= most_bytes / AGAIN)
		say(allowance, false, most_bytes);
}

uint64_t allowance_used(const struct allowance *allowance)
{
	return atomic_load_explicit(&allowance->used_bytes, memory_order_relaxed);
}
