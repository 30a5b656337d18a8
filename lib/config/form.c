/*
 * Forms of texts: syntax only. It must never ask whether something exists.
 */
#include "config/form.h"

#include "config/endpoint.h"

#include <arpa/inet.h>

static bool has_only(struct bytes text, const char *extra)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i], low = (char)(c | 0x20);

		if (!((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
			(c && strchr(extra, c))))
			return false;
	}
	return true;
}

static bool is_printable(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] <= ' ' || text.at[i] > '~')
			return false;
	return true;
}

const char *form_name(struct bytes text)
{
	bool is_name = text.len > 0 && text.len <= 64 && has_only(text, "-_.") &&
		       !strchr("-_.", text.at[0]);

	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] >= 'A' && text.at[i] <= 'Z')
			is_name = false;
	return is_name ? NULL
		       : "a name of 1 to 64 characters a-z 0-9 - _ . beginning with a letter "
			 "or digit";
}

const char *form_header(struct bytes text)
{
	return text.len > 0 && text.len <= 128 && has_only(text, "!#$%&'*+-.^_`|~")
		   ? NULL
		   : "the name of a header, as in x-api-key";
}

const char *form_credential(struct bytes text)
{
	struct bytes query = BYTES("query:");

	if (!bytes_start_with(text, query))
		return form_header(text) ? "a header's name or query:NAME, as in x-api-key"
					 : NULL;
	text = bytes_of(text.at + query.len, text.len - query.len);
	return text.len > 0 && text.len <= 128 && has_only(text, "-_.~[]")
		   ? NULL
		   : "a parameter's name behind query:, as in query:key";
}

/* Whether all bits of |address| behind the first |bits| are 0. */
static bool is_masked(const unsigned char *address, size_t bytes, uint64_t bits)
{
	for (uint64_t bit = bits; bit < 8 * bytes; bit++)
		if (address[bit / 8] & (0x80 >> bit % 8))
			return false;
	return true;
}

const char *form_cidr(struct bytes text)
{
	struct bytes rest = text, head = bytes_split(&rest, '/');
	size_t bytes = memchr(head.len ? head.at : "", ':', head.len) ? 16 : 4;
	char copy[INET6_ADDRSTRLEN];
	unsigned char address[16];
	uint64_t bits = 8 * bytes;

	if (head.len >= sizeof(copy) || head.len == 0 || memchr(head.at, '\0', head.len))
		return "a network, as in 10.0.0.0/8 or 2001:db8::/32";
	memcpy(copy, head.at, head.len);
	copy[head.len] = '\0';
	if (inet_pton(bytes == 16 ? AF_INET6 : AF_INET, copy, address) != 1)
		return "a network, as in 10.0.0.0/8 or 2001:db8::/32";
	if (head.len < text.len && (!bytes_to_number(rest, &bits) || bits > 8 * bytes))
		return bytes == 16 ? "a prefix length of 0 to 128"
				   : "a prefix length of 0 to 32";
	return is_masked(address, bytes, bits)
		   ? NULL
		   : "a network whose bits behind the prefix are 0, as in 10.0.0.0/8";
}

const char *form_path_prefix(struct bytes text)
{
	return text.len > 0 && text.at[0] == '/' && is_printable(text) &&
		       !memchr(text.at, '?', text.len) && !memchr(text.at, '#', text.len)
		   ? NULL
		   : "a path that begins with /, without a query";
}

const char *form_host_pattern(struct bytes text)
{
	if (bytes_start_with(text, BYTES("*.")))
		text = bytes_of(text.at + 2, text.len - 2);
	return endpoint_is_host(text) ? NULL
				      : "a host name, or *. and one, as in *.example.com";
}

const char *form_host(struct bytes text)
{
	return endpoint_is_host(text) ? NULL : "a host name";
}

const char *form_authority(struct bytes text)
{
	return text.len > 0 && text.len <= 255 && has_only(text, "-._:[]")
		   ? NULL
		   : "a host, with a port or without, as in api.example.com";
}

const char *form_key_prefix(struct bytes text)
{
	return text.len > 0 && text.len <= 64 && is_printable(text) &&
		       !memchr(text.at, '{', text.len) && !memchr(text.at, '}', text.len)
		   ? NULL
		   : "1 to 64 printable characters without a space or a brace";
}
