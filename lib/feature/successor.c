/*
 * Whether a member was refused for good shortly before this one joined, from the same client or
 * exit: what a pool does when an account is banned.
 */
#include "feature/features.h"

#define AFTER_S 1800

uint8_t successor_level(const struct feature_view *view)
{
	const struct facts *facts = view->facts;
	uint32_t now_s = (uint32_t)(facts->at_us / 1000000);
	uint32_t client = tag_of(facts->ja4 ^ facts->http_shape), exit = tag_of(facts->prefix);
	uint8_t level = 1;

	for (int i = 0; i < 8; i++) {
		const struct sketch_death *death = view->sketch->deaths + i;
		uint8_t found = 2;

		if (!death->at_s || now_s - death->at_s > AFTER_S + view->age_s)
			continue;
		if (client && death->client == client)
			found = exit && death->exit == exit ? 4 : 3;
		level = found > level ? found : level;
	}
	return level;
}
