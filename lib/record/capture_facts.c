/*
 * Facts of a capture. Each of them is made by the room that makes it live; this one only hands
 * the bytes on, so that replay judges as the daemon does.
 */
#include "record/capture_facts.h"

#include "api/dialect.h"
#include "api/prompt_reader.h"
#include "fingerprint/client_claim.h"
#include "fingerprint/http_shape.h"
#include "fingerprint/ja3.h"
#include "fingerprint/ja4.h"

static struct dialect_signs signs_of(const struct capture *capture)
{
	return (struct dialect_signs){
		.method = capture->method.len ? capture->method : BYTES("POST"),
		.path = capture->path,
		.content_type = capture_value(capture, "content-type"),
		.accept = capture_value(capture, "accept"),
		.has_anthropic_version = capture_value(capture, "anthropic-version").at,
		.has_goog_api_key = capture_value(capture, "x-goog-api-key").at,
	};
}

static void fill_address(
    struct facts *facts, const struct capture *capture, const struct capture_kit *kit)
{
	struct address address;

	if (!address_parse(capture->peer, &address))
		return;
	facts->address = address_hash(&address, ADDRESS_EXACT, kit->prompt.keys.hash);
	facts->prefix = address_hash(&address, ADDRESS_NETWORK, kit->prompt.keys.hash);
	facts->asn = kit->asn ? asn_number(kit->asn, &address) : capture->asn;
}

static void fill_tls(
    struct facts *facts, struct bytes ja3, struct bytes ja4, struct keyed_hash *hash)
{
	if (ja3_is_digest(ja3))
		facts->ja3 = keyed_hash_of(hash, HASH_TLS, ja3);
	if (ja4_is_digest(ja4)) {
		facts->ja4 = keyed_hash_of(hash, HASH_TLS, ja4);
		/* NOLINTNEXTLINE(clang-analyzer-*): a digest has bytes */
		memcpy(facts->ja4_text, ja4.at, ja4.len);
	}
	if (facts->ja3 || facts->ja4)
		facts->transport = FACTS_TRANSPORT_VOUCHED;
}

/* A raw ClientHello outweighs the fingerprints that were noted beside it. */
static void fill_hello(struct facts *facts, const struct capture *capture, struct arena *arena,
    const struct capture_kit *kit)
{
	size_t len = kit->digest ? capture->hello.len / 2 : 0;
	char *message = len ? arena_take(arena, len) : NULL;
	struct client_hello *hello = message ? arena_take(arena, sizeof(*hello)) : NULL;
	struct bytes none = { 0 };
	char ja3[JA3_BYTES], ja4[JA4_BYTES];

	if (!hello || !bytes_from_hex(capture->hello, message, len) ||
	    client_hello_parse(bytes_of(message, len), hello) != CLIENT_HELLO_OK)
		return;
	if (!ja3_digest(hello, JA3_AS_SENT, kit->digest, ja3))
		ja3[0] = '\0';
	ja4_digest(hello, kit->digest, ja4);
	fill_tls(facts, bytes_of_text(ja3), none, kit->prompt.keys.hash);
	fill_tls(facts, none, bytes_of_text(ja4), kit->prompt.keys.hash);
	facts->transport = FACTS_TRANSPORT_TLS;
}

static void fill_account(
    struct facts *facts, const struct capture *capture, const struct capture_kit *kit)
{
	struct keyed_hash *hash = kit->prompt.keys.hash;
	struct bytes query = capture->path;
	struct identity_search search;

	identity_begin(&search, kit->identity);
	for (size_t i = 0; i < capture->header_count; i++)
		identity_offer_header(
		    &search, capture->headers[i].name, capture->headers[i].value);
	bytes_split(&query, '?');
	if (query.len)
		identity_offer_query(&search, query);
	facts->account = identity_account(&search, hash);
	facts->owner = capture->owner.len ? keyed_hash_of(hash, HASH_OWNER, capture->owner)
					  : facts->account;
}

static void fill_client(struct facts *facts, const struct capture *capture,
    const struct dialect_signs *signs, struct keyed_hash *hash)
{
	struct client_claim_headers claim = {
		.user_agent = capture_value(capture, "user-agent"),
		.api_client = capture_value(capture, "x-goog-api-client"),
		.stainless_lang = capture_value(capture, "x-stainless-lang"),
	};
	unsigned version = capture->http.len && capture->http.at[0] == '2' ? 20 : 11;
	struct bytes query = capture->path, path = bytes_split(&query, '?');
	struct http_shape shape;
	uint64_t retries = 0;

	http_shape_init(&shape, version, signs->method);
	for (size_t i = 0; i < capture->header_count; i++)
		http_shape_add(&shape, capture->headers[i].name);
	facts->http_shape = http_shape_finish(&shape, hash);
	facts->http_major = (uint8_t)(version / 10);
	facts->client = (uint8_t)client_claim_of(&claim);
	bytes_to_number(capture_value(capture, "x-stainless-retry-count"), &retries);
	facts->is_retry = retries > 0;
	facts->path = path.len ? keyed_hash_of(hash, HASH_PATH, path) : 0;
}

/* A captured body was decoded when it was written down. */
static void fill_prompt(struct prompt_facts *prompt, const struct capture *capture,
    const struct dialect_signs *signs, struct arena *arena, const struct capture_kit *kit)
{
	struct prompt_reader_ask ask = { .dialect = dialect_of(signs),
		.path = capture->path,
		.body_limit = kit->body_limit,
		.decoded_limit = kit->decoded_limit };
	struct prompt_reader *reader = prompt_reader_new(arena, &kit->prompt, &ask);

	if (capture->has_body)
		prompt_reader_take(reader, capture->body);
	prompt_reader_finish(reader, false, prompt);
}

static void fill_signed(struct reply_facts *reply, const struct capture *capture,
    const struct text_digest_keys *keys)
{
	struct text_digest digest;

	for (size_t i = 0; i < capture->signed_count; i++) {
		text_digest_init(&digest, keys);
		text_digest_add(&digest, capture->signed_blocks[i]);
		reply->signatures[i] = text_digest_seal(&digest, HASH_SIGNATURE);
	}
	reply->signature_count = (uint8_t)capture->signed_count;
}

/* Coins and refusals are taken as they fell: what follows from them was seen. */
static void fill_refusal(struct record *record, const struct capture *capture)
{
	for (int coin = 0; coin < RECORD_COIN_COUNT; coin++)
		if (bytes_equal(capture->coin, bytes_of_text(record_coin_name(coin))))
			record->coin = (uint8_t)coin;
	record->is_shaped = capture->is_shaped;
	record->is_limited = capture->is_limited;
	if (record->coin == RECORD_COIN_REFUSED || record->is_shaped || record->is_limited)
		record->verdict = RECORD_VERDICT_THROTTLE;
}

static void fill_reply(
    struct record *record, const struct capture *capture, const struct text_digest_keys *keys)
{
	int64_t took_us = capture->reply_at_us - capture->at_us;

	if (!capture->has_reply)
		return;
	fill_signed(&record->reply, capture, keys);
	record->reply.status = capture->status;
	record->reply.input_tokens = capture->input_tokens;
	record->reply.output_tokens = capture->output_tokens;
	if (took_us > 0)
		record->reply.last_byte_us = record->total_us = (uint64_t)took_us;
}

static void copy_text(char *out, size_t room, struct bytes text)
{
	size_t len = text.len < room ? text.len : room - 1;

	memcpy(out, text.at ? text.at : "", len);
	out[len] = '\0';
}

void capture_facts_fill(struct record *record, const struct capture *capture,
    struct arena *arena, const struct capture_kit *kit)
{
	struct keyed_hash *hash = kit->prompt.keys.hash;
	struct dialect_signs signs = signs_of(capture);
	struct facts *facts = &record->facts;

	_Static_assert(CAPTURE_SIGNED <= REPLY_SIGNATURES, "each has its place");
	memset(record, 0, sizeof(*record));
	facts->at_us = capture->at_us;
	fill_address(facts, capture, kit);
	fill_tls(facts, capture->ja3, capture->ja4, hash);
	fill_hello(facts, capture, arena, kit);
	fill_client(facts, capture, &signs, hash);
	fill_account(facts, capture, kit);
	fill_prompt(&record->prompt, capture, &signs, arena, kit);
	fill_reply(record, capture, &kit->prompt.keys);
	fill_refusal(record, capture);
	record->request_bytes = capture->body.len;
	copy_text(record->method, sizeof(record->method), signs.method);
	copy_text(record->label, sizeof(record->label), capture->label);
}
