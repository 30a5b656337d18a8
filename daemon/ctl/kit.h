#ifndef KIT_H
#define KIT_H

#include "config/config.h"
#include "record/capture_facts.h"

/*
 * Makes the kit that reads captures as the daemon of |config| would (its secret, its phrases,
 * and where its credentials stand); NULL: the usual places, no phrases, a key that ends with
 * the run. The files that $RETORT_IDENTITY_KEY and $RETORT_ELICITATION name go before. False
 * with a fault. Either way kit_free lets go of it.
 */
bool kit_make(struct capture_kit *kit, const struct config *config, struct fault *fault);

/* Whether the hashes of such a kit can be compared with a daemon's. */
bool kit_has_secret(const struct config *config);

void kit_free(struct capture_kit *kit);

#endif
