#ifndef LIMIT_SHARE_COMMAND_H
#define LIMIT_SHARE_COMMAND_H

#include "base/text.h"

/*
 * Commands as the store reads them: arrays of strings in RESP (the Redis serialisation
 * protocol, version 2). Only three plain commands are ever sent, all of them idempotent, each
 * on one key: HSET, PEXPIRE, HGETALL. No script, no module, no transaction.
 *
 * A key is <prefix>{<id, 16 hex digits>}:<letter><number in hex>; the braces put everything of
 * one id on one cluster slot.
 */
#define SHARE_KEY_BYTES   128
#define SHARE_FIELD_BYTES 32

enum share_key {
	SHARE_KEY_WINDOW, /* 'w': slots of an epoch */
	SHARE_KEY_SET,    /* 's': elements of an epoch */
	SHARE_KEY_PANE,   /* 'p': registers of a pane */
	SHARE_KEY_COUNT
};

struct bytes share_command_key(char out[SHARE_KEY_BYTES], struct bytes prefix, uint64_t id,
    enum share_key kind, uint64_t number);

/* The field of this node: its number, and behind a '-' how often the entry came back. */
struct bytes share_command_field(
    char out[SHARE_FIELD_BYTES], uint64_t node, uint32_t incarnation);

void share_command_hset(
    struct text *out, struct bytes key, struct bytes field, struct bytes value);
void share_command_pexpire(struct text *out, struct bytes key, uint64_t ms);
void share_command_hgetall(struct text *out, struct bytes key);

#endif
