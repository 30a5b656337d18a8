/* Header names: every row is found in any case, and nothing else is. */
#include "wire/http1_name.h"

#include "unit.h"

START_TEST(every_name_is_known_in_any_case)
{
	for (enum http1_name name = HTTP1_OTHER + 1; name < HTTP1_RETORT; name++) {
		struct bytes text = http1_name_text(name);
		char upper[32];

		ck_assert_msg(http1_name_of(text) == name, "%s", text.at);
		for (size_t i = 0; i < text.len; i++)
			upper[i] = text.at[i] >= 'a' ? (char)(text.at[i] - 32) : text.at[i];
		ck_assert_msg(http1_name_of(bytes_of(upper, text.len)) == name, "%s", text.at);
	}
}
END_TEST

START_TEST(one_byte_more_less_or_other_makes_another_name)
{
	for (enum http1_name name = HTTP1_OTHER + 1; name < HTTP1_RETORT; name++) {
		struct bytes text = http1_name_text(name);
		char near[32];

		memcpy(near, text.at, text.len);
		near[text.len] = 'z';
		ck_assert_int_ne(http1_name_of(bytes_of(near, text.len + 1)), name);
		ck_assert_int_ne(http1_name_of(bytes_of(near, text.len - 1)), name);
		for (size_t i = 0; i < text.len; i++)
			for (int c = 0; c < 256; c++) {
				near[i] = (char)c;
				ck_assert((http1_name_of(bytes_of(near, text.len)) == name) ==
					  (c == text.at[i] ||
					      (text.at[i] >= 'a' && c == text.at[i] - 32)));
				near[i] = text.at[i];
			}
	}
}
END_TEST

START_TEST(rows_stand_by_growing_length)
{
	for (enum http1_name name = HTTP1_OTHER + 2; name < HTTP1_RETORT; name++)
		ck_assert_msg(http1_name_text(name).len >= http1_name_text(name - 1).len, "%s",
		    http1_name_text(name).at);
}
END_TEST

START_TEST(classes_are_prefixes_with_something_behind_them)
{
	ck_assert_int_eq(http1_name_of(BYTES("Retort-Score")), HTTP1_RETORT);
	ck_assert_int_eq(http1_name_of(BYTES("rEtOrT-x")), HTTP1_RETORT);
	ck_assert_int_eq(http1_name_of(BYTES("Retort-")), HTTP1_OTHER);
	ck_assert_int_eq(http1_name_of(BYTES("Retorts-x")), HTTP1_OTHER);
	ck_assert_int_eq(http1_name_of(BYTES("X-Stainless-Foo")), HTTP1_STAINLESS);
	ck_assert_int_eq(
	    http1_name_of(BYTES("x-stainless-a-name-of-more-than-32-bytes")), HTTP1_STAINLESS);
	ck_assert_int_eq(
	    http1_name_of(BYTES("x-stainless-retry-count")), HTTP1_X_STAINLESS_RETRY_COUNT);
	ck_assert_int_eq(http1_name_of(BYTES("a-name-of-thirty-one-bytes-here")), HTTP1_OTHER);
	ck_assert_int_eq(http1_name_of(BYTES("")), HTTP1_OTHER);
	ck_assert_int_eq(http1_name_of(BYTES("x")), HTTP1_OTHER);
}
END_TEST

START_TEST(a_twin_differs_by_underscores_alone)
{
	ck_assert(http1_name_is_twin(BYTES("X_Forwarded_For")));
	ck_assert(http1_name_is_twin(BYTES("content_length")));
	ck_assert(http1_name_is_twin(BYTES("Retort_Score")));
	ck_assert(http1_name_is_twin(BYTES("retort_a_very_long_name_of_more_than_32_bytes")));
	ck_assert(!http1_name_is_twin(BYTES("x-forwarded-for")));
	ck_assert(!http1_name_is_twin(BYTES("my_header")));
	ck_assert(!http1_name_is_twin(BYTES("_host")));
	ck_assert(!http1_name_is_twin(BYTES("")));
}
END_TEST

START_TEST(what_rfc_9110_removes_is_marked)
{
	static const enum http1_name hops[] = { HTTP1_CONNECTION, HTTP1_KEEP_ALIVE, HTTP1_TE,
		HTTP1_TRANSFER_ENCODING, HTTP1_UPGRADE, HTTP1_PROXY_CONNECTION,
		HTTP1_PROXY_AUTHENTICATE, HTTP1_PROXY_AUTHORIZATION };

	for (size_t i = 0; i < sizeof(hops) / sizeof(*hops); i++)
		ck_assert(http1_name_ends_here[hops[i]]);
	ck_assert(http1_name_ends_here[HTTP1_RETORT]);
	ck_assert(!http1_name_ends_here[HTTP1_OTHER]);
	ck_assert(!http1_name_ends_here[HTTP1_HOST]);
	ck_assert(!http1_name_ends_here[HTTP1_STAINLESS]);
}
END_TEST

UNIT_MAIN("http1_name", every_name_is_known_in_any_case,
    one_byte_more_less_or_other_makes_another_name, rows_stand_by_growing_length,
    classes_are_prefixes_with_something_behind_them, a_twin_differs_by_underscores_alone,
    what_rfc_9110_removes_is_marked)
