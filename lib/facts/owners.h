#ifndef FACTS_OWNERS_H
#define FACTS_OWNERS_H

#include "base/bytes.h"
#include "base/fault.h"
#include "base/keyed_hash.h"

/*
 * Which owner an account belongs to. Accounts of one owner are never "unrelated" to each other.
 * An account that no line names is its own owner. Only read once loaded, by any number of
 * threads.
 */
#define OWNERS_MOST      1048576 /* accounts; 32 MiB at most */
#define OWNERS_NAME_MOST 256     /* bytes of an owner's name */

struct owners;

/*
 * Reads CSV lines "account hash,owner": the hash as 16 hex digits (as records and explain show
 * it), the owner any text without quotes inside, may be quoted. Empty lines, lines that begin
 * with
 * '#', and a first line whose first field is "account" or "account hash" are skipped. NULL with
 * |file| and the line in the fault: no hash, no owner, two owners for one account, too many.
 */
struct owners *owners_from_csv(
    struct bytes whole, const char *file, struct keyed_hash *hash, struct fault *fault);

/* NULL is allowed. */
void owners_free(struct owners *owners);

/* The owner of |account|: from the table, else the account itself; 0 for account 0. |owners|
 * may be NULL. */
uint64_t owners_of(const struct owners *owners, uint64_t account);

/* The owner that a name stands for, in a CSV line as in a trusted header: HASH_OWNER of the
 * trimmed name; 0 for an empty one. */
uint64_t owners_hash(struct bytes name, struct keyed_hash *hash);

/* How many accounts the table names. */
size_t owners_count(const struct owners *owners);

#endif
