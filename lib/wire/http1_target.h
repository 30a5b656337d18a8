#ifndef WIRE_HTTP1_TARGET_H
#define WIRE_HTTP1_TARGET_H

#include "wire/http1.h"

/*
 * Understands the target of |head| and checks it against its Host: fills |path|, |query| and
 * |host|. The target must be visible ASCII without '#'. Forms: origin, absolute (http and https
 * without user names), and "*" for OPTIONS (RFC 9112 §3.2); CONNECT is refused.
 */
enum http1_fault http1_target_settle(struct http1_head *head);

/* True for host[:port]: a registered name, an IPv4 address or a bracketed IPv6 address, none of
 * them empty or percent-encoded, and a port of 0–65535. */
bool http1_target_is_host(struct bytes host);

#endif
