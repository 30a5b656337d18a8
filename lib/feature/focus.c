/*
 * Whether this is all that the account does. A person or a firm does other things too.
 */
#include "feature/features.h"

uint8_t focus_level(const struct feature_view *view)
{
	static const float bounds[] = { 0.1f, 0.4f, 0.7f, 0.95f };
	float share = (float)view->count / (float)(view->account->exchanges + 1);

	return feature_grade(share, bounds, 4);
}
