#ifndef FINGERPRINT_PROMPT_ASKS_H
#define FINGERPRINT_PROMPT_ASKS_H

#include "facts/prompt.h"
#include "fingerprint/prompt_field.h"
#include "wire/json_scan.h"

/*
 * The members that say how to answer: sampling, length, streaming, thinking, form. Each goes
 * straight to |facts|; fields that are none of these change nothing.
 */

/* The member is an object: for some that is all that counts. */
void prompt_asks_open(struct prompt_facts *facts, enum prompt_field field);

/* The member is a text, whole. */
void prompt_asks_text(struct prompt_facts *facts, enum prompt_field field, struct bytes text);

/* The member is a word; |digits| as the scanner gives them. */
void prompt_asks_word(struct prompt_facts *facts, enum prompt_field field, enum json_word word,
    struct bytes digits);

#endif
