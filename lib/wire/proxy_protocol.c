/*
 * PROXY protocol headers, v1 and v2, from the first bytes of a connection. It never reads
 * beyond what has come, and never takes more bytes than the header has.
 */
#include "wire/proxy_protocol.h"

#include <arpa/inet.h>

#define V1_HEAD        BYTES("PROXY ")
#define V2_HEAD        BYTES("\r\n\r\n\0\r\nQUIT\n")
#define V2_FIXED       16
#define V2_LOCAL       0x20
#define V2_PROXY       0x21
#define V2_TCP4        0x11
#define V2_TCP6        0x21
#define V2_FAMILY_MOST 0x32
#define TEXT_MOST      40 /* the longest IPv6 text and a terminator */

static void map_v4(uint8_t out[16], const void *at)
{
	memset(out, 0, 10);
	memset(out + 10, 0xff, 2);
	memcpy(out + 12, at, 4);
}

static bool read_address(struct bytes text, int family, uint8_t out[16])
{
	char copy[TEXT_MOST];
	uint8_t at[16];

	if (text.len >= sizeof(copy) || text.len == 0 || memchr(text.at, '\0', text.len))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	if (inet_pton(family, copy, at) != 1)
		return false;
	if (family == AF_INET)
		map_v4(out, at);
	else
		memcpy(out, at, 16);
	return true;
}

static bool read_port(struct bytes text, uint16_t *port)
{
	uint64_t value;

	if (!bytes_to_number(text, &value) || value > 65535 ||
	    (text.len > 1 && *text.at == '0'))
		return false;
	*port = (uint16_t)value;
	return true;
}

/* What stands between "PROXY " and CR LF. */
static enum scan read_v1_line(struct bytes line, struct proxy_protocol *header)
{
	struct bytes protocol = bytes_split(&line, ' ');
	bool is_v4 = bytes_equal(protocol, BYTES("TCP4"));
	int family = is_v4 ? AF_INET : AF_INET6;

	if (bytes_equal(protocol, BYTES("UNKNOWN")))
		return SCAN_DONE; /* whatever follows it on the line */
	if (!is_v4 && !bytes_equal(protocol, BYTES("TCP6")))
		return SCAN_BAD;
	if (!read_address(bytes_split(&line, ' '), family, header->source) ||
	    !read_address(bytes_split(&line, ' '), family, header->destination) ||
	    !read_port(bytes_split(&line, ' '), &header->source_port) ||
	    !read_port(line, &header->destination_port))
		return SCAN_BAD;
	header->has_addresses = true;
	return SCAN_DONE;
}

static enum scan parse_v1(struct bytes bytes, struct proxy_protocol *header)
{
	size_t most = bytes.len < PROXY_PROTOCOL_V1_MOST ? bytes.len : PROXY_PROTOCOL_V1_MOST;
	const char *end = memchr(bytes.at, '\n', most);
	size_t len;

	if (!end)
		return bytes.len < PROXY_PROTOCOL_V1_MOST ? SCAN_MORE : SCAN_BAD;
	len = (size_t)(end - bytes.at);
	if (bytes.at[len - 1] != '\r')
		return SCAN_BAD;
	header->version = 1;
	header->consumed = len + 1;
	return read_v1_line(bytes_of(bytes.at + V1_HEAD.len, len - 1 - V1_HEAD.len), header);
}

static uint16_t read_16(const unsigned char *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* The address block, |len| bytes with the TLVs behind it. */
static enum scan read_v2_addresses(
    unsigned family, const unsigned char *at, size_t len, struct proxy_protocol *header)
{
	size_t width = family == V2_TCP4 ? 4 : 16;

	if (family != V2_TCP4 && family != V2_TCP6)
		return SCAN_DONE;
	if (len < 2 * width + 4)
		return SCAN_BAD;
	if (family == V2_TCP4) {
		map_v4(header->source, at);
		map_v4(header->destination, at + width);
	} else {
		memcpy(header->source, at, width);
		memcpy(header->destination, at + width, width);
	}
	header->source_port = read_16(at + 2 * width);
	header->destination_port = read_16(at + 2 * width + 2);
	header->has_addresses = true;
	return SCAN_DONE;
}

static bool is_v2_family(unsigned family)
{
	return family <= V2_FAMILY_MOST && (family & 15) <= 2;
}

static enum scan parse_v2(struct bytes bytes, struct proxy_protocol *header)
{
	const unsigned char *at = (const unsigned char *)bytes.at;
	size_t len;

	if (bytes.len > 12 && at[12] != V2_LOCAL && at[12] != V2_PROXY)
		return SCAN_BAD;
	if (bytes.len > 13 && !is_v2_family(at[13]))
		return SCAN_BAD;
	if (bytes.len < V2_FIXED)
		return SCAN_MORE;
	len = read_16(at + 14);
	if (V2_FIXED + len > PROXY_PROTOCOL_V2_MOST)
		return SCAN_BAD;
	if (bytes.len < V2_FIXED + len)
		return SCAN_MORE;
	header->version = 2;
	header->consumed = V2_FIXED + len;
	header->is_local = at[12] == V2_LOCAL;
	if (header->is_local)
		return SCAN_DONE;
	return read_v2_addresses(at[13], at + V2_FIXED, len, header);
}

/* Whether |bytes| begin with |head|, or are its beginning. */
static bool may_begin(struct bytes bytes, struct bytes head)
{
	return bytes.len < head.len ? bytes_start_with(head, bytes)
				    : bytes_start_with(bytes, head);
}

enum scan proxy_protocol_parse(struct bytes bytes, struct proxy_protocol *header)
{
	enum scan state = SCAN_BAD;

	*header = (struct proxy_protocol){ 0 };
	if (bytes.len == 0)
		return SCAN_MORE;
	if (may_begin(bytes, V1_HEAD))
		state = bytes.len < V1_HEAD.len ? SCAN_MORE : parse_v1(bytes, header);
	else if (may_begin(bytes, V2_HEAD))
		state = parse_v2(bytes, header);
	if (state != SCAN_DONE)
		*header = (struct proxy_protocol){ 0 };
	return state;
}
