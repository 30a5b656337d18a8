#ifndef FINGERPRINT_ELICITATION_H
#define FINGERPRINT_ELICITATION_H

#include "base/bytes.h"
#include "base/fault.h"

/*
 * Phrases that ask a model for what distillers want: its reasoning, restated; a judge's scores;
 * forced inline tags; tasks by the dozen. One tree over all phrases and languages, built from a
 * file that operators edit (conf/elicitation.txt has its grammar).
 */
struct elicitation;

/*
 * Builds from the file's text: a line is `kind: phrase`, blank lines and lines that begin with
 * '#' are skipped; kinds are reasoning, restate, rubric, tags, synthesis, verbatim. Matching
 * folds ASCII case and runs of white space, and lets a phrase's first letter be a capital in
 * Cyrillic and Latin-1. NULL with a fault that names |file| and the line when it cannot be read
 * or has more than 32,768 states.
 */
struct elicitation *elicitation_new(struct bytes text, const char *file, struct fault *fault);

/* NULL is allowed. */
void elicitation_free(struct elicitation *elicitation);

/* The bits of enum prompt_elicitation of all phrases found in |text|. Any thread. */
uint8_t elicitation_search(const struct elicitation *elicitation, struct bytes text);

#endif
