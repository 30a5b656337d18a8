#ifndef MOCK_PEER_H
#define MOCK_PEER_H

#include "dialect.h"
#include "mock.h"

#include <event2/event_struct.h>

/* Where a connection is; |peer_turn| alone moves it. */
enum peer_state {
	PEER_READS,   /* a request arrives, or none yet */
	PEER_WAITS,   /* its request is whole, its answer is delayed */
	PEER_STREAMS, /* its answer goes out event by event */
	PEER_HANGS,   /* is never answered, stays until the client leaves */
	PEER_SOCKET,  /* speaks WebSocket frames */
	PEER_LEAVES,  /* closes when everything has gone out */
	PEER_RESETS,  /* the same with RST */
	PEER_GONE     /* is freed at the end of the callback */
};

enum framing { FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_CLOSE };

/* The answer under way on a connection. */
struct answer {
	struct plan plan;
	const struct dialect *dialect;
	struct reply reply;
	enum framing framing;
	unsigned step; /* the next event */
	bool is_begun; /* the head is known and counted */
	bool is_told;  /* it went out, or is going */
};

/* One connection, clear or TLS. Owned by |mock->peers|. */
struct peer {
	unsigned magic;
	enum peer_state state;
	struct mock *mock;
	struct peer *next, **link;
	int fd;
	SSL *ssl;
	struct event readable, writable, timer;
	struct pile in, out; /* not understood yet, not sent yet */
	struct request request;
	struct answer answer;
	struct pile model; /* what |answer.reply.model| points into */
	uint64_t number;   /* of the connection */
};

void peer_open(struct mock *mock, int fd);

/* Sends at once what the kernel takes and keeps the rest. */
void peer_send(struct peer *peer, struct bytes b);
void peer_turn(struct peer *peer, enum peer_state state);

/* Calls |answer_step| (or reads again) after |ms|. */
void peer_after(struct peer *peer, unsigned ms);

/* Leaves the socket unread until |peer_after| has passed. */
void peer_stop_reading(struct peer *peer);

/* Closes and frees every connection. */
void peer_close_all(struct mock *mock);

#endif
