/*
 * The connection to a Redis. Nothing here waits, and nothing is asked of the peer without a
 * deadline of ours: a server that is unreachable, frozen or answers nonsense is lost within its
 * time. It must never be touched from another thread than that of its event base.
 */
#include "share_link.h"

#include "base/xalloc.h"
#include "clock.h"
#include "magic.h"
#include "share_greeting.h"
#include "share_refusal.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <hiredis/read.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/un.h>

#define CONNECT_LEAST_US 1000000 /* names, handshakes and greetings take their time */
#define PATIENCE         20      /* timeouts that all answers together may take */
#define READ_BYTES       (64u * 1024)
#define UNREAD_MOST      (4u * 1024 * 1024) /* of a reply that does not end */

struct share_link {
	uint32_t magic;
	const struct share_link_plan *plan;
	struct bufferevent *peer; /* NULL: closed */
	struct event *deadline;
	redisReader *reader;
	char server[300];
	struct share_greeting greeting;
	bool is_open, is_reading, is_broken;
	int64_t sent_us; /* when what is now due was asked for */
	uint64_t heard_bytes;
	struct fault fault;
};

static void arm(struct share_link *link, int64_t us)
{
	struct timeval after = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };

	event_add(link->deadline, &after);
}

/* Answers come, but not all: silence has its limit, and so has the whole. */
static void arm_again(struct share_link *link)
{
	int64_t left_us = link->sent_us + PATIENCE * link->plan->timeout_us -
			  clock_us(CLOCK_MONOTONIC);

	arm(link, left_us < 0                        ? 0
		  : left_us < link->plan->timeout_us ? left_us
						     : link->plan->timeout_us);
}

void share_link_close(struct share_link *link)
{
	event_del(link->deadline);
	if (link->peer)
		bufferevent_free(link->peer);
	link->peer = NULL;
	if (link->reader)
		redisReaderFree(link->reader);
	link->reader = NULL;
	link->is_open = false;
	link->greeting.step = SHARE_GREETING_OVER;
}

static void lose(struct share_link *link, const struct fault *fault)
{
	struct fault told = *fault;

	share_link_close(link);
	link->plan->on_lost(link->plan->arg, &told);
}

/* Replies: hiredis cuts them, no object is ever made of one. */

static void *const something = (void *)&something;

/* One element of a reply. After the first fault the rest is passed over. */
static void *hear(const redisReadTask *task, struct share_reply reply)
{
	struct share_link *link = magic_check(task->privdata, MAGIC_SHARE_LINK);

	if (link->is_broken)
		return something;
	if (link->greeting.step != SHARE_GREETING_OVER)
		link->is_broken = share_greeting_hear(
				      &link->greeting, link->server, &reply, &link->fault) < 0;
	else if (reply.kind == SHARE_REPLY_ERROR)
		link->is_broken = share_refusal_say(&link->fault, link->server, reply.text) < 0;
	else
		link->is_broken = link->plan->on_reply(link->plan->arg, &reply, &link->fault) <
				  0;
	return something;
}

static void *on_reply_string(const redisReadTask *task, char *at, size_t len)
{
	return hear(task,
	    (struct share_reply){
		.kind = task->type == REDIS_REPLY_ERROR ? SHARE_REPLY_ERROR : SHARE_REPLY_TEXT,
		.text = bytes_of(at, len) });
}

static void *on_reply_array(const redisReadTask *task, int elements)
{
	return hear(
	    task, (struct share_reply){ .kind = SHARE_REPLY_ARRAY, .number = elements });
}

static void *on_reply_integer(const redisReadTask *task, long long number)
{
	return hear(
	    task, (struct share_reply){ .kind = SHARE_REPLY_INTEGER, .number = number });
}

static void *on_reply_nil(const redisReadTask *task)
{
	return hear(task, (struct share_reply){ .kind = SHARE_REPLY_NIL });
}

static void on_reply_free(void *reply)
{
	(void)reply;
}

static redisReplyObjectFunctions reply_functions = { .createString = on_reply_string,
	.createArray = on_reply_array,
	.createInteger = on_reply_integer,
	.createNil = on_reply_nil,
	.freeObject = on_reply_free };

static void greet(struct share_link *link)
{
	char room[SHARE_GREETING_BYTES];
	struct text out = text_in(room, sizeof(room));

	share_greeting_begin(&link->greeting, &link->plan->credentials, &out);
	bufferevent_write(link->peer, out.at, out.len);
	OPENSSL_cleanse(room, sizeof(room));
}

/* What is heard once all that came was read. */
static void end_reading(struct share_link *link)
{
	if (link->greeting.step != SHARE_GREETING_OVER ||
	    link->plan->is_waiting(link->plan->arg)) {
		if (link->is_open)
			arm_again(link);
		return;
	}
	event_del(link->deadline);
	if (link->is_open) {
		link->plan->on_answered(link->plan->arg);
		return;
	}
	link->is_open = true;
	link->plan->on_open(link->plan->arg, link->greeting.clock_ahead_us);
}

static int read_replies(struct share_link *link)
{
	void *reply;

	do {
		reply = NULL;
		if (redisReaderGetReply(link->reader, &reply) != REDIS_OK)
			return fault_say(&link->fault, "redis %s answers in no Redis protocol",
			    link->server);
	} while (reply && !link->is_broken);
	if (link->is_broken)
		return -1;
	if (link->reader->len - link->reader->pos > UNREAD_MOST)
		return fault_say(&link->fault, "redis %s answers without an end", link->server);
	return 0;
}

static int hear_bytes(struct share_link *link, const void *at, size_t len)
{
	redisReaderFeed(link->reader, at, len);
	link->heard_bytes += len;
	return read_replies(link);
}

/* What waits in the socket behind what libevent read: it takes only 4 KiB a turn. */
static int read_on(struct share_link *link)
{
	char room[READ_BYTES];
	ssize_t len;

	if (link->plan->tls)
		return 0;
	do {
		len = recv(bufferevent_getfd(link->peer), room, sizeof(room), MSG_DONTWAIT);
		if (len > 0 && hear_bytes(link, room, (size_t)len) < 0)
			return -1;
	} while (len == sizeof(room));
	return 0; /* its end or an error is libevent's to find */
}

static void on_read(struct bufferevent *peer, void *arg)
{
	struct share_link *link = magic_check(arg, MAGIC_SHARE_LINK);
	struct evbuffer *input = bufferevent_get_input(peer);
	struct evbuffer_iovec piece;

	link->is_broken = false;
	while (evbuffer_peek(input, -1, NULL, &piece, 1) > 0 && piece.iov_len > 0) {
		if (hear_bytes(link, piece.iov_base, piece.iov_len) < 0) {
			lose(link, &link->fault);
			return;
		}
		evbuffer_drain(input, piece.iov_len);
	}
	if (read_on(link) < 0)
		lose(link, &link->fault);
	else
		end_reading(link);
}

/* Connecting. */

/* Why a TLS handshake failed; false where it did not come so far. */
static bool say_tls_failure(struct share_link *link, struct fault *fault)
{
	SSL *ssl = bufferevent_openssl_get_ssl(link->peer);
	unsigned long code = bufferevent_get_openssl_error(link->peer);
	long verified = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	if (verified != X509_V_OK && link->plan->is_verified)
		reason = X509_verify_cert_error_string(verified);
	if (reason)
		fault_say(fault, "redis %s: TLS: %s", link->server, reason);
	return reason;
}

static void on_event(struct bufferevent *peer, short what, void *arg)
{
	struct share_link *link = magic_check(arg, MAGIC_SHARE_LINK);
	int number = EVUTIL_SOCKET_ERROR();
	int name = bufferevent_socket_get_dns_error(peer), one = 1;
	struct fault fault;

	if (what & BEV_EVENT_CONNECTED) {
		setsockopt(
		    bufferevent_getfd(peer), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		greet(link);
		return;
	}
	if (name)
		fault_say(&fault, "redis %s: %s", link->server, evutil_gai_strerror(name));
	else if (link->plan->tls && !link->is_open && say_tls_failure(link, &fault))
		;
	else if (what & BEV_EVENT_ERROR)
		fault_say(&fault, "redis %s: %s", link->server,
		    number ? evutil_socket_error_to_string(number) : "connection lost");
	else
		fault_say(&fault, "redis %s closed the connection", link->server);
	lose(link, &fault);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct share_link *link = magic_check(arg, MAGIC_SHARE_LINK);
	struct fault fault;

	(void)fd, (void)what;
	if (link->is_open)
		fault_say(&fault, "redis %s did not answer within %lld ms", link->server,
		    (long long)link->plan->timeout_us / 1000);
	else
		fault_say(&fault, "redis %s could not be reached within %d ms", link->server,
		    CONNECT_LEAST_US / 1000);
	lose(link, &fault);
}

static bool is_address(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET, host, &address) == 1 ||
	       inet_pton(AF_INET6, host, &address) == 1;
}

static SSL *new_tls(struct share_link *link, const struct config_address *server)
{
	const char *name = link->plan->sni ? link->plan->sni : server->host;
	SSL *ssl = SSL_new(link->plan->tls);

	if (!ssl)
		abort();
	SSL_set_read_ahead(ssl, 0); /* libevent sees only what OpenSSL has not read yet */
	if (!name)
		return ssl;
	if (is_address(name)) {
		X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name);
	} else {
		SSL_set_tlsext_host_name(ssl, name);
		SSL_set1_host(ssl, name);
	}
	return ssl;
}

static int connect_unix(struct share_link *link, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	return bufferevent_socket_connect(
	    link->peer, (struct sockaddr *)&address, sizeof(address));
}

void share_link_open(struct share_link *link, const struct config_address *server)
{
	const int options = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
	int done;

	share_link_close(link);
	snprintf(link->server, sizeof(link->server), "%s", server->text);
	link->reader = redisReaderCreateWithFunctions(&reply_functions);
	link->reader->privdata = link; /* the macro for it does not compile with clang */
	if (link->plan->tls)
		link->peer = bufferevent_openssl_socket_new(link->plan->base, -1,
		    new_tls(link, server), BUFFEREVENT_SSL_CONNECTING, options);
	else
		link->peer = bufferevent_socket_new(link->plan->base, -1, options);
	if (!link->reader || !link->peer)
		abort();
	bufferevent_setcb(link->peer, on_read, NULL, on_event, link);
	bufferevent_enable(link->peer, EV_READ | EV_WRITE);
	arm(link, CONNECT_LEAST_US);
	if (server->path)
		done = connect_unix(link, server->path);
	else
		done = bufferevent_socket_connect_hostname(
		    link->peer, link->plan->dns, AF_UNSPEC, server->host, server->port);
	(void)done; /* what fails at once is told by on_event, or by the deadline */
}

void share_link_send(struct share_link *link, struct bytes bytes)
{
	evbuffer_add_reference(
	    bufferevent_get_output(link->peer), bytes.at, bytes.len, NULL, NULL);
	link->sent_us = clock_us(CLOCK_MONOTONIC);
	arm(link, link->plan->timeout_us);
}

void share_link_probe(struct share_link *link)
{
	char room[SHARE_GREETING_BYTES];
	struct text out = text_in(room, sizeof(room));

	share_greeting_probe(&link->greeting, &link->plan->credentials, &out);
	bufferevent_write(link->peer, out.at, out.len);
	link->sent_us = clock_us(CLOCK_MONOTONIC);
	arm(link, link->plan->timeout_us);
}

struct share_link *share_link_new(const struct share_link_plan *plan)
{
	struct share_link *link = xalloc(sizeof(*link));

	link->magic = MAGIC_SHARE_LINK;
	link->plan = plan;
	link->deadline = evtimer_new(plan->base, on_deadline, link);
	return link;
}

void share_link_free(struct share_link *link)
{
	if (!link)
		return;
	share_link_close(link);
	event_free(link->deadline);
	link->magic = 0;
	free(link);
}

bool share_link_is_idle(const struct share_link *link)
{
	return link->is_open && link->greeting.step == SHARE_GREETING_OVER;
}

uint64_t share_link_heard_bytes(const struct share_link *link)
{
	return link->heard_bytes;
}
