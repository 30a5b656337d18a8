/* The facts' closed sets: every value has a name of its own that may be a metric label. */
#include "facts/prompt.h"
#include "facts/reply.h"

#include "unit.h"

#include <string.h>

static void check_label(const char *name)
{
	ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
	ck_assert_uint_gt(strlen(name), 0);
}

START_TEST(every_value_has_a_label_of_its_own)
{
	for (int i = 0; i < PROMPT_STATE_COUNT; i++)
		check_label(prompt_state_name(i));
	for (int i = 0; i < REPLY_FINISH_COUNT; i++)
		check_label(reply_finish_name(i));
	for (int i = 0; i < PROMPT_WHY_COUNT; i++) {
		check_label(prompt_why_name(i));
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(prompt_why_name(i), prompt_why_name(j));
	}
}
END_TEST

UNIT_MAIN("prompt_facts", every_value_has_a_label_of_its_own)
