/* The mold: what fits, and what only looks as if it did. */
#include "api/stream_mold.h"

#include "unit.h"

#define EVENT(text) "{\"delta\":{\"text\":\"" text "\"},\"n\":0}"

static struct stream_mold cast(const char *event, const char *text)
{
	struct stream_mold mold;
	struct bytes whole = bytes_of_text(event);

	stream_mold_init(&mold);
	stream_mold_cast(&mold, whole, bytes_of(strstr(event, text), strlen(text)));
	return mold;
}

static bool fits(const struct stream_mold *mold, const char *event)
{
	size_t text_bytes;

	return stream_mold_fits(mold, bytes_of_text(event), &text_bytes);
}

START_TEST(an_event_that_differs_inside_its_text_fits)
{
	struct stream_mold mold = cast(EVENT("Hello"), "Hello");
	size_t text_bytes = 99;

	ck_assert(stream_mold_fits(&mold, BYTES(EVENT("a word and one more")), &text_bytes));
	ck_assert_uint_eq(text_bytes, 19);
	ck_assert(stream_mold_fits(&mold, BYTES(EVENT("")), &text_bytes));
	ck_assert_uint_eq(text_bytes, 0);
}
END_TEST

START_TEST(anything_else_does_not_fit)
{
	static const char *const others[] = { "", "{", EVENT("a\\n"), EVENT("\xC3\xA4"),
		EVENT("a\",\"more\":\"b"), EVENT("a\tb"), EVENT("Hello") " ",
		"{\"delta\":{\"text\":\"Hello\"},\"n\":1}",
		"{\"delta\":{\"texT\":\"\"},\"n\":0}", "{\"delta\":{\"text\":\"},\"n\":0}" };
	struct stream_mold mold = cast(EVENT("Hello"), "Hello");

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(!fits(&mold, others[i]), "%s", others[i]);
}
END_TEST

START_TEST(an_empty_mold_and_texts_that_are_not_plain_fit_nothing)
{
	static char longer[STREAM_MOLD_BYTES + 64];
	struct stream_mold mold;

	stream_mold_init(&mold);
	ck_assert(!fits(&mold, "") && !fits(&mold, EVENT("Hello")));
	mold = cast(EVENT("a\\\\b"), "a\\\\b");
	ck_assert(!fits(&mold, EVENT("Hello")));
	memset(longer, ' ', sizeof(longer) - 1);
	memcpy(longer, EVENT("Hello"), sizeof(EVENT("Hello")) - 1);
	mold = cast(longer, "Hello");
	ck_assert(!fits(&mold, longer));
}
END_TEST

UNIT_MAIN("stream_mold", an_event_that_differs_inside_its_text_fits, anything_else_does_not_fit,
    an_empty_mold_and_texts_that_are_not_plain_fit_nothing)
