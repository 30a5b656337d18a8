#ifndef CONFIG_KEY_H
#define CONFIG_KEY_H

#include "config/settings.h"

/*
 * The key table: one row a key. The parser, the printer, the reference file, the reload
 * difference and the tests read it; a new key is a new row and a member in settings.h.
 */
enum key_kind {
	KEY_SECTION, /* a mapping; its keys follow */
	KEY_ITEMS,   /* a list of mappings; the keys of one follow */
	KEY_BOOL,
	KEY_NUMBER,   /* int64_t */
	KEY_FLOAT,    /* double */
	KEY_DURATION, /* int64_t, µs */
	KEY_SIZE,     /* int64_t, bytes */
	KEY_TEXT,     /* const char * */
	KEY_PATH,     /* const char *, joined to the folder of the file */
	KEY_SECRET,   /* struct config_secret */
	KEY_ADDRESS,  /* struct config_address */
	KEY_URL,      /* struct config_url */
	KEY_CHOICE,   /* an enum */
	KEY_CHOICES,  /* uint32_t, a bit a choice */
	KEY_KIND_COUNT
};

struct config_key {
	const char *path; /* "limits[].quota"; [] = once an item, offsets are within the item */
	enum key_kind kind;
	bool is_list;       /* of that kind: a pointer at |offset| and its count */
	bool is_reloadable; /* a change takes effect without a restart */
	bool is_optional;   /* a section whose presence is told by a bool at |flag| */
	size_t offset, count_offset, item_bytes;
	const char
	    *value; /* the default, as it would stand in the file; NULL = must be given */
	const char *example; /* what the reference file shows in its place */
	const char
	    *none; /* the word for 0 or NULL where one is allowed: null off auto system */
	const char *range;  /* "1s..30d", of values or of a list's length */
	const char *absent; /* choices, by spaces, that are known but not in this version */
	const struct choice *choice;
	const char *(*form)(struct bytes text); /* what a text must be, or NULL when it is */
	const char *help;
};

/* All rows: a section stands before its keys, in the order of the reference file. */
const struct config_key *key_rows(size_t *count);

/* The last word of the path, without its brackets. */
struct bytes key_name(const struct config_key *key);

/* Whether |key| stands directly in |parent|; NULL is the file itself. */
bool key_is_child(const struct config_key *parent, const struct config_key *key);

/* The row of |name| within |parent|, or NULL. */
const struct config_key *key_find(const struct config_key *parent, struct bytes name);

/* Where the setting, the pointer and the count of a list, and a section's flag lie. */
static inline void *key_at(const struct config_key *key, const void *base)
{
	return (char *)(uintptr_t)base + key->offset;
}

void *key_items(const struct config_key *key, const void *base);
size_t key_count(const struct config_key *key, const void *base);
void key_set_items(const struct config_key *key, void *base, void *items, size_t count);

#endif
