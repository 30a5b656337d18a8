/*
 * Over how many hours of the day the account was seen at this depth. Weak: shifts and time
 * zones.
 */
#include "feature/features.h"

uint8_t hours_level(const struct feature_view *view)
{
	static const float bounds[] = { 2.5f, 4.5f, 8.5f, 12.5f, 18.5f };

	return feature_grade((float)__builtin_popcount(view->account->hours), bounds, 5);
}
