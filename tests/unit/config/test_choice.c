/* Closed lists: every word finds its value, the first value is the harmless one. */
#include "config/choice.h"

#include "unit.h"

static const struct choice *const lists[] = { &choice_modes, &choice_parts, &choice_measures,
	&choice_actions, &choice_missings, &choice_stores, &choice_alpns, &choice_switches,
	&choice_levels };

START_TEST(every_word_finds_its_own_value)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		ck_assert_int_gt(lists[i]->count, 1);
		for (int value = 0; value < lists[i]->count; value++)
			ck_assert_int_eq(
			    choice_value(lists[i], bytes_of_text(choice_word(lists[i], value))),
			    value);
	}
}
END_TEST

START_TEST(a_word_outside_the_list_has_no_value)
{
	ck_assert_int_eq(choice_value(&choice_modes, BYTES("Enforce")), -1);
	ck_assert_int_eq(choice_value(&choice_modes, BYTES("enforc")), -1);
	ck_assert_int_eq(choice_value(&choice_modes, BYTES("")), -1);
}
END_TEST

START_TEST(what_is_zero_harms_nobody)
{
	ck_assert_str_eq(choice_word(&choice_modes, 0), "shadow");
	ck_assert_str_eq(choice_word(&choice_actions, 0), "tag");
	ck_assert_str_eq(choice_word(&choice_missings, 0), "skip");
	ck_assert_str_eq(choice_word(&choice_stores, 0), "memory");
}
END_TEST

UNIT_MAIN("choice", every_word_finds_its_own_value, a_word_outside_the_list_has_no_value,
    what_is_zero_harms_nobody)
