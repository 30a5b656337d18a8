#ifndef JOURNAL_H
#define JOURNAL_H

#include "base/fault.h"
#include "record/record.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The decision log: one thread reads the workers' rings and appends NDJSON records to a file.
 * It looks in every few milliseconds while there is traffic and rests longer when there is
 * none, so that no worker ever pays a wake-up. A disk that is full or slow drops records and
 * counts them; that is said once, not once a record.
 */
struct ring;
struct journal;

/* Starts the thread over |ring_count| borrowed rings, whose entries are struct record. |path|
 * NULL = records are read and let go. NULL with a fault when the file cannot be opened for
 * appending. */
struct journal *journal_start(
    const char *path, struct ring *const *rings, size_t ring_count, struct fault *fault);

/* The next line goes to a file opened anew at |path| (log rotation, reload), NULL = to none.
 * Any thread. On failure the old file stays. */
int journal_reopen(struct journal *journal, const char *path, struct fault *fault);

/* Records that reached the file, and those that the file did not take (full rings count their
 * own). Any thread. */
uint64_t journal_written(const struct journal *journal);
uint64_t journal_lost(const struct journal *journal);

/* Writes what is in the rings, then ends the thread. Writers must have ended before. NULL is
 * allowed. */
void journal_stop(struct journal *journal);

#endif
