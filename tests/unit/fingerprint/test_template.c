/* Templates: what the slots hold does not matter, what the template says does. */
#include "fingerprint/template.h"

#include "base/text.h"
#include "fingerprint/clip.h"

#include "unit.h"

static struct text_digest_keys keys;

static struct prompt_facts template_of(const char *text)
{
	struct prompt_facts facts = { 0 };
	struct bytes runs[2];
	struct fault fault;
	struct clip clip;
	size_t count;

	if (!keys.hash)
		text_digest_keys_init(&keys, keyed_hash_new(BYTES("0123456789abcdef"), &fault));
	clip_init(&clip);
	clip_add(&clip, bytes_of_text(text));
	count = clip_runs(&clip, runs);
	template_write(&facts, &keys, runs, count);
	return facts;
}

static int shared_bands(const struct prompt_facts *a, const struct prompt_facts *b)
{
	int count = 0;

	for (int i = 0; i < PROMPT_BANDS; i++)
		count += a->bands[i] && a->bands[i] == b->bands[i];
	return count;
}

START_TEST(masked_slots_leave_the_skeleton_as_it_is)
{
	struct prompt_facts
	    a = template_of("Summarise ticket 4711 of \"Ada Lovelace\" for the team at "
			    "https://a.example/t/1 and file it under /srv/tickets/open. "
			    "Reply to ada@a.example with `done()` when order_id_7 is closed."),
	    b = template_of("SUMMARISE ticket 12 of \"Bob\" for the team at "
			    "https://b.example/x?y=2 and file it under /home/bob. Reply to "
			    "bob@b.example with `x = [1]` when orderId9 is closed.");

	ck_assert_uint_ne(a.skeleton, 0);
	ck_assert_uint_eq(a.skeleton, b.skeleton);
	ck_assert_int_eq(shared_bands(&a, &b), PROMPT_BANDS);
}
END_TEST

START_TEST(a_slot_of_nine_tenths_leaves_head_and_tail)
{
	char text[2][9000];

	for (int i = 0; i < 2; i++) {
		struct text out = text_in(text[i], sizeof(text[i]) - 1);

		text_add(&out, BYTES("Read the following article.\n\n"));
		for (int j = 0; j < 700; j++)
			text_add_format(&out, "%s%c ", i ? "alpha" : "omega", 'a' + j % 23);
		text_add(
		    &out, BYTES("\n\nWrite a summary of the above in three bullet points."));
		text[i][out.len] = '\0';
	}
	struct prompt_facts a = template_of(text[0]), b = template_of(text[1]);

	ck_assert_uint_eq(a.head, b.head);
	ck_assert_uint_eq(a.tail, b.tail);
	ck_assert_uint_ne(a.head, 0);
	ck_assert_uint_ne(a.head, a.tail);
	ck_assert_uint_ne(a.skeleton, b.skeleton);
	ck_assert_int_eq(shared_bands(&a, &b), 0);
}
END_TEST

START_TEST(a_small_open_slot_leaves_bands)
{
#define RULES                                                                                  \
	"Translate the sentence into plain German, keep names as they are, do not add "        \
	"anything "                                                                            \
	"of your own, answer with the translation only and nothing else, and keep the order "  \
	"of "                                                                                  \
	"the clauses where the grammar allows it. The sentence to translate reads thus: "
	struct prompt_facts a = template_of(RULES "the cat sat"),
			    b = template_of(RULES "dogs bark loudly at night");

	ck_assert_int_ge(shared_bands(&a, &b), 3);
	ck_assert_uint_eq(a.head, b.head);
}
END_TEST

START_TEST(unrelated_texts_share_nothing)
{
	struct prompt_facts a = template_of(
				"Write a short poem about the sea in winter, with no "
				"rhyme and no adjectives at all."),
			    b = template_of(
				"List three reasons why rust needs a borrow checker "
				"while other languages do without.");

	ck_assert_int_eq(shared_bands(&a, &b), 0);
	ck_assert_uint_ne(a.head, b.head);
	ck_assert_uint_ne(a.tail, b.tail);
}
END_TEST

START_TEST(too_few_words_have_no_keys)
{
	struct prompt_facts facts = template_of("Hello there");

	ck_assert_uint_eq(facts.skeleton, 0);
	ck_assert_uint_eq(facts.head, 0);
	facts = template_of("What is love?");
	ck_assert_uint_ne(facts.head, 0);
	ck_assert_uint_eq(facts.bands[0], 0);
	facts = template_of("");
	ck_assert_uint_eq(facts.tail, 0);
}
END_TEST

START_TEST(chinese_sentences_have_words)
{
	struct prompt_facts a = template_of(
				"请把下面的句子翻译成英文。\n今天天气很好，我们去公园。"),
			    b = template_of("请把下面的句子翻译成英文。\n他昨天买了一本新书。");

	ck_assert_uint_ne(a.head, 0);
	ck_assert_uint_eq(a.head, b.head);
	ck_assert_uint_ne(a.tail, b.tail);
}
END_TEST

START_TEST(an_open_quote_or_tick_swallows_nothing)
{
	struct prompt_facts a = template_of("A 5\" pipe and a 6 inch pipe, which is wider?"),
			    b = template_of("A 5\" pipe and a 6 inch pipe, which is longer?");

	ck_assert_uint_ne(a.skeleton, b.skeleton);
	a = template_of("Use ` as a mark and say what it means here now");
	b = template_of("Use ` as a mark and say what it means there now");
	ck_assert_uint_ne(a.skeleton, b.skeleton);
}
END_TEST

/* White space before it moves each word, number and stop over every edge of 64 bytes. */
START_TEST(where_a_block_of_the_text_begins_does_not_matter)
{
	static const char sentence[] =
	    "Step 42: isn't well-known fooBar_9, café 你好。 It costs 3.50!\n"
	    "Internationalization of www.a.example/x?y; see /usr/lib or `code`.\n\n"
	    "\"Quoted\" ACME's PhD e.g. a@b.example: yes? No... 7_000 end.\n";
	struct prompt_facts first = template_of(sentence);
	char text[sizeof(sentence) + 200];

	ck_assert_uint_ne(first.skeleton, 0);
	for (size_t spaces = 0; spaces < 200; spaces++) {
		struct prompt_facts moved;

		memset(text, ' ', spaces);
		memcpy(text + spaces, sentence, sizeof(sentence));
		moved = template_of(text);
		ck_assert_mem_eq(&moved, &first, sizeof(first));
	}
}
END_TEST

UNIT_MAIN("template", masked_slots_leave_the_skeleton_as_it_is,
    a_slot_of_nine_tenths_leaves_head_and_tail, a_small_open_slot_leaves_bands,
    unrelated_texts_share_nothing, too_few_words_have_no_keys, chinese_sentences_have_words,
    an_open_quote_or_tick_swallows_nothing, where_a_block_of_the_text_begins_does_not_matter)
