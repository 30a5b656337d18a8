#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "api/refusal.h"
#include "api/reply_tap.h"
#include "base/arena.h"
#include "codec.h"
#include "encore.h"
#include "hold.h"
#include "limit/limit.h"
#include "record/record.h"
#include "worker_inside.h"

/*
 * The life of one request and its reply: the corridor. exchange.c holds the itinerary, the one
 * list of stations; only it decides what comes next. Everything below (codec, upstream,
 * deadline) changes a field and rings exchange_go.
 */
enum station {
	STATION_READ,   /* the head is read: may it enter at all? */
	STATION_KNOW,   /* facts: who, from where, by what */
	STATION_LIMIT,  /* sliding windows */
	STATION_HOLD,   /* the inspected part of the body is awaited */
	STATION_JUDGE,  /* limits on the prompt; what is known of the accounts' cohorts */
	STATION_SEND,   /* an upstream is chosen, the head goes out */
	STATION_RELAY,  /* bytes pass both ways */
	STATION_SETTLE, /* tokens, connections and windows are settled */
	STATION_RECORD, /* what happened goes to the ring */
	STATION_OVER,
	STATION_COUNT
};

const char *station_name(enum station station);

/* How an exchange ended. */
enum exchange_end {
	EXCHANGE_END_OPEN,         /* it has not */
	EXCHANGE_END_DONE,         /* the upstream's reply went out whole */
	EXCHANGE_END_ANSWERED,     /* we answered it ourselves */
	EXCHANGE_END_CLIENT_GONE,  /* 499 */
	EXCHANGE_END_CLIENT_BAD,   /* the body's framing broke, or its sender fell silent */
	EXCHANGE_END_UPSTREAM_CUT, /* the reply broke off: the client sees it broken off too */
	EXCHANGE_END_STOPPED,      /* the daemon leaves */
	EXCHANGE_END_COUNT
};

struct upstream_conn;

struct exchange {
	uint32_t magic;
	uint8_t station, end;
	bool is_walking, is_rung;
	bool is_head_request, is_upgrade, is_tunnel, is_counted_open;
	bool request_done; /* the codec has given the last byte of the request, of the tunnel */
	bool reply_begun;  /* a final reply's head went to the client */
	bool reply_done;   /* its last byte too */
	bool is_request_chunked, is_last_chunk_sent;
	bool is_upstream_deaf; /* it takes no more, but what it said may still be read */
	bool is_allowed;       /* by the operator's list: no limit and no verdict touches it */
	bool is_entered;       /* the head's decision stands: the body may come */
	bool is_head_kept;     /* |head| is a copy of our own */
	uint8_t tries;         /* connections taken for it */
	uint8_t voice;         /* enum dialect_voice */
	struct worker *worker;
	struct lease *lease;
	const struct codec *codec;
	struct client *client;
	const struct http1_head *head; /* until it was sent; NULL after */
	struct upstream_conn *upstream;
	const struct snapshot_upstream *target;
	size_t target_index;
	int answer;                /* enum refusal_kind once we answer ourselves, else -1 */
	uint64_t request_length;   /* as declared */
	int64_t began_us, sent_us; /* monotonic; 0 = not yet */
	struct limit_subject subject;
	uint64_t wait_us; /* until a refused client may come again */
	struct record record;
	struct arena
	    arena; /* of the head while it is held, then of the reply's tap; wiped between */
	struct hold hold;
	struct encore *encore; /* what may be said once more; NULL = nothing */
	struct reply_tap *tap; /* in |arena|; NULL = the reply is not metered */
	struct grave grave;
};

/* The exchange of a parsed head, at its first station: exchange_go walks it. |head| lives until
 * it was sent on, or the codec reads again. NULL when memory is out; then the client is to be
 * closed. */
struct exchange *exchange_new(
    struct client *client, const struct codec *codec, const struct http1_head *head);

/* Walks on from where the exchange stands. Safe to call from anywhere, also while it walks. */
void exchange_go(struct exchange *exchange);

/* From the codec: the request's body, its trailers, its end; then one flush a turn. */
void exchange_request_body(struct exchange *exchange, struct bytes span);
void exchange_request_trailer(struct exchange *exchange, struct bytes line);
void exchange_request_end(struct exchange *exchange);
void exchange_request_flush(struct exchange *exchange);
void exchange_client_drained(struct exchange *exchange);

/* Ends the exchange from outside of the corridor (the client went, a deadline passed): settled
 * and recorded before this returns, unless it is walking, in which case that walk does it. */
void exchange_end(struct exchange *exchange, enum exchange_end end);

/* The same with an answer of ours, where no reply has begun; else as EXCHANGE_END_UPSTREAM_CUT.
 */
void exchange_answer(struct exchange *exchange, enum refusal_kind kind);

#endif
