/* The envelope: E[e] ≤ 1 under every class, and never surer for what is missing or odd. */
#include "evidence/envelope.h"

#include "evidence/reference.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>

static char weights_text[1 << 18], class_text[3][1 << 17];

static uint64_t state = 521288629ULL * 88675123;

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) * 0x1p-53;
}

static struct bytes weights(int classes)
{
	static struct reference_weights made;
	struct text text = text_in(weights_text, sizeof(weights_text));

	memset(&made, 0, sizeof(made));
	made.class_count = classes;
	made.pool_count = 2;
	strcpy(made.pools[0], "campaign-a");
	strcpy(made.pools[1], "campaign-b");
	for (int i = 0; i < classes; i++)
		snprintf(made.classes[i], ENVELOPE_NAME, "class-%d", i);
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++)
			for (int bin = 0; bin < ENVELOPE_BINS; bin++)
				made.odds[group][depth][bin] = bin == 40 ? 0.6 : 0.4 / 63;
	reference_write_weights(&text, &made);
	return text_bytes(&text);
}

/* The true shares of class |i|: a hump whose place depends on the class. */
static double share(int i, int bin)
{
	double x = (bin - 20 - 6 * i) / 4.0;

	return exp(-x * x / 2) / (4 * sqrt(2 * 3.141592653589793));
}

static int draw(int i)
{
	double u = uniform();

	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		if ((u -= share(i, bin)) < 0)
			return bin;
	return ENVELOPE_BINS - 1;
}

static uint32_t inflation = 1; /* of all counts, beyond what was counted */

static struct bytes class(int i, uint32_t n, uint64_t mark)
{
	static struct reference_class made;
	struct text text = text_in(class_text[i], sizeof(class_text[i]));

	memset(&made, 0, sizeof(made));
	snprintf(made.name, sizeof(made.name), "class-%d", i);
	made.accounts = n * 2 * inflation;
	for (int depth = 0; depth < COHORT_DEPTHS; depth++)
		for (int phase = 0; phase < ENVELOPE_PHASES; phase++) {
			struct reference_table *table =
			    &made.tables[KEY_GROUP_TEMPLATE][depth][phase];

			table->n = n * inflation;
			for (uint32_t j = 0; j < n; j++)
				table->k[draw(i)] += inflation;
		}
	reference_write_class(&text, &made, mark);
	return text_bytes(&text);
}

static struct envelope *build(int classes, uint32_t n)
{
	struct envelope *envelope = envelope_new();
	struct fault fault;
	struct bytes text = weights(classes);
	uint64_t mark = envelope_weights_mark(text);

	ck_assert_int_eq(envelope_weights(envelope, text, &fault), 0);
	for (int i = 0; i < classes; i++)
		ck_assert_int_eq(envelope_class(envelope, class(i, n, mark), &fault), 0);
	ck_assert_int_eq(envelope_seal(envelope, &fault), 0);
	return envelope;
}

static const struct envelope_place place = { KEY_GROUP_TEMPLATE, 0, 1 };

START_TEST(the_expected_e_is_at_most_one_under_every_class)
{
	for (uint32_t n = 500; n <= 50000; n *= 10) {
		struct envelope *envelope = build(3, n);

		for (int i = 0; i < 3; i++) {
			double expected = 0;

			for (int bin = 0; bin < ENVELOPE_BINS; bin++)
				expected += share(i, bin) *
					    envelope_at(envelope, &place, bin).e;
			ck_assert_double_le(expected, 1);
		}
		envelope_free(envelope);
	}
}
END_TEST

START_TEST(more_accounts_allow_larger_bets_and_no_bet_passes_the_floor)
{
	struct envelope *small = build(3, 500), *large = build(3, 50000);

	ck_assert_double_gt(envelope_at(large, &place, 40).e, envelope_at(small, &place, 40).e);
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		ck_assert_double_le(envelope_at(large, &place, bin).e, 1 / ENVELOPE_FLOOR);
	ck_assert_str_eq(
	    envelope_class_name(large, envelope_at(large, &place, 20).nearest), "class-0");
	envelope_free(small);
	envelope_free(large);
}
END_TEST

START_TEST(a_missing_class_closes_population_evidence)
{
	struct envelope *envelope = envelope_new();
	struct fault fault;
	struct bytes text = weights(3);
	uint64_t mark = envelope_weights_mark(text);

	ck_assert_int_eq(envelope_seal(envelope, &fault), -1);
	ck_assert_int_eq(envelope_weights(envelope, text, &fault), 0);
	ck_assert_int_eq(envelope_class(envelope, class(0, 5000, mark), &fault), 0);
	ck_assert_int_eq(envelope_class(envelope, class(2, 5000, mark), &fault), 0);
	ck_assert_int_eq(envelope_class(envelope, class(2, 5000, mark), &fault), -1);
	ck_assert_int_eq(envelope_seal(envelope, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "class-1"));
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		ck_assert_double_eq(envelope_at(envelope, &place, bin).e, 1);
	envelope_free(envelope);
}
END_TEST

/* The end line names what stands before it anew, as one who knows the format would do it. */
static void sign(char *text)
{
	char *end = strstr(text, "\nend ");
	char hex[17];

	if (!end)
		return;
	snprintf(hex, sizeof(hex), "%016llx",
	    (unsigned long long)reference_mark(bytes_of(text, (size_t)(end + 1 - text))));
	memcpy(end + 5, hex, 16);
}

/* A class file with |from| replaced by |to|; the fault's text goes to |said|. */
static int try_class(const char *from, const char *to, bool is_signed, char said[FAULT_TEXT])
{
	static char poisoned[1 << 17];
	struct envelope *envelope = envelope_new();
	struct fault fault = { 0 };
	struct bytes text = weights(1);
	char *made, *at;
	int result;

	ck_assert_int_eq(envelope_weights(envelope, text, &fault), 0);
	text = class(0, 5000, envelope_weights_mark(text));
	memcpy(poisoned, text.at, text.len);
	poisoned[text.len] = '\0';
	at = strstr(poisoned, from);
	ck_assert_ptr_nonnull(at);
	ck_assert_int_gt(
	    asprintf(&made, "%.*s%s%s", (int)(at - poisoned), poisoned, to, at + strlen(from)),
	    0);
	if (is_signed)
		sign(made);
	result = envelope_class(envelope, bytes_of_text(made), &fault);
	memcpy(said, fault.text, FAULT_TEXT);
	free(made);
	envelope_free(envelope);
	return result;
}

START_TEST(a_poisoned_or_damaged_file_is_refused)
{
	static const struct {
		const char *from, *to, *says;
	} poisons[] = {
		{ "reference 2", "reference 3", "another version" },
		{ "5000", "5001", "do not add up" },
		{ "5000", "50000000", "too large" },
		{ "5000", "-5000", "missing" },
		{ "5000", "nan", "missing" },
		{ "accounts 10000", "accounts 0", "too large" },
		{ "accounts 10000", "accounts 900000000", "fewer accounts" },
		{ "table template 16", "table template 17", "depth" },
		{ "table template 1 1", "table template 1 0", "twice" },
		{ "table template", "table planet", "group" },
		{ "class class-0", "class", "name" },
		{ "retort-reference", "", "not such a file" },
	};
	char said[FAULT_TEXT];

	ck_assert_int_eq(try_class("class", "class", true, said), 0);
	for (size_t i = 0; i < sizeof(poisons) / sizeof(*poisons); i++) {
		ck_assert_int_eq(try_class(poisons[i].from, poisons[i].to, true, said), -1);
		ck_assert_msg(strstr(said, poisons[i].says), "%s: %s", poisons[i].to, said);
	}
	ck_assert_int_eq(try_class("weights ", "weights 0", true, said), -1);
	ck_assert_int_eq(try_class("\nend ", "\n", false, said), -1);
}
END_TEST

/* Numbers that still add up: only the mark at the end knows. */
START_TEST(a_file_that_was_altered_is_refused)
{
	char said[FAULT_TEXT];

	ck_assert_int_eq(try_class("accounts 10000", "accounts 10001", true, said), 0);
	ck_assert_int_eq(try_class("accounts 10000", "accounts 10001", false, said), -1);
	ck_assert_ptr_nonnull(strstr(said, "altered"));
	ck_assert_int_eq(try_class("class-0", "class-1", false, said), -1);
	ck_assert_int_eq(try_class("\nend ", "\n# a word\nend ", false, said), -1);
}
END_TEST

/* More accounts than anybody counted make a limit no tighter than the cap allows, and odds that
 * do not sum to one are made to. */
START_TEST(an_inflated_table_is_clamped)
{
	struct envelope *envelope;
	double least = 1, sum = 0;

	inflation = 1000;
	envelope = build(1, 5000);
	inflation = 1;
	for (int bin = 0; bin < ENVELOPE_BINS; bin++) {
		double e = envelope_at(envelope, &place, bin).e;
		double odds = bin == 40 ? 0.6 : 0.4 / 63;

		least = fmin(least, odds / e);
		sum += share(0, bin) * e;
	}
	ck_assert_double_ge(least, log(ENVELOPE_BINS / ENVELOPE_DELTA) / ENVELOPE_CAP);
	ck_assert_double_ge(least, 0.99 * ENVELOPE_FLOOR);
	ck_assert_double_le(sum, 1);
	envelope_free(envelope);
}
END_TEST

/* No class has a table for the group: nobody knows what honest accounts look like there. */
START_TEST(where_no_class_came_nothing_is_evidence)
{
	struct envelope *envelope = build(3, 5000);
	const struct envelope_place nowhere = { KEY_GROUP_BIRTH, 2, 5 };

	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		ck_assert_double_eq(envelope_at(envelope, &nowhere, bin).e, 1);
	envelope_free(envelope);
}
END_TEST

/* The pool that fits best gives the score, so that one kind's habits do not excuse another. */
START_TEST(the_nearest_kind_of_pool_gives_the_score)
{
	static struct reference_weights made;
	float nats[FEATURE_COUNT];
	uint8_t levels[FEATURE_COUNT] = { 0 };

	made.pool_count = 2;
	levels[FEATURE_focus] = 2;
	levels[FEATURE_birth] = 1;
	made.ratios[place.group][place.depth][FEATURE_focus][2][0] = -2;
	made.ratios[place.group][place.depth][FEATURE_birth][1][0] = 1;
	made.ratios[place.group][place.depth][FEATURE_focus][2][1] = 2;
	ck_assert_double_eq(reference_score(&made, &place, levels, nats), 2);
	ck_assert_double_eq(nats[FEATURE_birth], 0);
	levels[FEATURE_focus] = 0;
	ck_assert_double_eq(reference_score(&made, &place, levels, nats), 1);
	ck_assert_double_eq(nats[FEATURE_birth], 1);
}
END_TEST

START_TEST(a_class_of_few_accounts_allows_no_large_bet)
{
	struct envelope *envelope = build(1, 5);

	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		ck_assert_double_le(envelope_at(envelope, &place, bin).e, 2);
	envelope_free(envelope);
}
END_TEST

/* Whoever adds a class, of whatever numbers, raises the null or leaves it. */
START_TEST(another_class_never_makes_a_bet_surer)
{
	uint64_t before = state; /* so that the first two are drawn alike */
	struct envelope *two = build(2, 5000), *three;

	state = before;
	three = build(3, 5000);
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		ck_assert_double_le(
		    envelope_at(three, &place, bin).e, envelope_at(two, &place, bin).e + 1e-12);
	envelope_free(two);
	envelope_free(three);
}
END_TEST

/* A table that claims very many accounts, all of them in one bin. */
START_TEST(a_boasting_table_stays_below_the_floor)
{
	static struct reference_class boast;
	struct envelope *envelope = envelope_new();
	struct text text = text_in(class_text[0], sizeof(class_text[0]));
	struct fault fault;
	struct bytes weighing = weights(1);

	memset(&boast, 0, sizeof(boast));
	strcpy(boast.name, "class-0");
	boast.accounts = 1000000000;
	boast.tables[KEY_GROUP_TEMPLATE][0][1].n = 1000000000;
	boast.tables[KEY_GROUP_TEMPLATE][0][1].k[0] = 1000000000;
	ck_assert_int_eq(envelope_weights(envelope, weighing, &fault), 0);
	reference_write_class(&text, &boast, envelope_weights_mark(weighing));
	ck_assert_int_eq(envelope_class(envelope, text_bytes(&text), &fault), 0);
	ck_assert_int_eq(envelope_seal(envelope, &fault), 0);
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		ck_assert_double_le(envelope_at(envelope, &place, bin).e, 0.6 / ENVELOPE_FLOOR);
	envelope_free(envelope);
}
END_TEST

START_TEST(the_ceiling_grows_with_accounts_and_bounds_every_bet)
{
	double before = 0;

	ck_assert_double_eq(envelope_ceiling(0, 1), 1 / ENVELOPE_APART);
	for (uint32_t n = 10; n <= 10000000; n *= 10) {
		ck_assert_double_ge(envelope_ceiling(n, 3), before);
		ck_assert_double_le(envelope_ceiling(n, 3), 1 / ENVELOPE_FLOOR);
		ck_assert_double_le(envelope_ceiling(n, 30), envelope_ceiling(n, 3));
		before = envelope_ceiling(n, 3);
	}
	for (uint32_t n = 5; n <= 50000; n *= 10) {
		struct envelope *envelope = build(3, n);

		for (int bin = 0; bin < ENVELOPE_BINS; bin++)
			ck_assert_double_le(envelope_at(envelope, &place, bin).e,
			    envelope_ceiling(n * ENVELOPE_PHASES, 3));
		envelope_free(envelope);
	}
}
END_TEST

START_TEST(scores_fall_into_sixty_four_bins)
{
	ck_assert_int_eq(envelope_bin_of(-1000), 0);
	ck_assert_int_eq(envelope_bin_of(1000), 63);
	ck_assert_int_eq(envelope_bin_of(0), 24);
}
END_TEST

UNIT_MAIN("envelope", the_expected_e_is_at_most_one_under_every_class,
    more_accounts_allow_larger_bets_and_no_bet_passes_the_floor,
    a_missing_class_closes_population_evidence, a_poisoned_or_damaged_file_is_refused,
    a_file_that_was_altered_is_refused, an_inflated_table_is_clamped,
    where_no_class_came_nothing_is_evidence, the_nearest_kind_of_pool_gives_the_score,
    a_class_of_few_accounts_allows_no_large_bet, another_class_never_makes_a_bet_surer,
    a_boasting_table_stays_below_the_floor,
    the_ceiling_grows_with_accounts_and_bounds_every_bet, scores_fall_into_sixty_four_bins)
