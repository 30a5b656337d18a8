/*
 * Knowing: a head becomes facts. Every client word that is believed or refused here says why.
 * Must never keep a header's text: only keyed hashes and numbers leave this room.
 */
#include "know.h"

#include "api/dialect.h"
#include "client.h"
#include "engine/decision.h"
#include "facts/source.h"
#include "fingerprint/client_claim.h"
#include "fingerprint/http_shape.h"
#include "fingerprint/ja3.h"
#include "fingerprint/ja4.h"

#define CLAIMS_MOST 8

static struct dialect_signs signs_of(const struct http1_head *head)
{
	return (struct dialect_signs){ .method = head->method,
		.path = head->path,
		.content_type = http1_value(head, HTTP1_CONTENT_TYPE),
		.accept = http1_value(head, HTTP1_ACCEPT),
		.has_anthropic_version = http1_find(head, HTTP1_ANTHROPIC_VERSION),
		.has_goog_api_key = http1_find(head, HTTP1_X_GOOG_API_KEY) };
}

void know_voice(struct exchange *exchange, const struct snapshot_route *route)
{
	struct dialect_signs signs = signs_of(exchange->head);
	struct record *record = &exchange->record;
	size_t len = exchange->head->method.len;

	if (route) {
		signs.is_told = route->is_told;
		signs.told = route->dialect;
	}
	exchange->voice = (uint8_t)dialect_voice_of(&signs);
	record->prompt.dialect = (uint8_t)dialect_of(&signs);
	if (len >= sizeof(record->method))
		len = sizeof(record->method) - 1;
	memcpy(record->method, exchange->head->method.at, len);
}

/* Trust: who the client is when proxies stand between is believed only from listed proxies. */
static struct address source_of(struct exchange *exchange, bool is_peer_trusted)
{
	const struct http1_head *head = exchange->head;
	struct bytes forwarded_for[CLAIMS_MOST], forwarded[CLAIMS_MOST];
	struct source_claims claims = { .x_forwarded_for = forwarded_for,
		.forwarded = forwarded };

	if (!is_peer_trusted)
		return exchange->client->peer;
	for (size_t i = 0; i < head->count; i++) {
		const struct http1_header *header = &head->header[i];

		if (header->known == HTTP1_X_FORWARDED_FOR &&
		    claims.x_forwarded_for_count < CLAIMS_MOST)
			forwarded_for[claims.x_forwarded_for_count++] = header->value;
		else if (header->known == HTTP1_FORWARDED &&
			 claims.forwarded_count < CLAIMS_MOST)
			forwarded[claims.forwarded_count++] = header->value;
	}
	return source_resolve(
	    exchange->lease->snapshot->trusted, &exchange->client->peer, &claims)
	    .client;
}

static void know_address(struct exchange *exchange, bool is_peer_trusted)
{
	const struct snapshot *snapshot = exchange->lease->snapshot;
	struct address source = source_of(exchange, is_peer_trusted);
	struct facts *facts = &exchange->record.facts;

	facts->address = address_hash(&source, ADDRESS_EXACT, exchange->lease->hash);
	facts->prefix = address_hash(&source, ADDRESS_NETWORK, exchange->lease->hash);
	facts->asn = snapshot->asn ? asn_number(snapshot->asn, &source) : 0;
}

/* The value of a header that the configuration names; nothing when it names none. */
static struct bytes named_header(const struct http1_head *head, const char *name)
{
	const struct http1_header *header = name ? http1_find_text(head, bytes_of_text(name))
						 : NULL;

	return header ? header->value : (struct bytes){ 0 };
}

/* Trust: a balancer that ends TLS before us may name the fingerprint it saw; others may not. */
static void know_vouched(struct exchange *exchange)
{
	const struct config *config = exchange->lease->snapshot->config;
	struct bytes ja3 = named_header(exchange->head, config->network.ja3_header);
	struct bytes ja4 = named_header(exchange->head, config->network.ja4_header);
	struct facts *facts = &exchange->record.facts;

	if (ja4_is_digest(ja4)) {
		facts->transport = FACTS_TRANSPORT_VOUCHED;
		facts->ja4 = keyed_hash_of(exchange->lease->hash, HASH_TLS, ja4);
		/* NOLINTNEXTLINE(clang-analyzer-*): a digest has bytes */
		memcpy(facts->ja4_text, ja4.at, ja4.len);
	}
	if (ja3_is_digest(ja3)) {
		facts->transport = FACTS_TRANSPORT_VOUCHED;
		facts->ja3 = keyed_hash_of(exchange->lease->hash, HASH_TLS, ja3);
	}
}

static void know_transport(struct exchange *exchange, bool is_peer_trusted)
{
	const struct client *client = exchange->client;
	struct facts *facts = &exchange->record.facts;

	facts->http_major = exchange->codec->major;
	if (is_peer_trusted)
		know_vouched(exchange);
	if (facts->transport == FACTS_TRANSPORT_VOUCHED || !client->link.ssl)
		return;
	facts->transport = FACTS_TRANSPORT_TLS;
	facts->ja3 = client->ja3;
	facts->ja4 = client->ja4;
	memcpy(facts->ja4_text, client->ja4_text, sizeof(facts->ja4_text));
}

static void know_client(struct exchange *exchange)
{
	const struct http1_head *head = exchange->head;
	struct facts *facts = &exchange->record.facts;
	struct client_claim_headers claim = {
		.user_agent = http1_value(head, HTTP1_USER_AGENT),
		.api_client = http1_value(head, HTTP1_X_GOOG_API_CLIENT),
		.stainless_lang = http1_value(head, HTTP1_X_STAINLESS_LANG),
	};
	struct http_shape shape;
	uint64_t retries = 0;

	http_shape_init(&shape, exchange->codec->major * 10u + head->minor, head->method);
	for (size_t i = 0; i < head->count; i++)
		http_shape_add(&shape, head->header[i].name);
	facts->http_shape = http_shape_finish(&shape, exchange->lease->hash);
	facts->client = (uint8_t)client_claim_of(&claim);
	bytes_to_number(http1_value(head, HTTP1_X_STAINLESS_RETRY_COUNT), &retries);
	facts->is_retry = retries > 0;
}

/* Trust: whoever owns an account is said by the operator's file, or by a header of a listed
 * peer. */
static uint64_t owner_of(struct exchange *exchange, bool is_peer_trusted)
{
	const struct snapshot *snapshot = exchange->lease->snapshot;
	const char *header = snapshot->config->identity.owner_header;
	struct bytes named = is_peer_trusted ? named_header(exchange->head, header)
					     : (struct bytes){ 0 };

	if (named.len)
		return keyed_hash_of(exchange->lease->hash, HASH_OWNER, named);
	return owners_of(snapshot->owners, exchange->record.facts.account);
}

static void know_account(struct exchange *exchange, bool is_peer_trusted)
{
	const struct http1_head *head = exchange->head;
	struct identity_search search;

	identity_begin(&search, exchange->lease->snapshot->identity);
	for (size_t i = 0; i < head->count; i++)
		identity_offer_header(&search, head->header[i].name, head->header[i].value);
	if (head->query.len)
		identity_offer_query(&search, head->query);
	exchange->record.facts.account = identity_account(&search, exchange->lease->hash);
	exchange->record.facts.owner = owner_of(exchange, is_peer_trusted);
}

void know_head(struct exchange *exchange)
{
	struct facts *facts = &exchange->record.facts;
	bool is_peer_trusted = cidr_list_has(
	    exchange->lease->snapshot->trusted, &exchange->client->peer);

	know_address(exchange, is_peer_trusted);
	know_transport(exchange, is_peer_trusted);
	know_client(exchange);
	know_account(exchange, is_peer_trusted);
	facts->path = keyed_hash_of(exchange->lease->hash, HASH_PATH, exchange->head->path);
	limit_subject_fill(&exchange->subject, facts, NULL);
}

/* What a limit's action means to the client and to the upstream. */
static const uint8_t outcomes[LIMIT_ACTION_COUNT] = {
	[LIMIT_PASS] = RECORD_VERDICT_PASS,
	[LIMIT_TAG] = RECORD_VERDICT_TAG,
	[LIMIT_THROTTLE] = RECORD_VERDICT_THROTTLE,
	[LIMIT_BLOCK] = RECORD_VERDICT_BLOCK,
};

void know_prompt(struct exchange *exchange)
{
	limit_subject_fill(
	    &exchange->subject, &exchange->record.facts, &exchange->record.prompt);
}

void know_limits(struct exchange *exchange, const struct limit_verdict *limits)
{
	const struct snapshot *snapshot = exchange->lease->snapshot;
	struct record *record = &exchange->record;
	uint64_t over = limits->over;

	if (outcomes[limits->action] > record->heard.ruled)
		record->heard.ruled = outcomes[limits->action];
	decision_settle(record);
	record->is_limited = limits->action >= LIMIT_THROTTLE;
	record->store = limits->is_shared ? RECORD_STORE_SHARED : RECORD_STORE_LOCAL;
	exchange->wait_us = limits->wait_us;
	for (size_t i = 0; over; i++, over >>= 1) {
		if (!(over & 1))
			continue;
		record_reason(record, limit_set_rule(snapshot->limits, i)->name);
		metrics_count(exchange->worker->seat.metrics, METRIC_LIMIT_HITS,
		    snapshot->slots.of_rule[i]);
	}
}
