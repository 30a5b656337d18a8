#ifndef KIT_H
#define KIT_H

#include "record/capture_facts.h"

/*
 * Makes the kit that reads captures: keyed with the file that $RETORT_IDENTITY_KEY names, so
 * that hashes compare with the daemon's, else with a key that ends with the run; phrases from
 * $RETORT_ELICITATION. It lives as long as the process. False with a fault.
 */
bool kit_make(struct capture_kit *kit, struct fault *fault);

#endif
