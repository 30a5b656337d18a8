#ifndef SHARE_LINK_H
#define SHARE_LINK_H

#include "base/bytes.h"
#include "base/fault.h"
#include "config/item.h"
#include "limit/share_plan.h"
#include "share_greeting.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <openssl/ssl.h>

/*
 * One connection to one Redis at a time: connecting (clear, TLS, unix socket), the greeting
 * (authentication, and a write that proves that this server takes writes), bytes out, replies
 * in. Every step has a deadline of ours. All on the thread of the event base.
 */
struct share_link;

struct share_link_plan {
	struct event_base *base;
	struct evdns_base *dns; /* NULL: names are not resolved, addresses are enough */
	struct share_credentials credentials;
	SSL_CTX *tls;    /* NULL = clear */
	const char *sni; /* NULL = the host */
	bool is_verified;
	int64_t timeout_us; /* longest silence while an answer is due */

	/* Called with |arg|; the link may be opened and closed in all but on_reply. */
	void (*on_open)(void *arg, int64_t clock_ahead_us);
	int (*on_reply)(void *arg, const struct share_reply *reply, struct fault *fault);
	void (*on_answered)(void *arg); /* after replies, when none is due any more */
	void (*on_lost)(void *arg, const struct fault *fault); /* once for each open */
	bool (*is_waiting)(void *arg);                         /* whether a reply is due */
	void *arg;
};

/* The plan is borrowed and must outlive the link. */
struct share_link *share_link_new(const struct share_link_plan *plan);
void share_link_free(struct share_link *link); /* NULL is allowed; says nothing */

/* Starts to connect; on_open or on_lost follows, never from within this call. */
void share_link_open(struct share_link *link, const struct config_address *server);

/* Ends the connection without a word. */
void share_link_close(struct share_link *link);

/* Sends |bytes|, which stay as they are until all replies came or the link was lost. */
void share_link_send(struct share_link *link, struct bytes bytes);

/* Repeats the greeting's write on an open link where no reply is due: on_answered follows. */
void share_link_probe(struct share_link *link);

/* Open, and no answer is due to the greeting's write. */
bool share_link_is_idle(const struct share_link *link);

uint64_t share_link_heard_bytes(const struct share_link *link);

#endif
