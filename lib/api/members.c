/*
 * Free values, which every dialect has somewhere: tables that lead to themselves.
 */
#include "api/members.h"

const char member_any[] = "*";

const struct member member_arguments[] = {
	{ member_any, PROMPT_FIELD_ARGUMENTS, member_arguments },
	MEMBER_END,
};

const struct member member_results[] = {
	{ member_any, PROMPT_FIELD_RESULT, member_results },
	MEMBER_END,
};
