/*
 * Whether those who claim this client usually look like this. A forged User-Agent over another
 * TLS stack is rare among honest users of that client; a new honest version is rare for a day.
 */
#include "cohort/keys.h"
#include "feature/features.h"

uint8_t claim_level(const struct feature_view *view)
{
	static const float bounds[] = { 0.001f, 0.01f, 0.05f, 0.2f, 0.5f };

	/* Where the TLS stack is the key, all members agree in it: that is no evidence. */
	if (!view->facts->client || !view->facts->ja4 ||
	    key_group_of(view->cohort->kind, 0) >= KEY_GROUP_CLIENT)
		return 0;
	return feature_grade(rarity_share(view->rarity, view->facts), bounds, 5);
}
