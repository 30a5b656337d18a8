#ifndef CONFIG_FORM_H
#define CONFIG_FORM_H

#include "base/bytes.h"

/*
 * What a text of the configuration must look like. Each returns NULL when |text| does, else in
 * words what was wanted.
 */

/* 1–64 of a-z 0-9 - _ . beginning with a letter or digit: names of rules and upstreams, which
 * become metric labels. */
const char *form_name(struct bytes text);

/* A header's name, a token of RFC 9110 §5.6.2. */
const char *form_header(struct bytes text);

/* A header's name, or "query:" and a parameter's name. */
const char *form_credential(struct bytes text);

/* "10.0.0.0/8", "2001:db8::/32" without set bits behind the prefix, or one address. */
const char *form_cidr(struct bytes text);

/* A path prefix: begins with '/', no query, no space. */
const char *form_path_prefix(struct bytes text);

/* A host name, or "*." and one. */
const char *form_host_pattern(struct bytes text);

/* A host name or address, for SNI. */
const char *form_host(struct bytes text);

/* A host with or without ":port", as in a Host header. */
const char *form_authority(struct bytes text);

/* 1–64 printable ASCII characters without a space or a brace: the beginning of Redis keys. */
const char *form_key_prefix(struct bytes text);

#endif
