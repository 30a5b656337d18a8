#ifndef WIRE_PROXY_PROTOCOL_H
#define WIRE_PROXY_PROTOCOL_H

#include "base/bytes.h"
#include "base/scan.h"

/*
 * The PROXY protocol header, versions 1 and 2, that a balancer sends before the client's first
 * byte. Source: HAProxy, "The PROXY protocol", 2020/03/05 (doc/proxy-protocol.txt).
 *
 * Trust: whoever speaks it names any address it likes. Read it only from listed peers, and
 * then always: a listed peer that does not send it is BAD, not a plain client.
 */
#define PROXY_PROTOCOL_V1_MOST 107  /* bytes of a version 1 line with its CR LF */
#define PROXY_PROTOCOL_V2_MOST 4096 /* of a version 2 header with its TLVs; the rest is BAD */

struct proxy_protocol {
	size_t consumed;    /* the header's bytes; what follows them is the client's */
	uint8_t version;    /* 1 or 2 */
	bool is_local;      /* the balancer's own connection, a health check */
	bool has_addresses; /* false for LOCAL, UNKNOWN, and families other than TCP: the peer
			       of the connection stands */
	uint8_t source[16], destination[16]; /* IPv4 in mapped form, network order */
	uint16_t source_port, destination_port;
};

/*
 * Reads a header from the first |bytes| of a connection, called again with all of them when
 * more came. MORE while they could still become a header; DONE fills |header|; BAD at the first
 * byte that rules one out. TLVs are skipped unread.
 */
enum scan proxy_protocol_parse(struct bytes bytes, struct proxy_protocol *header);

#endif
