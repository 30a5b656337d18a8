/*
 * Reads a TLS ClientHello from its raw bytes, for fingerprints. It sees what a TLS library
 * hides (GREASE, unknown extensions, order). It decides nothing about the handshake, keeps
 * nothing, and never reads beyond the message, whatever the lengths inside it claim.
 */
#include "wire/client_hello.h"

#define HANDSHAKE_CLIENT_HELLO 1
#define RANDOM_BYTES           32
#define SESSION_ID_MOST        32
#define NAME_TYPE_HOST         0

/* What is left to read. A read beyond the end sets |is_short|, yields zeros, and stays so. */
struct cursor {
	const unsigned char *at;
	size_t left;
	bool is_short;
};

static size_t take_number(struct cursor *cursor, unsigned bytes)
{
	size_t value = 0;

	if (cursor->left < bytes) {
		cursor->is_short = true;
		cursor->left = 0;
		return 0;
	}
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | *cursor->at++;
	cursor->left -= bytes;
	return value;
}

static struct cursor take_run(struct cursor *cursor, size_t len)
{
	struct cursor run = { cursor->at, len, false };

	if (cursor->left < len) {
		cursor->is_short = true;
		cursor->left = 0;
		return (struct cursor){ 0 };
	}
	cursor->at += len;
	cursor->left -= len;
	return run;
}

/* A run that its own length precedes, in |length_bytes|. */
static struct cursor take_vector(struct cursor *cursor, unsigned length_bytes)
{
	return take_run(cursor, take_number(cursor, length_bytes));
}

/* Fills |list| with the 16-bit values of |run|, which must be a whole number of them. */
static enum client_hello_result read_values(struct cursor run, uint16_t *list, uint16_t most,
    uint16_t *count, struct client_hello *hello)
{
	size_t values = run.left / 2;

	if (run.left % 2)
		return CLIENT_HELLO_MALFORMED;
	if (values > most)
		return CLIENT_HELLO_EXCESS;
	for (size_t i = 0; i < values; i++) {
		list[i] = (uint16_t)(run.at[2 * i] << 8 | run.at[2 * i + 1]);
		hello->has_grease |= client_hello_is_grease(list[i]);
	}
	*count = (uint16_t)values;
	return CLIENT_HELLO_OK;
}

static enum client_hello_result read_server_name(
    struct cursor *body, struct client_hello *hello)
{
	struct cursor names = take_vector(body, 2);

	hello->has_server_name = true;
	while (names.left) {
		size_t type = take_number(&names, 1);
		struct cursor name = take_vector(&names, 2);

		if (names.is_short)
			return CLIENT_HELLO_MALFORMED;
		if (type == NAME_TYPE_HOST && !hello->server_name.len)
			hello->server_name = bytes_of(name.at, name.left);
	}
	return CLIENT_HELLO_OK;
}

static enum client_hello_result read_alpn(struct cursor *body, struct client_hello *hello)
{
	struct cursor names = take_vector(body, 2);

	if (hello->alpn_count)
		return CLIENT_HELLO_MALFORMED;
	while (names.left) {
		struct cursor name = take_vector(&names, 1);

		if (names.is_short)
			return CLIENT_HELLO_MALFORMED;
		if (hello->alpn_count == CLIENT_HELLO_ALPN)
			return CLIENT_HELLO_EXCESS;
		hello->alpn[hello->alpn_count++] = bytes_of(name.at, name.left);
	}
	return CLIENT_HELLO_OK;
}

static enum client_hello_result read_formats(struct cursor *body, struct client_hello *hello)
{
	struct cursor formats = take_vector(body, 1);

	if (hello->format_count)
		return CLIENT_HELLO_MALFORMED;
	if (formats.left > CLIENT_HELLO_FORMATS)
		return CLIENT_HELLO_EXCESS;
	if (formats.left)
		memcpy(hello->formats, formats.at, formats.left);
	hello->format_count = (uint16_t)formats.left;
	return CLIENT_HELLO_OK;
}

/* One of the three extensions that are a vector of 16-bit values and nothing else. */
static enum client_hello_result read_list(
    size_t type, struct cursor *body, struct client_hello *hello)
{
	struct cursor run = take_vector(body, type == CLIENT_HELLO_EXT_VERSIONS ? 1 : 2);
	uint16_t *list = hello->versions, *count = &hello->version_count;
	uint16_t most = CLIENT_HELLO_VERSIONS;

	if (type == CLIENT_HELLO_EXT_GROUPS) {
		list = hello->groups;
		count = &hello->group_count;
		most = CLIENT_HELLO_GROUPS;
	} else if (type == CLIENT_HELLO_EXT_SIGNATURES) {
		list = hello->signatures;
		count = &hello->signature_count;
		most = CLIENT_HELLO_SIGNATURES;
	}
	if (*count)
		return CLIENT_HELLO_MALFORMED;
	return read_values(run, list, most, count, hello);
}

static enum client_hello_result read_extension(
    size_t type, struct cursor body, struct client_hello *hello)
{
	enum client_hello_result result = CLIENT_HELLO_OK;

	switch (type) {
	case CLIENT_HELLO_EXT_SERVER_NAME:
		result = hello->has_server_name ? CLIENT_HELLO_MALFORMED
						: read_server_name(&body, hello);
		break;
	case CLIENT_HELLO_EXT_GROUPS:
	case CLIENT_HELLO_EXT_SIGNATURES:
	case CLIENT_HELLO_EXT_VERSIONS:
		result = read_list(type, &body, hello);
		break;
	case CLIENT_HELLO_EXT_FORMATS:
		result = read_formats(&body, hello);
		break;
	case CLIENT_HELLO_EXT_ALPN:
		result = read_alpn(&body, hello);
		break;
	case CLIENT_HELLO_EXT_TICKET:
		hello->is_resuming |= body.left > 0;
		return CLIENT_HELLO_OK;
	case CLIENT_HELLO_EXT_PRE_SHARED:
		hello->is_resuming = true;
		return CLIENT_HELLO_OK;
	default:
		return CLIENT_HELLO_OK;
	}
	if (result == CLIENT_HELLO_OK && (body.is_short || body.left))
		return CLIENT_HELLO_MALFORMED;
	return result;
}

static enum client_hello_result read_extensions(
    struct cursor *cursor, struct client_hello *hello)
{
	struct cursor block = take_vector(cursor, 2);

	hello->has_extensions = true;
	while (block.left) {
		size_t type = take_number(&block, 2);
		struct cursor body = take_vector(&block, 2);
		enum client_hello_result result;

		if (block.is_short)
			return CLIENT_HELLO_MALFORMED;
		if (hello->extension_count == CLIENT_HELLO_EXTENSIONS)
			return CLIENT_HELLO_EXCESS;
		hello->extensions[hello->extension_count++] = (uint16_t)type;
		hello->has_grease |= client_hello_is_grease((uint16_t)type);
		result = read_extension(type, body, hello);
		if (result != CLIENT_HELLO_OK)
			return result;
	}
	return cursor->is_short || cursor->left ? CLIENT_HELLO_MALFORMED : CLIENT_HELLO_OK;
}

static enum client_hello_result read_body(struct cursor *cursor, struct client_hello *hello)
{
	enum client_hello_result result;
	struct cursor session, ciphers, compressions;

	hello->legacy_version = (uint16_t)take_number(cursor, 2);
	take_run(cursor, RANDOM_BYTES);
	session = take_vector(cursor, 1);
	ciphers = take_vector(cursor, 2);
	compressions = take_vector(cursor, 1);
	if (cursor->is_short || hello->legacy_version >> 8 != 3 ||
	    session.left > SESSION_ID_MOST || !ciphers.left || !compressions.left)
		return CLIENT_HELLO_MALFORMED;
	result = read_values(
	    ciphers, hello->ciphers, CLIENT_HELLO_CIPHERS, &hello->cipher_count, hello);
	if (result != CLIENT_HELLO_OK || !cursor->left)
		return result;
	return read_extensions(cursor, hello);
}

enum client_hello_result client_hello_parse(struct bytes message, struct client_hello *hello)
{
	struct cursor cursor = { (const unsigned char *)message.at, message.len, false };

	/* The arrays stay as they are: counts say how much of them means anything. */
	memset(hello, 0, offsetof(struct client_hello, alpn));
	if (!message.len)
		return CLIENT_HELLO_ABSENT;
	if (message.len > CLIENT_HELLO_BYTES)
		return CLIENT_HELLO_EXCESS;
	if (cursor.at[0] == HANDSHAKE_CLIENT_HELLO) {
		take_number(&cursor, 1);
		if (take_number(&cursor, 3) != cursor.left || cursor.is_short)
			return CLIENT_HELLO_MALFORMED;
	}
	return read_body(&cursor, hello);
}

const char *client_hello_word(enum client_hello_result result)
{
	static const char *const words[CLIENT_HELLO_COUNT] = {
		[CLIENT_HELLO_ABSENT] = "absent",
		[CLIENT_HELLO_OK] = "ok",
		[CLIENT_HELLO_MALFORMED] = "malformed",
		[CLIENT_HELLO_EXCESS] = "excess",
	};

	return words[result];
}
