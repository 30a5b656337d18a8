#ifndef MODEL_STORE_H
#define MODEL_STORE_H

/*
 * As much of a Redis as a plan talks to, in memory: HSET, PEXPIRE and HGETALL on hashes, with
 * time as an argument. It can forget everything, lose replies, and be asked what it holds.
 */
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

struct model_field {
	struct model_field *next;
	char name[32];
	size_t name_bytes, value_bytes;
	char *value;
};

struct model_key {
	struct model_key *next;
	char name[128];
	size_t name_bytes;
	uint64_t expires_us; /* UINT64_MAX: never */
	struct model_field *fields;
	int64_t field_count;
};

struct model_store {
	struct model_key *keys[4096];
	unsigned commands;
};

static inline void model_free_key(struct model_key *key)
{
	while (key->fields) {
		struct model_field *field = key->fields;

		key->fields = field->next;
		free(field->value);
		free(field);
	}
	free(key);
}

static inline void model_forget(struct model_store *store)
{
	for (size_t i = 0; i < 4096; i++)
		while (store->keys[i]) {
			struct model_key *key = store->keys[i];

			store->keys[i] = key->next;
			model_free_key(key);
		}
}

static inline struct model_key **model_seek(
    struct model_store *store, struct bytes name, uint64_t now_us)
{
	uint32_t hash = 2166136261u;
	struct model_key **at;

	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
	at = &store->keys[hash % 4096];
	while (*at && !bytes_equal(bytes_of((*at)->name, (*at)->name_bytes), name))
		at = &(*at)->next;
	if (*at && (*at)->expires_us <= now_us) {
		struct model_key *gone = *at;

		*at = gone->next;
		model_free_key(gone);
		return model_seek(store, name, now_us);
	}
	return at;
}

/* 1 if the field is new. */
static inline int64_t model_hset(
    struct model_store *store, struct bytes *arguments, uint64_t now_us)
{
	struct model_key **at = model_seek(store, arguments[1], now_us);
	struct model_field *field;
	int64_t is_new = 0;

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		(*at)->expires_us = UINT64_MAX;
		(*at)->name_bytes = arguments[1].len;
		memcpy((*at)->name, arguments[1].at, arguments[1].len);
	}
	for (field = (*at)->fields; field; field = field->next)
		if (bytes_equal(bytes_of(field->name, field->name_bytes), arguments[2]))
			break;
	if (!field) {
		field = calloc(1, sizeof(*field));
		field->name_bytes = arguments[2].len;
		memcpy(field->name, arguments[2].at, arguments[2].len);
		field->next = (*at)->fields;
		(*at)->fields = field;
		(*at)->field_count++;
		is_new = 1;
	}
	free(field->value);
	field->value = malloc(arguments[3].len + 1);
	field->value_bytes = arguments[3].len;
	memcpy(field->value, arguments[3].at, arguments[3].len);
	return is_new;
}

#endif
