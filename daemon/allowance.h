#ifndef ALLOWANCE_H
#define ALLOWANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * How much all workers together keep of bodies that are held: one number that they share. It is
 * touched once a step of growth, never once a read, and nobody ever waits for it. All zeros is
 * an unused one.
 */
struct allowance {
	_Atomic uint64_t used_bytes;
	_Atomic bool
	    is_short; /* somebody was refused, and it has not been all but empty since */
};

/*
 * |more| bytes for a holder who has |own| of them already, where all together may have |most|.
 * A holder has at most as much as is then left free: many who are slow leave room for small
 * ones, and nobody takes it all. False when that is too much; nothing is taken then.
 */
bool allowance_take(
    struct allowance *allowance, uint64_t own_bytes, uint64_t more_bytes, uint64_t most_bytes);

void allowance_return(struct allowance *allowance, uint64_t bytes, uint64_t most_bytes);

uint64_t allowance_used(const struct allowance *allowance);

#endif
