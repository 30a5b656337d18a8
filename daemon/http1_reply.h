#ifndef HTTP1_REPLY_H
#define HTTP1_REPLY_H

#include "codec.h"

/*
 * The writing half of HTTP/1 towards the client: each call gathers, http1_reply_flush writes.
 * The framing is ours: chunked to HTTP/1.1, until the close to HTTP/1.0, lengths where they are
 * known.
 */
void http1_reply_interim(struct exchange *exchange, const struct http1_head *head);
void http1_reply_continue(struct exchange *exchange);
void http1_reply_head(struct exchange *exchange, const struct codec_reply *reply);
void http1_reply_body(struct exchange *exchange, struct bytes span);
void http1_reply_trailer(struct exchange *exchange, struct bytes line);
void http1_reply_end(struct exchange *exchange);

/* The whole answer to a message that could not be understood; the caller closes. */
void http1_reply_fault(struct client *client, int status, const char *detail);

/* 0, or -1 when the connection is broken. */
int http1_reply_flush(struct client *client);

#endif
