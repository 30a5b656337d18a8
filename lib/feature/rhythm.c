/*
 * How regular the gaps between the account's exchanges are: people come in bursts with long
 * pauses, a paced account does not.
 */
#include "feature/features.h"

uint8_t rhythm_level(const struct feature_view *view)
{
	static const float bounds[] = { 0.1f, 0.5f, 1, 2, 4 };

	return feature_grade(view->account->gap_ln_var, bounds, 5);
}
