/*
 * The client's address behind trusted proxies. Trust: a header value counts only as far as an
 * unbroken chain of trusted hops wrote it, read from the right. It never believes a client.
 */
#include "facts/source.h"

/* The elements still to read, from the right: |lines| whole header lines, then |line|. */
struct walk {
	const struct bytes *lines;
	size_t left;
	struct bytes line;
	bool is_quoted; /* Forwarded: commas inside quotes do not part */
};

static bool is_escaped(struct bytes line, size_t at)
{
	size_t slashes = 0;

	while (at > slashes && line.at[at - 1 - slashes] == '\\')
		slashes++;
	return slashes % 2;
}

/*
 * Cuts the last comma-separated element off |walk->line|. Read from the right, quotes of the
 * element that a trusted proxy appended are whole, whatever a client left open before it.
 */
static struct bytes cut_last(struct walk *walk)
{
	struct bytes line = walk->line, element;
	bool is_inside = false;
	size_t at = line.len;

	while (at > 0) {
		char c = line.at[at - 1];

		if (walk->is_quoted && c == '"' && !is_escaped(line, at - 1))
			is_inside = !is_inside;
		if (c == ',' && !is_inside)
			break;
		at--;
	}
	element = bytes_of(line.at + at, line.len - at);
	walk->line.len = at ? at - 1 : 0;
	return bytes_trim(element);
}

/* The next element from the right; empty ones are skipped (RFC 9110 §5.6.1). False at the end.
 */
static bool next_element(struct walk *walk, struct bytes *element)
{
	for (;;) {
		while (walk->line.len == 0) {
			if (walk->left == 0)
				return false;
			walk->line = walk->lines[--walk->left];
		}
		*element = cut_last(walk);
		if (element->len)
			return true;
	}
}

/* The address inside for=…: a token, or a quoted string, which must hold no escapes. */
static bool parse_node(struct bytes value, struct address *address)
{
	if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
		value = bytes_of(value.at + 1, value.len - 2);
	return address_parse(value, address);
}

/* Splits at the first semicolon outside quotes: a host parameter may hold a client's words. */
static struct bytes split_parameter(struct bytes *rest)
{
	bool is_inside = false;
	size_t at = 0;
	struct bytes head = *rest;

	for (; at < rest->len && (is_inside || rest->at[at] != ';'); at++)
		if (rest->at[at] == '"' && !is_escaped(*rest, at))
			is_inside = !is_inside;
	head.len = at;
	at += at < rest->len;
	*rest = bytes_of(rest->at + at, rest->len - at);
	return bytes_trim(head);
}

/* One element of Forwarded (RFC 7239 §4): its only |for| parameter. */
static bool parse_forwarded(struct bytes element, struct address *address)
{
	int count = 0;

	while (element.len) {
		struct bytes pair = split_parameter(&element);

		if (!bytes_start_with_nocase(pair, BYTES("for=")))
			continue;
		if (count++ || !parse_node(bytes_of(pair.at + 4, pair.len - 4), address))
			return false;
	}
	return count == 1;
}

static struct walk start_walk(const struct source_claims *claims)
{
	bool is_forwarded = claims->header == SOURCE_FORWARDED ||
			    (claims->header == SOURCE_EITHER && !claims->x_forwarded_for_count);

	if (is_forwarded)
		return (struct walk){ .lines = claims->forwarded,
			.left = claims->forwarded_count,
			.is_quoted = true };
	return (struct walk){ .lines = claims->x_forwarded_for,
		.left = claims->x_forwarded_for_count };
}

struct source source_resolve(const struct cidr_list *trusted, const struct address *peer,
    const struct source_claims *claims)
{
	struct source source = { .client = *peer };
	struct walk walk = start_walk(claims);
	struct bytes element;

	while (cidr_list_has(trusted, &source.client) && next_element(&walk, &element)) {
		struct address next;
		bool is_good = walk.is_quoted ? parse_forwarded(element, &next)
					      : address_parse(element, &next);

		if (!is_good || source.hops == SOURCE_HOPS_MOST) {
			source.is_cut = true;
			break;
		}
		source.client = next;
		source.hops++;
	}
	return source;
}
