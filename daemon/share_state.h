#ifndef SHARE_STATE_H
#define SHARE_STATE_H

#include <stdint.h>

/*
 * How sharing stands, for whoever reports it: written by the sharing thread alone, read by any.
 */
enum share_status {
	SHARE_LOCAL,      /* no connection: decisions stand on this node's counts */
	SHARE_CONNECTING, /* an attempt is under way; decisions are local */
	SHARE_SHARED,     /* batches are answered in time */
	SHARE_STATUS_COUNT
};

struct share_state {
	_Atomic int status;        /* enum share_status */
	_Atomic int64_t since_us;  /* wall time of the last change to or from SHARE_SHARED */
	_Atomic uint64_t outages;  /* changes from SHARE_SHARED */
	_Atomic uint64_t failures; /* connections that failed or ended */
	_Atomic uint64_t batches, commands, keys, sent_bytes, heard_bytes;
	_Atomic uint64_t garbled, losses; /* see limit/share_plan.h */
	_Atomic uint64_t round_trip_us;   /* of the last batch */
	_Atomic int64_t clock_ahead_us;   /* of the store's clock before ours, at connecting */
	_Atomic uint64_t cpu_us;          /* of the sharing thread */
};

#endif
