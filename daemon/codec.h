#ifndef CODEC_H
#define CODEC_H

#include "link.h"
#include "wire/http1.h"

/*
 * The seam between an exchange and the way its client speaks HTTP: one codec a file (http1.c
 * today). A codec turns a client's bytes into exchanges (exchange.h) and an exchange's reply
 * into bytes; it knows nothing of limits, verdicts and upstreams. Heads are told in the terms
 * of struct http1_head, whatever the version on the wire.
 */
struct client;
struct exchange;

struct codec_header {
	struct bytes name, value;
};

/* The head of a reply. */
struct codec_reply {
	int status;
	struct bytes reason;
	const struct http1_head
	    *head; /* end-to-end headers are copied from here; NULL = our own answer */
	const struct codec_header *extra;
	int extra_count;
	enum http1_framing framing; /* of what the source will send */
	uint64_t content_length;
};

struct codec {
	const char *name; /* as in ALPN */
	uint8_t major;

	/* from the client's connection */
	void (*open)(struct client *client);
	void (*readable)(struct client *client);
	void (*drained)(struct client *client);
	void (*ended)(struct client *client, enum link_end end);
	void (*drain)(
	    struct client *client); /* no further request; close when the last is over */
	void (*close)(struct client *client); /* lets go of everything; abandons exchanges */

	/* from an exchange; what is sent is gathered until flush */
	void (*send_interim)(struct exchange *exchange, const struct http1_head *head);
	void (*send_continue)(struct exchange *exchange); /* the client waits for a 100 */
	void (*send_head)(struct exchange *exchange, const struct codec_reply *reply);
	void (*send_body)(struct exchange *exchange, struct bytes span);
	void (*send_trailer)(struct exchange *exchange, struct bytes line);
	void (*send_end)(struct exchange *exchange);
	/* False when the client takes no more for now: exchange_client_drained rings later. */
	bool (*flush)(struct exchange *exchange);
	void (*want_body)(struct exchange *exchange, bool is_wanted); /* back-pressure */
	/* The exchange is over: |is_clean| when its reply went out to the end. */
	void (*release)(struct exchange *exchange, bool is_clean);
};

extern const struct codec codec_http1;

#endif
