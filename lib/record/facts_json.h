#ifndef RECORD_FACTS_JSON_H
#define RECORD_FACTS_JSON_H

#include "record/record.h"

/*
 * The facts of an exchange as one JSON object for people: words instead of codes, absent
 * members left out. The tool that shows what Retort sees prints this; nothing reads it back.
 */
#define FACTS_JSON_BYTES 6144 /* no object is longer */

/* Appends the object, without a line end. */
void facts_json_write(struct text *text, const struct record *record);

#endif
