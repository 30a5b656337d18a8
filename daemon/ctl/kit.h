#ifndef KIT_H
#define KIT_H

#include "record/capture_facts.h"

/*
 * Makes the kit that reads captures: keyed with the file that $RETORT_IDENTITY_KEY names, so
 * that hashes compare with the daemon's, else with a key that ends with the run; phrases from
 * $RETORT_ELICITATION. False with a fault. Either way kit_free lets go of it.
 */
bool kit_make(struct capture_kit *kit, struct fault *fault);
void kit_free(struct capture_kit *kit);

#endif
