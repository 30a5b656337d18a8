/*
 * The head as the upstream gets it: what the client said, end to end, in its order and case,
 * then what we say. Must never pass on a Retort-* header that came from outside, nor the
 * client's framing.
 */
#include "forward.h"

#include "client.h"
#include "facts/cidr_list.h"
#include "wire/http1_put.h"

/* What is ours to write: framing (we re-frame), the hops' list (we append), Expect (we
 * answered). */
static bool is_ours(const struct http1_header *header)
{
	switch (header->known) {
	case HTTP1_HOST:
	case HTTP1_CONTENT_LENGTH:
	case HTTP1_EXPECT:
	case HTTP1_RETORT:
	case HTTP1_X_FORWARDED_FOR:
	case HTTP1_X_FORWARDED_PROTO:
		return true;
	default:
		return header->is_hop_by_hop;
	}
}

/* What names a hop before us. */
static bool is_hop_claim(const struct http1_header *header)
{
	switch (header->known) {
	case HTTP1_FORWARDED:
	case HTTP1_X_REAL_IP:
	case HTTP1_X_FORWARDED_HOST:
	case HTTP1_X_FORWARDED_PORT:
		return true;
	default:
		return false;
	}
}

/* Trust: what names hops before us is passed on from a trusted peer only; an upstream that
 * believes us would believe anybody otherwise. */
static void put_passing(const struct exchange *exchange, struct text *out)
{
	const struct http1_head *head = exchange->head;
	bool is_trusted = cidr_list_has(
	    exchange->lease->snapshot->trusted, &exchange->client->peer);

	for (size_t i = 0; i < head->count; i++)
		if (!is_ours(&head->header[i]) &&
		    (is_trusted || !is_hop_claim(&head->header[i])))
			http1_put_header(out, head->header[i].name, head->header[i].value);
}

/* Trust: the list of hops is kept only from a trusted peer; from others it would be a claim. */
static void put_forwarded(const struct exchange *exchange, struct text *out)
{
	const struct client *client = exchange->client;
	const struct http1_head *head = exchange->head;
	bool is_trusted = cidr_list_has(exchange->lease->snapshot->trusted, &client->peer);
	struct bytes proto = is_trusted ? http1_value(head, HTTP1_X_FORWARDED_PROTO)
					: (struct bytes){ 0 };
	char peer[ADDRESS_TEXT];

	if (client->peer.family != ADDRESS_NONE) {
		text_add(out, BYTES("X-Forwarded-For: "));
		for (size_t i = 0; is_trusted && i < head->count; i++) {
			if (head->header[i].known != HTTP1_X_FORWARDED_FOR)
				continue;
			text_add(out, head->header[i].value);
			text_add(out, BYTES(", "));
		}
		text_add(out, bytes_of_text(address_format(&client->peer, peer)));
		text_add(out, BYTES("\r\n"));
	}
	if (!proto.at)
		proto = client->link.ssl ? BYTES("https") : BYTES("http");
	http1_put_header(out, BYTES("X-Forwarded-Proto"), proto);
}

static void put_verdict(const struct exchange *exchange, struct text *out)
{
	const struct record *record = &exchange->record;
	const struct config *config = exchange->lease->snapshot->config;

	text_add(out, BYTES("Retort-Request-Id: "));
	text_add_hex64(out, record->facts.exchange);
	text_add(out, BYTES("\r\n"));
	http1_put_number(out, BYTES("Retort-Score"), record->score);
	http1_put_header(
	    out, BYTES("Retort-Verdict"), bytes_of_text(record_verdict_name(record->verdict)));
	if (record->reasons[0])
		http1_put_header(out, BYTES("Retort-Reasons"), bytes_of_text(record->reasons));
	if (record->cohort) {
		text_add(out, BYTES("Retort-Cohort: "));
		text_add_hex64(out, record->cohort);
		text_add(out, BYTES("\r\n"));
	}
	if (config->headers.has_ja4 && record->facts.ja4_text[0])
		http1_put_header(
		    out, BYTES("Retort-JA4"), bytes_of_text(record->facts.ja4_text));
	if (config->headers.has_asn && record->facts.asn)
		http1_put_number(out, BYTES("Retort-ASN"), record->facts.asn);
}

static void put_upgrade(const struct http1_head *head, struct text *out)
{
	http1_put_header(out, BYTES("Connection"), BYTES("Upgrade"));
	http1_put_header(out, BYTES("Upgrade"), http1_value(head, HTTP1_UPGRADE));
}

void forward_write_head(const struct exchange *exchange, struct text *out)
{
	const struct http1_head *head = exchange->head;
	const char *host = exchange->target->config->host;

	http1_put_request_line_of(out, head);
	http1_put_header(out, BYTES("Host"), host ? bytes_of_text(host) : head->host);
	put_passing(exchange, out);
	http1_put_framing(out, head->framing, head->content_length);
	if (exchange->is_upgrade)
		put_upgrade(head, out);
	put_forwarded(exchange, out);
	put_verdict(exchange, out);
	http1_put_end(out);
}
