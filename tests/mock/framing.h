#ifndef MOCK_FRAMING_H
#define MOCK_FRAMING_H

#include "peer.h"

/* How the body of the answer under way is delimited. */
enum framing framing_choose(const struct peer *peer, bool is_stream);

/* Whether the connection outlives this answer. */
bool framing_stays_open(const struct peer *peer);

/* Starts |mock->head| over with the answer's head and returns it; |len| matters to
 * FRAMING_LENGTH only. */
struct pile *framing_start(struct peer *peer, const char *type, size_t len);

/* Adds a piece of the body, and what ends it, in the answer's framing. */
void framing_add_chunk(struct pile *pile, const struct answer *answer, struct bytes b);
void framing_add_end(struct pile *pile, const struct answer *answer);

#endif
