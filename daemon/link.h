#ifndef LINK_H
#define LINK_H

#include "deadline.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>
#include <sys/uio.h>

/*
 * One socket, clear or TLS: reading, writing, and what is left to write while the peer is slow.
 * A link moves bytes and understands none of them. It never frees itself or its owner: it rings
 * the owner's callbacks, at most one at a time, and the owner closes it where the owner may.
 */
struct link;
struct worker;

enum link_state {
	LINK_CLOSED,
	LINK_CONNECTING, /* connect(2) under way */
	LINK_SHAKING,    /* TLS handshake under way */
	LINK_OPEN,
};

enum link_end {
	LINK_END_NONE,
	LINK_END_EOF,     /* the peer has ended its side (FIN, close_notify) */
	LINK_END_RESET,   /* the connection broke */
	LINK_END_REFUSED, /* connect(2) failed */
	LINK_END_TLS,     /* the handshake failed, or a record was bad */
	LINK_END_DEAF,    /* the peer takes nothing more; what it said may still be read */
	LINK_END_COUNT
};

struct link_events {
	void (*on_open)(struct link *link); /* connected, and shaken hands where TLS is on */
	void (*on_readable)(struct link *link); /* only while reading is wanted */
	void (*on_drained)(struct link *link);  /* what was pending has been written */
	void (*on_end)(struct link *link, enum link_end end); /* outside of a read or a write */
};

struct link {
	uint32_t magic;
	uint8_t state;   /* enum link_state */
	bool is_reading; /* reading is wanted; else at most the peer's end is watched */
	bool hears_end;  /* the owner's wish: the peer's end is told while reading is not wanted
			  */
	bool has_ended;  /* the peer has ended its side, and nothing is to be read any more */
	bool owes_word;  /* TLS cannot read on before it has written */
	bool was_reset;  /* broken by more than a FIN */
	bool is_write_armed;
	short watched; /* what |readable| waits for, EV_*; 0 = nothing */
	int fd;
	SSL *ssl; /* NULL = clear */
	struct worker *worker;
	const struct link_events *events;
	uint64_t sent_bytes; /* accepted by the kernel or by TLS since link_open */
	char *pending;       /* malloc'd, NULL when nothing is pending */
	size_t pending_at, pending_bytes, pending_room;
	struct event readable, writable;
};

/* Takes |fd| (non-blocking) and |ssl| (may be NULL, set to accept or connect state). |state|
 * says what comes first; reading is wanted from the start. */
void link_open(
    struct link *link, struct worker *worker, int fd, SSL *ssl, enum link_state state);

/* Closes the socket, frees what was pending. |is_abrupt| sends a reset instead of a FIN. */
void link_close(struct link *link, bool is_abrupt);

/* Wants to read, or not (back-pressure); then |hears_end| says what is still told. */
void link_want_reading(struct link *link, bool is_wanted);

/* The peer has ended its side and its owner lives on: no more is told of that. */
void link_note_ended(struct link *link);

/*
 * Reads what is there into |at|: > 0 bytes; 0 when there is nothing now; -1 with |end| when the
 * peer has ended or broken the connection.
 */
ssize_t link_read(struct link *link, char *at, size_t room, enum link_end *end);

/*
 * Writes the spans; what the peer does not take now is kept and written later, then on_drained
 * rings. Before the link is open everything is kept. 0, or -1 when the connection is broken, in
 * which case nothing was kept and |sent_bytes| says how far the bytes went.
 */
int link_write(struct link *link, const struct iovec *spans, int count);

/* How much the peer has acknowledged, up to a constant. */
int64_t link_taken_bytes(const struct link *link);

/* Whether something has come that nobody has read. */
bool link_has_input(const struct link *link);

static inline bool link_has_pending(const struct link *link)
{
	return link->pending_bytes > 0;
}

/* Moves what is pending on |from|, which never opened, to |to|. */
void link_move_pending(struct link *from, struct link *to);

/* Bytes put on the wire since link_open, those of TLS included: a mark for link_is_unheard. */
uint64_t link_wire_bytes(const struct link *link);

/* Whether something was put on the wire since the mark |since| and the peer's FIN has confirmed
 * none of it: then nobody there has read it. A reset confirms nothing, so it proves nothing. */
bool link_is_unheard(const struct link *link, uint64_t since);

/* Ends our side after what is pending (FIN, close_notify); the peer may still send. */
void link_shutdown(struct link *link);

#endif
