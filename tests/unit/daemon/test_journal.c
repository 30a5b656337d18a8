/* The journal's thread: what is posted is written once and in order; files come and go. */
#include "journal.h"

#include "ring.h"
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fault fault;
static char folder[] = "/tmp/retort-journal-XXXXXX";
static char path[300], path2[300];

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/decisions.ndjson", folder);
	snprintf(path2, sizeof(path2), "%s/decisions.2", folder);
}

static void drop_folder(void)
{
	remove(path);
	remove(path2);
	ck_assert_int_eq(rmdir(folder), 0);
}

static bool post(struct ring *ring, uint64_t number)
{
	struct record *record = ring_reserve(ring);

	if (!record)
		return false;
	*record = (struct record){ .facts = { .exchange = number, .at_us = 1 } };
	ring_commit(ring);
	return true;
}

/* Reads |from| line by line as records; returns how many, and the last one's number. */
static uint64_t count_records(const char *from, uint64_t *last)
{
	FILE *file = fopen(from, "r");
	char line[RECORD_BYTES + 2];
	struct record record;
	uint64_t count = 0;

	*last = 0;
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file)) {
		ck_assert_msg(record_read(bytes_of_text(line), &record, &fault) == 0, "%s: %s",
		    fault.text, line);
		ck_assert_uint_gt(record.facts.exchange, *last);
		*last = record.facts.exchange;
		count++;
	}
	fclose(file);
	return count;
}

START_TEST(everything_posted_before_the_stop_is_written_in_order)
{
	struct ring *ring = ring_new(4096, sizeof(struct record));
	struct journal *journal;
	uint64_t last;

	make_folder();
	journal = journal_start(path, &ring, 1, &fault);
	ck_assert_ptr_nonnull(journal);
	for (uint64_t i = 1; i <= 3000; i++)
		ck_assert(post(ring, i));
	journal_stop(journal);
	ck_assert_uint_eq(count_records(path, &last), 3000);
	ck_assert_uint_eq(last, 3000);
	ring_free(ring);
	drop_folder();
}
END_TEST

struct writer {
	struct ring *ring;
	uint64_t posted;
};

static void *write_many(void *arg)
{
	struct writer *writer = arg;

	for (uint64_t i = 1; i <= 20000; i++) {
		writer->posted += post(writer->ring, i);
		if (i % 64 == 0)
			sched_yield();
	}
	return NULL;
}

START_TEST(two_writers_at_full_speed_lose_only_what_is_counted)
{
	struct writer writers[2] = { { .ring = ring_new(512, sizeof(struct record)) },
		{ .ring = ring_new(512, sizeof(struct record)) } };
	struct ring *rings[] = { writers[0].ring, writers[1].ring };
	pthread_t threads[2];
	struct journal *journal;
	struct stat status;

	make_folder();
	journal = journal_start(path, rings, 2, &fault);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, write_many, &writers[i]);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_uint_eq(writers[i].posted + ring_dropped(rings[i]), 20000);
	}
	while (journal_written(journal) < writers[0].posted + writers[1].posted)
		sched_yield();
	ck_assert_uint_eq(journal_lost(journal), 0);
	journal_stop(journal);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_gt(status.st_size, 0);
	ring_free(rings[0]);
	ring_free(rings[1]);
	drop_folder();
}
END_TEST

START_TEST(after_a_rotation_lines_go_to_the_new_file)
{
	struct ring *ring = ring_new(64, sizeof(struct record));
	struct journal *journal;
	uint64_t last;

	make_folder();
	journal = journal_start(path, &ring, 1, &fault);
	post(ring, 1);
	while (journal_written(journal) < 1)
		sched_yield();
	ck_assert_int_eq(rename(path, path2), 0);
	ck_assert_int_eq(journal_reopen(journal, path, &fault), 0);
	post(ring, 2);
	journal_stop(journal);
	ck_assert_uint_eq(count_records(path2, &last), 1);
	ck_assert_uint_eq(last, 1);
	ck_assert_uint_eq(count_records(path, &last), 1);
	ck_assert_uint_eq(last, 2);
	ring_free(ring);
	drop_folder();
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_leaves_the_old_one_in_place)
{
	struct ring *ring = ring_new(64, sizeof(struct record));
	struct journal *journal;
	uint64_t last;

	make_folder();
	ck_assert_ptr_null(journal_start("/nonexistent/x", &ring, 1, &fault));
	ck_assert_ptr_nonnull(strstr(fault.text, "log.decisions: cannot open /nonexistent/x"));
	journal = journal_start(path, &ring, 1, &fault);
	ck_assert_int_eq(journal_reopen(journal, "/nonexistent/x", &fault), -1);
	post(ring, 7);
	journal_stop(journal);
	ck_assert_uint_eq(count_records(path, &last), 1);
	ring_free(ring);
	drop_folder();
}
END_TEST

START_TEST(without_a_file_records_are_let_go_and_none_is_counted_as_lost)
{
	struct ring *ring = ring_new(16, sizeof(struct record));
	struct journal *journal = journal_start(NULL, &ring, 1, &fault);

	for (uint64_t i = 1; i <= 100; i++)
		while (!post(ring, i))
			sched_yield();
	ck_assert_uint_eq(journal_written(journal) + journal_lost(journal), 0);
	journal_stop(journal);
	ck_assert_ptr_null(ring_peek(ring));
	ring_free(ring);
}
END_TEST

/* RLIMIT_FSIZE is a disk that fills in the middle of a line (write(2) cuts, then EFBIG). */
START_TEST(a_full_disk_is_counted_and_lines_stay_whole_when_there_is_room_again)
{
	struct ring *ring = ring_new(1024, sizeof(struct record));
	struct rlimit small = { 5000, RLIM_INFINITY }, wide = { RLIM_INFINITY, RLIM_INFINITY };
	struct journal *journal;
	uint64_t kept, last, read_back = 0;
	char line[RECORD_BYTES + 2];
	struct record record;
	FILE *file;

	make_folder();
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	journal = journal_start(path, &ring, 1, &fault);
	for (uint64_t i = 1; i <= 500; i++)
		post(ring, i);
	while (journal_written(journal) + journal_lost(journal) < 500)
		sched_yield();
	kept = journal_written(journal);
	ck_assert_uint_gt(kept, 0);
	ck_assert_uint_eq(journal_lost(journal), 500 - kept);
	setrlimit(RLIMIT_FSIZE, &wide);
	post(ring, 501);
	journal_stop(journal);

	file = fopen(path, "r");
	last = 0;
	while (fgets(line, sizeof(line), file))
		if (record_read(bytes_of_text(line), &record, &fault) == 0) {
			read_back++;
			last = record.facts.exchange;
		}
	fclose(file);
	ck_assert_uint_eq(read_back, kept + 1); /* the torn line is alone on its line */
	ck_assert_uint_eq(last, 501);
	ring_free(ring);
	drop_folder();
}
END_TEST

UNIT_MAIN("journal", everything_posted_before_the_stop_is_written_in_order,
    two_writers_at_full_speed_lose_only_what_is_counted,
    after_a_rotation_lines_go_to_the_new_file,
    a_file_that_cannot_be_opened_leaves_the_old_one_in_place,
    without_a_file_records_are_let_go_and_none_is_counted_as_lost,
    a_full_disk_is_counted_and_lines_stay_whole_when_there_is_room_again)
