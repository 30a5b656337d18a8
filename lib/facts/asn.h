#ifndef FACTS_ASN_H
#define FACTS_ASN_H

#include "base/fault.h"
#include "facts/address.h"

/*
 * From an address to the number of the network that announces it, out of any ASN database in
 * MaxMind's format (GeoLite2-ASN, GeoIP2-ISP, DB-IP ASN Lite, ip-location-db, IPinfo). A table
 * is only read, by any number of threads. Source: MaxMind DB file format specification 2.0.
 */
#define ASN_NAME_MOST 64 /* bytes of an organisation's name */

struct asn_table;

/*
 * Maps |path|. NULL with a fault when it is missing, no database, or one of something other
 * than networks. The file must be replaced by a rename, never rewritten in place: it stays
 * mapped.
 */
struct asn_table *asn_open(const char *path, struct fault *fault);

/* NULL is allowed. Names that were given out end with the table. */
void asn_close(struct asn_table *table);

/* The network's number; 0 = unknown: no table (NULL), no address, no entry, or a corrupt one.
 */
uint32_t asn_number(const struct asn_table *table, const struct address *address);

/* The organisation's name, cut to ASN_NAME_MOST; empty when unknown. Borrows |table|. */
struct bytes asn_name(const struct asn_table *table, const struct address *address);

/* What the database calls itself, and when it was built (seconds since the epoch). */
const char *asn_type(const struct asn_table *table);
uint64_t asn_built_at(const struct asn_table *table);

#endif
