#ifndef FINGERPRINT_CLIENT_CLAIM_H
#define FINGERPRINT_CLIENT_CLAIM_H

#include "base/bytes.h"

/*
 * Who a client says it is: one family of a closed set, from the headers that name it. A claim
 * and nothing more: anybody can write any User-Agent. It is worth something only beside what is
 * hard to fake (JA4, HTTP shape).
 */
enum client_claim {
#define CLIENT_CLAIM(name, word, is_agent) CLIENT_CLAIM_##name,
#include "fingerprint/client_claim.def"
#undef CLIENT_CLAIM
	CLIENT_CLAIM_COUNT
};

/* The header values that make the claim; an absent one has len 0. */
struct client_claim_headers {
	struct bytes user_agent;
	struct bytes api_client;     /* x-goog-api-client */
	struct bytes stainless_lang; /* x-stainless-lang */
};

/*
 * The family. The User-Agent decides; where no row knows it, or where it names only the HTTP
 * library below an SDK (httpx, fetch, …), the SDK's own headers do.
 */
enum client_claim client_claim_of(const struct client_claim_headers *headers);

/* Whether x-stainless-lang names another language than the family is written in. */
bool client_claim_contradicts(enum client_claim claim, struct bytes stainless_lang);

/* Whether the family is a coding agent: many strangers share its prompts and its stack. */
bool client_claim_is_agent(enum client_claim claim);

/* The family's word, for records and metric labels. */
const char *client_claim_word(enum client_claim claim);

/* The family of a word, CLIENT_CLAIM_COUNT when there is none such. */
enum client_claim client_claim_from_word(struct bytes word);

#endif
