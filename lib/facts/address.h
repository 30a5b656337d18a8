#ifndef FACTS_ADDRESS_H
#define FACTS_ADDRESS_H

#include "base/bytes.h"
#include "base/keyed_hash.h"

/*
 * An IP address, by value. IPv4 is kept in its IPv6-mapped form (::ffff:a.b.c.d, RFC 4291
 * §2.5.5.2), and a mapped address that arrives as IPv6 is IPv4: one client has one address
 * whatever the socket was. ADDRESS_NONE is a peer without one (a unix socket).
 */
#define ADDRESS_TEXT 46 /* the longest text and its terminator */

enum address_family { ADDRESS_NONE, ADDRESS_V4, ADDRESS_V6, ADDRESS_FAMILY_COUNT };

struct address {
	uint8_t at[16]; /* network order */
	uint16_t port;  /* host order; 0 = unknown */
	uint8_t family; /* enum address_family */
};

/* What stands for one client, and for one network. */
enum address_width {
	ADDRESS_EXACT,   /* IPv4 /32, IPv6 /64: what one subscriber is given */
	ADDRESS_NETWORK, /* IPv4 /24, IPv6 /48 */
	ADDRESS_WIDTH_COUNT
};

struct sockaddr;

/* From 4 or 16 bytes in network order. */
struct address address_from_v4(const uint8_t at[4], uint16_t port);
struct address address_from_v6(const uint8_t at[16], uint16_t port);

/* From what accept(2) filled in; ADDRESS_NONE for any family but AF_INET and AF_INET6. */
struct address address_from_sockaddr(const struct sockaddr *from);

/*
 * Reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:80", and
 * nothing around it. Octal, short forms and zones (%eth0) are refused. False leaves |address|
 * untouched.
 */
bool address_parse(struct bytes text, struct address *address);

/* Writes the address without its port (RFC 5952; IPv4 dotted; "none") and returns |out|. */
const char *address_format(const struct address *address, char out[ADDRESS_TEXT]);

/* Same address; ports do not count. */
bool address_equal(const struct address *a, const struct address *b);

/* The address cut to |width|, its port dropped. */
struct address address_prefix(const struct address *address, enum address_width width);

/* The keyed hash of that prefix: HASH_ADDRESS when exact, HASH_PREFIX for a network. 0 for
 * ADDRESS_NONE. */
uint64_t address_hash(
    const struct address *address, enum address_width width, struct keyed_hash *hash);

#endif
