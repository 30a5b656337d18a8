#ifndef LOAD_PROMPT_H
#define LOAD_PROMPT_H

#include "load.h"

#define PROMPT_VARIANTS                                                                        \
	64 /* more than a branch predictor learns by heart, as real ones are                   \
	    */

/* The requests of one run: heads and bodies made once. */
struct prompts;

struct prompts *prompt_new(const struct load_options *options);
void prompt_free(struct prompts *prompts);

/* The head and the body of request |number|; both live until the next call. */
void prompt_of(
    struct prompts *prompts, uint64_t number, struct bytes *head, struct bytes *body);

#endif
