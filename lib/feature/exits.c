/*
 * How many prefixes this one account used today: residential proxies rotate, people move twice.
 */
#include "feature/features.h"

uint8_t exits_level(const struct feature_view *view)
{
	static const float bounds[] = { 1.5f, 2.5f, 4.5f, 8.5f, 16.5f };
	bool is_today = view->account->exit_day ==
			(uint16_t)(view->facts->at_us / 1000000 / 86400);
	bool is_new = tag_of(view->facts->prefix) != view->account->exit;
	unsigned exits = is_today ? account_exits_today(view->account) : 0;

	if (!view->facts->prefix)
		return 0;
	return feature_grade((float)(exits + is_new), bounds, 5);
}
