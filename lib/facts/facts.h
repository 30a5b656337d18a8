#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What is known of one exchange: numbers and keyed hashes only, never a word that a peer sent.
 * Facts are a pure function of bytes, identity and time; they travel by value from the worker
 * to the limits, the record and the engine. A hash of 0 means "absent", everywhere: absence is
 * explicit and never a value that strangers share.
 */

#define FACTS_JA4_BYTES 37 /* "t13d1516h2_8daaf6152771_02713d6af862" and its terminator */

enum facts_transport {
	FACTS_TRANSPORT_CLEAR,   /* no TLS at our door and none vouched for */
	FACTS_TRANSPORT_TLS,     /* the ClientHello was ours to read */
	FACTS_TRANSPORT_VOUCHED, /* a trusted balancer named the fingerprint */
	FACTS_TRANSPORT_COUNT
};

struct facts {
	int64_t at_us;     /* arrival of the head, µs since the epoch */
	uint64_t exchange; /* the request id, unique in the fleet */

	/* identity */
	uint64_t account; /* HASH_ACCOUNT of the credential */
	uint64_t owner;   /* HASH_OWNER when known, else the account itself */
	uint64_t address; /* HASH_ADDRESS of the client's address */
	uint64_t prefix;  /* HASH_PREFIX of its /24 or /48 */
	uint32_t asn;     /* 0 = unknown */

	/* transport */
	uint8_t transport;  /* enum facts_transport */
	uint8_t http_major; /* 1 or 2 */
	uint8_t client;     /* enum client_claim: who the User-Agent says it is */
	uint8_t is_retry;   /* the client says x-stainless-retry-count > 0: its word, no more */
	uint64_t ja3;       /* HASH_TLS of the JA3 digest */
	uint64_t ja4;       /* HASH_TLS of the JA4 text */
	uint64_t http_shape;            /* HASH_SHAPE of header names' order and case */
	uint64_t path;                  /* HASH_PATH of the path without its query */
	char ja4_text[FACTS_JA4_BYTES]; /* for people; "" = absent */
};

#endif
