/*
 * IP addresses as values: read, write, cut, hash. Nothing here resolves a name or opens a
 * socket; a text that is not exactly an address is refused.
 */
#include "facts/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static const uint8_t mapped_head[12] = { [10] = 0xff, [11] = 0xff };

struct address address_from_v4(const uint8_t at[4], uint16_t port)
{
	struct address address = { .port = port, .family = ADDRESS_V4 };

	memcpy(address.at, mapped_head, sizeof(mapped_head));
	memcpy(address.at + sizeof(mapped_head), at, 4);
	return address;
}

struct address address_from_v6(const uint8_t at[16], uint16_t port)
{
	bool is_mapped = memcmp(at, mapped_head, sizeof(mapped_head)) == 0;
	struct address address = { .port = port,
		.family = is_mapped ? ADDRESS_V4 : ADDRESS_V6 };

	memcpy(address.at, at, sizeof(address.at));
	return address;
}

struct address address_from_sockaddr(const struct sockaddr *from)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	if (from->sa_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		return address_from_v4((const uint8_t *)&v4.sin_addr, ntohs(v4.sin_port));
	}
	if (from->sa_family == AF_INET6) {
		memcpy(&v6, from, sizeof(v6));
		return address_from_v6(v6.sin6_addr.s6_addr, ntohs(v6.sin6_port));
	}
	return (struct address){ 0 };
}

/* inet_pton wants a terminator; it is strict about everything else. */
static bool parse_bare(struct bytes text, int family, void *out)
{
	char copy[ADDRESS_TEXT];

	if (text.len == 0 || text.len >= sizeof(copy) || memchr(text.at, '\0', text.len))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	return inet_pton(family, copy, out) == 1;
}

/* A decimal port, or nothing at all where |text| is empty. */
static bool parse_port(struct bytes text, uint16_t *port)
{
	uint64_t value = 0;

	*port = 0;
	if (text.len == 0)
		return true;
	if (text.at[0] != ':' || text.len > 6 ||
	    !bytes_to_number(bytes_of(text.at + 1, text.len - 1), &value) || value > 65535)
		return false;
	*port = (uint16_t)value;
	return true;
}

static bool parse_bracketed(struct bytes text, struct address *address)
{
	struct bytes rest = bytes_of(text.at + 1, text.len - 1), inner;
	uint8_t at[16];
	uint16_t port;

	inner = bytes_split(&rest, ']');
	/* Without a bracket the split takes all, and |rest| points nowhere. */
	if (inner.len == text.len - 1 || !parse_bare(inner, AF_INET6, at) ||
	    !parse_port(rest, &port))
		return false;
	*address = address_from_v6(at, port);
	return true;
}

bool address_parse(struct bytes text, struct address *address)
{
	const char *colon = text.len ? memchr(text.at, ':', text.len) : NULL;
	size_t head = colon ? (size_t)(colon - text.at) : text.len;
	uint8_t at[16];
	uint16_t port;

	if (text.len && text.at[0] == '[')
		return parse_bracketed(text, address);
	if (parse_bare(bytes_of(text.at, head), AF_INET, at) &&
	    parse_port(bytes_of(text.at + head, text.len - head), &port)) {
		*address = address_from_v4(at, port);
		return true;
	}
	if (!parse_bare(text, AF_INET6, at))
		return false;
	*address = address_from_v6(at, 0);
	return true;
}

/* Every request's head names its peer, and the C library goes through printf for it. */
static void format_v4(const uint8_t at[4], char *out)
{
	for (int i = 0; i < 4; i++) {
		unsigned value = at[i];

		if (value >= 100)
			*out++ = (char)('0' + value / 100);
		if (value >= 10)
			*out++ = (char)('0' + value / 10 % 10);
		*out++ = (char)('0' + value % 10);
		*out++ = i < 3 ? '.' : '\0';
	}
}

const char *address_format(const struct address *address, char out[ADDRESS_TEXT])
{
	if (address->family == ADDRESS_V4)
		format_v4(address->at + 12, out);
	else if (address->family == ADDRESS_NONE ||
		 !inet_ntop(AF_INET6, address->at, out, ADDRESS_TEXT))
		memcpy(out, "none", 5);
	return out;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->at, b->at, sizeof(a->at)) == 0;
}

struct address address_prefix(const struct address *address, enum address_width width)
{
	/* Bytes kept of sixteen; every width here ends at a byte. */
	static const uint8_t kept[ADDRESS_FAMILY_COUNT][ADDRESS_WIDTH_COUNT] = {
		[ADDRESS_V4] = { [ADDRESS_EXACT] = 16, [ADDRESS_NETWORK] = 15 },
		[ADDRESS_V6] = { [ADDRESS_EXACT] = 8, [ADDRESS_NETWORK] = 6 },
	};
	struct address prefix = { .family = address->family };

	memcpy(prefix.at, address->at, kept[address->family][width]);
	return prefix;
}

uint64_t address_hash(
    const struct address *address, enum address_width width, struct keyed_hash *hash)
{
	struct address prefix = address_prefix(address, width);

	if (address->family == ADDRESS_NONE)
		return 0;
	return keyed_hash_of(hash, width == ADDRESS_EXACT ? HASH_ADDRESS : HASH_PREFIX,
	    bytes_of(prefix.at, sizeof(prefix.at)));
}
