#ifndef COHORT_KEYS_H
#define COHORT_KEYS_H

#include "base/bytes.h"
#include "facts/facts.h"
#include "facts/prompt.h"

/*
 * What an exchange is proposed to have in common with others: at most KEYS_MAX keys, each of
 * which may name a cohort. A key groups and never scores. Address, JA4 and network are only
 * parts of keys here, never a reason of a verdict; country is nowhere.
 */
enum key_kind {
	KEY_NONE,
	KEY_BODY,    /* a band of the template's body */
	KEY_HEAD,    /* the template's first words */
	KEY_TAIL,    /* its last words */
	KEY_SYSTEM,  /* the system prompt */
	KEY_CLIENT,  /* JA4, HTTP shape, model */
	KEY_NETWORK, /* ASN, JA4 */
	KEY_BIRTH,   /* day of the account's first exchange, JA4 */
	KEY_HOPS,    /* accounts that conversations or signed blocks moved between */
	KEY_KIND_COUNT
};

/* Kinds whose members behave alike under the null share reference tables: those who joined on
 * one day do not behave as those who share a TLS stack for a year. From CLIENT on the members
 * agree in their JA4. */
enum key_group {
	KEY_GROUP_BODY,
	KEY_GROUP_TEMPLATE, /* head and tail */
	KEY_GROUP_SHORT,    /* the same of turns that anybody writes: "yes, go on" */
	KEY_GROUP_SYSTEM,
	KEY_GROUP_CLIENT,
	KEY_GROUP_NETWORK,
	KEY_GROUP_BIRTH,
	KEY_GROUP_COUNT
};

#define KEYS_MAX   8
#define KEY_BODIES 2 /* how many of the bands are looked up */

struct key {
	uint64_t value; /* never 0 */
	uint8_t kind;   /* enum key_kind */
};

struct keys {
	int count;
	struct key at[KEYS_MAX];
};

/* The keys that follow from one exchange alone; a worker can make them as well. */
void keys_of_exchange(
    struct keys *keys, const struct facts *facts, const struct prompt_facts *prompt);

/* Adds what only the engine knows: |born_s| of the account, and the root of its hops (0: none).
 * A young account adds its birth, an old one its network. */
void keys_of_account(
    struct keys *keys, const struct facts *facts, uint32_t born_s, uint64_t hop_root);

/* The reference group of a kind, or −1: hops have no population evidence. |user_bytes| of the
 * last user turn. */
int key_group_of(enum key_kind kind, uint32_t user_bytes);

/* Whether a proven cohort of this kind may be shaped: only what was sent, never who sent it or
 * over what. */
bool key_may_shape(enum key_kind kind);

const char *key_kind_name(enum key_kind kind);    /* "head" */
const char *key_kind_words(enum key_kind kind);   /* "the same first words of a template" */
int key_kind_of(struct bytes name);               /* −1 when there is none */
const char *key_group_name(enum key_group group); /* "template" */
int key_group_named(struct bytes name);           /* −1 when there is none */

#endif
