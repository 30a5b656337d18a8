/*
 * How old the account was when it joined the cohort. Pools are made for the purpose and start
 * at once; so do the users of a tool that went viral.
 */
#include "feature/features.h"

#define SETTLED_S (2 * 86400) /* as evidence/envelope.h: before it all look new */

uint8_t birth_level(const struct feature_view *view)
{
	static const float bounds[] = { 600, 3600, 86400, 7 * 86400, 30 * 86400 };
	uint32_t now_s = (uint32_t)(view->facts->at_us / 1000000);
	uint32_t lived_s = view->account->first_s ? now_s - view->account->first_s : 0;

	if (now_s - view->began_s < SETTLED_S)
		return 0;
	return feature_grade(
	    lived_s > view->age_s ? (float)(lived_s - view->age_s) : 0, bounds, 5);
}
