/*
 * Whether the account changed its model, and whether the cohort began to use that model just
 * before: a pool moves as one, users move over weeks.
 */
#include "feature/features.h"

#define TOGETHER_S 3600

uint8_t pivot_level(const struct feature_view *view)
{
	const struct account *account = view->account;

	if (!account->model)
		return 0;
	if (!account->model_changes)
		return 1;
	for (int i = 0; i < 8; i++) {
		const struct sketch_model *model = view->sketch->models + i;

		if (model->tag == account->model &&
		    model->first_s - view->cohort->born_s > TOGETHER_S &&
		    account->model_s - model->first_s < TOGETHER_S)
			return 3;
	}
	return 2;
}
