#ifndef RULES_H
#define RULES_H

#include "limit/limit.h"

/* The limits that the benches judge by: account, account and JA4, distinct accounts by JA4 and
 * ASN; none of them is exceeded at the benches' usual rates. */
struct limit_set *rules_three(void);

/* Who asks for |account|: one of 50 JA4 and one of 7 ASN, always the same. */
struct limit_subject rules_subject(uint64_t account);

/* A number that looks drawn; the same for the same |x|. */
uint64_t rules_mix(uint64_t x);

#endif
