#ifndef LISTS_H
#define LISTS_H

#include "base/fault.h"
#include "facts/facts.h"

#include <stdio.h>

/*
 * The operator's lists: accounts, owners and networks that are let through whatever is said of
 * them, or refused. The main thread writes, any number of workers read and never wait. Kept in
 * a file beside the snapshot; a reload does not touch them.
 */
struct lists;

enum lists_word { LISTS_NONE, LISTS_ALLOW, LISTS_DENY, LISTS_WORD_COUNT };
enum lists_kind { LISTS_ACCOUNT, LISTS_OWNER, LISTS_PREFIX, LISTS_KIND_COUNT };

#define LISTS_MOST 16384

/* |path| NULL = a restart begins empty. Lines that are not understood are said and left out. */
struct lists *lists_new(const char *path);
void lists_free(struct lists *lists); /* NULL is allowed; no reader may be left */

/* What is said of the account, its owner or its network: allow before deny, so that one
 * customer of a refused network can be let through. Any thread. */
enum lists_word lists_look(const struct lists *lists, const struct facts *facts);

/* The list that |hash| stands on. Any thread. */
enum lists_word lists_find(const struct lists *lists, enum lists_kind kind, uint64_t hash);

/* Puts |hash| on a list, or with LISTS_NONE takes it off, and writes the file. −1 with a fault
 * when there is no room, or the file cannot be written: the change is in force all the same. */
int lists_put(struct lists *lists, enum lists_kind kind, uint64_t hash, enum lists_word word,
    struct fault *fault);

const char *lists_kind_name(enum lists_kind kind); /* "account" */
const char *lists_word_name(enum lists_word word); /* "allow" */

/* The members as JSON: [{"list":…,"kind":…,"hash":…}, …]. */
void lists_write_json(const struct lists *lists, FILE *out);

#endif
