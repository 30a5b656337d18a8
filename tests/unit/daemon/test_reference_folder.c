/* The folder of references: whole or not at all, and never surer for what is wrong with it. */
#include "reference_folder.h"

#include "evidence/reference.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[32], path[80], room[1 << 18];
static struct fault fault;

static void start(void)
{
	strcpy(folder, "/tmp/retort-folder-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void stop(void)
{
	static const char *const names[] = { "weights", "one", "two", "odd" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s.table", folder, names[i]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left there */
}

static uint64_t write_weights(const char *const *classes)
{
	static struct reference_weights made;
	struct text text = text_in(room, sizeof(room));

	memset(&made, 0, sizeof(made));
	strcpy(made.pools[made.pool_count++], "campaign");
	for (; classes[made.class_count]; made.class_count++)
		strcpy(made.classes[made.class_count], classes[made.class_count]);
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++)
			made.odds[group][depth][40] = 1;
	reference_write_weights(&text, &made);
	ck_assert_int_eq(
	    reference_folder_write(folder, "weights", text_bytes(&text), &fault), 0);
	return reference_mark(text_bytes(&text));
}

static void write_class(const char *name, uint64_t mark)
{
	static struct reference_class made;
	struct text text = text_in(room, sizeof(room));

	memset(&made, 0, sizeof(made));
	strcpy(made.name, name);
	made.accounts = made.tables[0][0][0].n = made.tables[0][0][0].k[20] = 5000;
	reference_write_class(&text, &made, mark);
	ck_assert_int_eq(reference_folder_write(folder, name, text_bytes(&text), &fault), 0);
}

/* Reads the folder; whether it is in force. While it is not, every bet is worth 1. */
static bool is_in_force(void)
{
	struct envelope *envelope;
	int result = reference_folder_read(folder, &envelope, &fault);
	bool is_sealed = envelope_is_sealed(envelope);

	ck_assert_int_eq(result, is_sealed ? 0 : -1);
	for (int bin = 0; bin < ENVELOPE_BINS && !is_sealed; bin++)
		ck_assert_double_eq(
		    envelope_at(envelope, &(struct envelope_place){ 0, 0, 0 }, bin).e, 1);
	envelope_free(envelope);
	return is_sealed;
}

static const char *const both[] = { "one", "two", NULL };

START_TEST(a_whole_folder_is_in_force_and_takes_another_class)
{
	uint64_t mark;

	start();
	mark = write_weights(both);
	write_class("one", mark);
	write_class("two", mark);
	ck_assert(is_in_force());
	write_class("odd", mark);
	ck_assert(is_in_force());
	stop();
}
END_TEST

START_TEST(a_missing_folder_or_file_is_refused)
{
	struct envelope *envelope;
	uint64_t mark;

	start();
	ck_assert_int_eq(reference_folder_read(NULL, &envelope, &fault), -1);
	envelope_free(envelope);
	ck_assert(!is_in_force());
	mark = write_weights(both);
	ck_assert(!is_in_force());
	write_class("one", mark);
	ck_assert(!is_in_force());
	ck_assert_ptr_nonnull(strstr(fault.text, "two"));
	stop();
	ck_assert(!is_in_force());
}
END_TEST

START_TEST(an_odd_file_among_good_ones_closes_it)
{
	static const struct bytes odd[] = { BYTES(""), BYTES("retort-reference 1\n"),
		BYTES("retort-reference 2\nclass odd\n"), BYTES("\xff\xfe") };
	uint64_t mark;

	start();
	mark = write_weights(both);
	write_class("one", mark);
	write_class("two", mark);
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		ck_assert_int_eq(reference_folder_write(folder, "odd", odd[i], &fault), 0);
		ck_assert(!is_in_force());
		ck_assert_ptr_nonnull(strstr(fault.file, "odd.table"));
	}
	write_class("odd", mark ^ 1);
	ck_assert(!is_in_force());
	stop();
}
END_TEST

START_TEST(a_folder_is_completed_from_another_and_keeps_its_own)
{
	char beside[32];
	uint64_t mark;

	start();
	strcpy(beside, folder);
	mark = write_weights(both);
	write_class("one", mark);
	write_class("two", mark);
	start();
	write_weights(both);
	write_class("odd", mark);
	ck_assert(!is_in_force());
	ck_assert_int_eq(reference_folder_complete(folder, beside, &fault), 0);
	ck_assert(is_in_force());
	stop();
	strcpy(folder, beside);
	stop();
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
	ck_assert_int_eq(
	    reference_folder_write("/proc/none", "weights", BYTES("x"), &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.file, "/proc/none/weights.table"));
	ck_assert_uint_eq(reference_folder_weights("/proc/none").len, 0);
}
END_TEST

UNIT_MAIN("reference_folder", a_whole_folder_is_in_force_and_takes_another_class,
    a_missing_folder_or_file_is_refused, an_odd_file_among_good_ones_closes_it,
    a_folder_is_completed_from_another_and_keeps_its_own, what_cannot_be_written_is_said)
