/*
 * What headers mean together: where the body ends, whether the connection lives on, what ends
 * at this hop. Two answers to one question are a fault, never a choice.
 */
#include "wire/http1_facts.h"

#include "wire/http1_chars.h"

#define CONNECTION_OPTIONS 32 /* each is looked up among all headers */

/* Walks every Transfer-Encoding line; an empty or parametrised element is malformed. */
static enum http1_fault settle_coding(struct http1_head *head)
{
	const struct http1_header *header = http1_find(head, HTTP1_TRANSFER_ENCODING);
	int codings = 0, chunked = 0;
	bool is_last_chunked = false;

	for (; header; header = http1_next(head, header)) {
		struct bytes rest = header->value;

		do {
			struct bytes coding = bytes_trim(bytes_split(&rest, ','));

			if (!http1_chars_all(coding, HTTP1_CHAR_TOKEN))
				return HTTP1_FAULT_CODING;
			is_last_chunked = http1_chars_same(coding, BYTES("chunked"));
			chunked += is_last_chunked;
			codings++;
		} while (rest.at);
	}
	if (!is_last_chunked)
		return HTTP1_FAULT_CODING_NOT_CHUNKED;
	if (chunked > 1)
		return HTTP1_FAULT_CODING;
	head->framing = HTTP1_FRAMING_CHUNKED;
	return codings > 1 ? HTTP1_FAULT_CODING_UNKNOWN : HTTP1_FAULT_NONE;
}

enum http1_fault http1_facts_framing(struct http1_head *head)
{
	const struct http1_header *length = http1_find(head, HTTP1_CONTENT_LENGTH);

	if (head->first[HTTP1_TRANSFER_ENCODING]) {
		if (length)
			return HTTP1_FAULT_LENGTH_AND_CODING;
		return head->minor ? settle_coding(head) : HTTP1_FAULT_CODING_IN_1_0;
	}
	if (!length)
		return HTTP1_FAULT_NONE;
	if (http1_is_repeated(head, HTTP1_CONTENT_LENGTH))
		return HTTP1_FAULT_LENGTH_REPEATED;
	if (!bytes_to_number(length->value, &head->content_length) ||
	    head->content_length > INT64_MAX)
		return HTTP1_FAULT_LENGTH;
	head->framing = HTTP1_FRAMING_LENGTH;
	return HTTP1_FAULT_NONE;
}

static void nominate(struct http1_head *head, struct bytes name)
{
	for (int i = 0; i < head->count; i++) {
		struct http1_header *header = &head->header[i];

		if (header->known == HTTP1_OTHER && bytes_equal_nocase(header->name, name))
			header->is_hop_by_hop = true;
	}
}

/* The options of all Connection lines. */
struct options {
	bool has_close, has_keep_alive, has_upgrade;
	int other;
};

static enum http1_fault read_options(
    struct http1_head *head, struct bytes list, struct options *options)
{
	while (list.len) {
		struct bytes option = bytes_trim(bytes_split(&list, ','));

		if (!option.len)
			continue;
		if (http1_chars_same(option, BYTES("keep-alive")))
			options->has_keep_alive = true;
		else if (http1_chars_same(option, BYTES("close")))
			options->has_close = true;
		else if (http1_chars_same(option, BYTES("upgrade")))
			options->has_upgrade = true;
		else if (!http1_chars_all(option, HTTP1_CHAR_TOKEN) ||
			 ++options->other > CONNECTION_OPTIONS)
			return HTTP1_FAULT_CONNECTION;
		else
			nominate(head, option);
	}
	return HTTP1_FAULT_NONE;
}

enum http1_fault http1_facts_connection(struct http1_head *head)
{
	const struct http1_header *header = http1_find(head, HTTP1_CONNECTION);
	struct options options = { 0 };

	for (; header; header = http1_next(head, header)) {
		enum http1_fault fault = read_options(head, header->value, &options);

		if (fault)
			return fault;
	}
	head->keeps_alive = !options.has_close && (head->minor || options.has_keep_alive);
	head->wants_upgrade = options.has_upgrade && head->first[HTTP1_UPGRADE] && head->minor;
	return HTTP1_FAULT_NONE;
}

enum http1_fault http1_facts_expect(struct http1_head *head)
{
	const struct http1_header *expect = http1_find(head, HTTP1_EXPECT);

	if (!expect || !head->minor) /* a 1.0 client cannot read a 100 (RFC 9110 §10.1.1) */
		return HTTP1_FAULT_NONE;
	if (http1_is_repeated(head, HTTP1_EXPECT) ||
	    !http1_chars_same(expect->value, BYTES("100-continue")))
		return HTTP1_FAULT_EXPECTATION;
	head->expects_continue = head->framing == HTTP1_FRAMING_CHUNKED || head->content_length;
	return HTTP1_FAULT_NONE;
}
