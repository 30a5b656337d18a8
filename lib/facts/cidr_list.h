#ifndef FACTS_CIDR_LIST_H
#define FACTS_CIDR_LIST_H

#include "base/fault.h"
#include "facts/address.h"

/*
 * A set of networks, from configuration: "10.0.0.0/8", "2001:db8::/32", or a single address.
 * IPv4 and IPv6 are apart: ::/0 holds no IPv4 address. Filled first, then sealed; a sealed list
 * is only read, by any number of threads.
 */
struct cidr_list;

/* An empty, unsealed list. */
struct cidr_list *cidr_list_new(void);

/* NULL is allowed. */
void cidr_list_free(struct cidr_list *list);

/* Adds one network. A fault when the text is none, or has bits beyond its mask (10.0.0.1/8). */
int cidr_list_add(struct cidr_list *list, struct bytes text, struct fault *fault);

/*
 * Adds every line of |whole|; empty lines and what follows a '#' are skipped. Stops at the
 * first bad line with |file| and its number in the fault.
 */
int cidr_list_add_lines(
    struct cidr_list *list, struct bytes whole, const char *file, struct fault *fault);

/* Sorts and merges: after it |cidr_list_has| may be asked, and nothing added. */
void cidr_list_seal(struct cidr_list *list);

/* Whether a sealed |list| holds |address|: a binary search. NULL and ADDRESS_NONE are never in.
 */
bool cidr_list_has(const struct cidr_list *list, const struct address *address);

/* How many disjoint ranges remain. */
size_t cidr_list_count(const struct cidr_list *list);

#endif
