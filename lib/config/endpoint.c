/*
 * Addresses and server URLs taken apart. It must never resolve a name or touch a socket: a name
 * is only checked for its characters.
 */
#include "config/endpoint.h"

#include <arpa/inet.h>

#define ADDRESS_WANTED "host:port, [IPv6]:port or unix:/path, as in 127.0.0.1:9180"
#define URL_WANTED     "http://host:port or https://host:port, without a path or a user"

static bool is_literal(int family, struct bytes text)
{
	char copy[INET6_ADDRSTRLEN];
	unsigned char address[16];

	if (text.len >= sizeof(copy) || memchr(text.at, '\0', text.len))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	return inet_pton(family, copy, address) == 1;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static bool is_name(struct bytes text)
{
	if (text.len == 0 || text.len > 253)
		return false;
	while (text.len) {
		struct bytes label = bytes_split(&text, '.');

		if (label.len == 0 || label.len > 63 || label.at[0] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++)
			if (!is_name_char(label.at[i]))
				return false;
	}
	return true;
}

bool endpoint_is_host(struct bytes text)
{
	return text.len > 0 && (is_name(text) || is_literal(AF_INET6, text));
}

/* Splits "host", "host:port", "[v6]" and "[v6]:port"; |port| is empty when there is none. */
static bool split_host(struct bytes text, struct bytes *host, struct bytes *port)
{
	*port = (struct bytes){ 0 };
	if (text.len && text.at[0] == '[') {
		const char *end = memchr(text.at, ']', text.len);

		if (!end)
			return false;
		*host = bytes_of(text.at + 1, (size_t)(end - text.at) - 1);
		text = bytes_of(end + 1, text.len - host->len - 2);
		if (text.len && (text.at[0] != ':' || text.len == 1))
			return false;
		if (text.len)
			*port = bytes_of(text.at + 1, text.len - 1);
		return is_literal(AF_INET6, *host);
	}
	*port = text;
	*host = bytes_split(port, ':');
	return is_name(*host) && (host->len == text.len || port->len > 0);
}

static bool read_port(struct bytes text, uint16_t *port)
{
	uint64_t number;

	if (text.len > 5 || !bytes_to_number(text, &number) || number > 65535)
		return false;
	*port = (uint16_t)number;
	return true;
}

const char *endpoint_read_address(
    struct bytes text, struct arena *arena, struct config_address *address)
{
	struct bytes path, host, port;
	struct config_address made = { 0 };

	if (bytes_start_with(text, BYTES("unix:"))) {
		path = bytes_of(text.at + 5, text.len - 5);
		if (path.len == 0 || path.at[0] != '/')
			return "an absolute path behind unix:, as in unix:/run/retort/admin";
		if (path.len > 107)
			return "a socket path of at most 107 bytes";
		made.path = arena_copy(arena, path).at;
	} else {
		if (!split_host(text, &host, &port) || !read_port(port, &made.port))
			return ADDRESS_WANTED;
		made.host = arena_copy(arena, host).at;
	}
	made.text = arena_copy(arena, text).at;
	*address = made;
	return NULL;
}

const char *endpoint_read_url(struct bytes text, struct arena *arena, struct config_url *url)
{
	struct bytes rest, host, port;
	struct config_url made = { .port = 80 };

	if (bytes_start_with_nocase(text, BYTES("https://"))) {
		made.is_tls = true;
		made.port = 443;
	} else if (!bytes_start_with_nocase(text, BYTES("http://"))) {
		return URL_WANTED;
	}
	rest = bytes_of(text.at + 7 + made.is_tls, text.len - 7 - made.is_tls);
	if (bytes_end_with(rest, BYTES("/"))) {
		rest.len--;
		text.len--;
	}
	if (memchr(rest.at, '@', rest.len) || !split_host(rest, &host, &port))
		return URL_WANTED;
	if (port.len && (!read_port(port, &made.port) || made.port == 0))
		return "a port of 1 to 65535";
	made.host = arena_copy(arena, host).at;
	made.text = arena_copy(arena, text).at;
	*url = made;
	return NULL;
}

bool endpoint_is_local(const struct config_address *address)
{
	if (address->path)
		return true;
	return strcmp(address->host, "localhost") == 0 || strcmp(address->host, "::1") == 0 ||
	       (strncmp(address->host, "127.", 4) == 0 &&
		   is_literal(AF_INET, bytes_of_text(address->host)));
}
