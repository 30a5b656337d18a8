/*
 * Reads HTTP/1 requests the way a patient origin does: whatever a proxy sends in good faith is
 * understood, and all of it is kept so that a test can see what arrived. It is not a judge of
 * strictness: that is the daemon's part.
 */
#include "request.h"

#include <stdlib.h>

#define BODY_KEEP_BYTES (1u << 20) /* memory kept between two requests */

/* Moves bytes up to and with the newline into |line|; true when the line is whole. */
static bool take_line(struct pile *line, struct bytes *in)
{
	const char *end = memchr(in->at, '\n', in->len);
	size_t len = end ? (size_t)(end - in->at) + 1 : in->len;

	pile_add(line, bytes_of(in->at, len));
	in->at += len;
	in->len -= len;
	return end != NULL;
}

static struct bytes line_trimmed(struct bytes line)
{
	while (line.len && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
		line.len--;
	return line;
}

static bool split_head(struct request *request)
{
	struct bytes rest = pile_bytes(&request->head), first;

	first = line_trimmed(bytes_split(&rest, '\n'));
	request->method = bytes_split(&first, ' ');
	request->target = bytes_split(&first, ' ');
	request->version = first;
	if (!request->target.len || !bytes_start_with(request->version, BYTES("HTTP/1.")))
		return false;
	while (rest.len) {
		struct bytes value = line_trimmed(bytes_split(&rest, '\n')), name;

		if (!value.len)
			break;
		name = bytes_split(&value, ':');
		if (request->field_count == REQUEST_FIELDS)
			return false;
		request->fields[request->field_count++] = (struct request_field){ name,
			bytes_trim(value) };
	}
	return true;
}

static bool know_body(struct request *request)
{
	struct bytes length = request_field(request, "content-length");

	if (request_has_token(request, "transfer-encoding", "chunked"))
		request->part = REQUEST_IN_CHUNK_SIZE;
	else if (length.at && !bytes_to_number(length, &request->left))
		return false;
	else
		request->part = request->left ? REQUEST_IN_BODY : REQUEST_AT_END;
	return true;
}

/* The line that ends the head so far, which may have come in pieces. */
static struct bytes last_line(const struct pile *head)
{
	struct bytes all = pile_bytes(head);
	const char *before = memrchr(all.at, '\n', all.len - 1);
	size_t start = before ? (size_t)(before - all.at) + 1 : 0;

	return line_trimmed(bytes_of(all.at + start, all.len - start));
}

static enum request_scan take_head(struct request *request, struct bytes *in)
{
	while (in->len && take_line(&request->head, in)) {
		if (last_line(&request->head).len)
			continue;
		if (!line_trimmed(pile_bytes(&request->head)).len) {
			pile_clear(&request->head); /* empty lines before a request */
			continue;
		}
		return split_head(request) && know_body(request) ? REQUEST_HEAD : REQUEST_BAD;
	}
	return request->head.len > REQUEST_HEAD_BYTES ? REQUEST_BAD : REQUEST_MORE;
}

static void take_content(struct request *request, struct bytes *in)
{
	size_t len = in->len < request->left ? in->len : (size_t)request->left;

	pile_add(&request->body, bytes_of(in->at, len));
	if (request->digest)
		EVP_DigestUpdate(request->digest, in->at, len);
	request->body_bytes += len;
	request->left -= len;
	in->at += len;
	in->len -= len;
}

static bool know_chunk(struct request *request)
{
	struct bytes line = line_trimmed(pile_bytes(&request->line));
	struct bytes size = bytes_trim(bytes_split(&line, ';'));
	char digits[17] = "", *end;

	if (!size.len || size.len >= sizeof(digits))
		return false;
	memcpy(digits, size.at, size.len);
	request->left = strtoull(digits, &end, 16);
	request->part = request->left ? REQUEST_IN_CHUNK : REQUEST_IN_TRAILER;
	return *end == '\0';
}

/* One step of a chunked body that ends with a line. */
static bool take_chunk_line(struct request *request, struct bytes *in)
{
	struct bytes line;

	if (!take_line(&request->line, in))
		return true;
	line = line_trimmed(pile_bytes(&request->line));
	if (request->part == REQUEST_IN_CHUNK_SIZE) {
		if (!know_chunk(request))
			return false;
	} else if (request->part == REQUEST_IN_CHUNK_END) {
		if (line.len)
			return false;
		request->part = REQUEST_IN_CHUNK_SIZE;
	} else if (!line.len) {
		request->part = REQUEST_AT_END;
	} else {
		pile_add(&request->trailers, line);
		pile_add_text(&request->trailers, "\n");
	}
	pile_clear(&request->line);
	return true;
}

enum request_scan request_take(struct request *request, struct bytes *in)
{
	if (request->part == REQUEST_IN_HEAD)
		return take_head(request, in);
	while (in->len && request->part != REQUEST_AT_END) {
		if (request->part == REQUEST_IN_BODY || request->part == REQUEST_IN_CHUNK) {
			take_content(request, in);
			if (request->left)
				continue;
			request->part = request->part == REQUEST_IN_BODY ? REQUEST_AT_END
									 : REQUEST_IN_CHUNK_END;
		} else if (!take_chunk_line(request, in)) {
			return REQUEST_BAD;
		}
	}
	return request->part == REQUEST_AT_END ? REQUEST_WHOLE : REQUEST_MORE;
}

struct bytes request_field(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (bytes_equal_nocase(request->fields[i].name, bytes_of_text(name)))
			return request->fields[i].value;
	return bytes_of(NULL, 0);
}

bool request_has_token(const struct request *request, const char *name, const char *token)
{
	struct bytes list = request_field(request, name);

	while (list.len)
		if (bytes_equal_nocase(
			bytes_trim(bytes_split(&list, ',')), bytes_of_text(token)))
			return true;
	return false;
}

/* The first byte behind the string that begins at |at|, or |end|. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		const char *quote = memchr(at, '"', (size_t)(end - at));
		const char *back = quote;

		if (!quote)
			return end;
		while (back > at && back[-1] == '\\')
			back--;
		at = quote;
		if ((quote - back) % 2 == 0)
			return quote + 1;
	}
	return end;
}

/* The first byte behind the JSON value at |at|. */
static const char *skip_value(const char *at, const char *end)
{
	int depth = 0;

	while (at < end) {
		char c = *at;

		if (c == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			return at;
		depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
		at++;
	}
	return end;
}

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

struct bytes request_member_in(struct bytes object, const char *key)
{
	const char *at = object.at, *end = at + object.len;

	if (object.len)
		at = skip_space(at, end);
	if (!object.len || at == end || *at != '{')
		return bytes_of(NULL, 0);
	for (at++; at < end; at++) {
		const char *name = at = skip_space(at, end), *value;
		struct bytes found;

		if (at == end || *at != '"')
			break;
		at = skip_string(at, end);
		if (at - name < 2)
			break;
		found = bytes_of(name + 1, (size_t)(at - name) - 2);
		at = skip_space(at, end);
		value = at = skip_space(at < end ? at + 1 : end, end);
		at = skip_value(at, end);
		if (bytes_equal(found, bytes_of_text(key)))
			return bytes_trim(bytes_of(value, (size_t)(at - value)));
		if (at == end || *at != ',')
			break;
	}
	return bytes_of(NULL, 0);
}

struct bytes request_member(const struct request *request, const char *key)
{
	return request_member_in(pile_bytes(&request->body), key);
}

void request_reset(struct request *request)
{
	request->part = REQUEST_IN_HEAD;
	pile_clear(&request->head);
	pile_clear(&request->line);
	pile_clear(&request->trailers);
	if (request->body.room > BODY_KEEP_BYTES)
		pile_free(&request->body);
	pile_clear(&request->body);
	EVP_MD_CTX_free(request->digest);
	request->digest = NULL;
	request->field_count = 0;
	request->left = request->body_bytes = 0;
}

void request_fini(struct request *request)
{
	request_reset(request);
	pile_free(&request->head);
	pile_free(&request->line);
	pile_free(&request->trailers);
	pile_free(&request->body);
}
