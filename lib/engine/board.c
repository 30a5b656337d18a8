/*
 * Verdicts where workers can read them without waiting. A line is a key and one packed word,
 * and a checked second reading of the key: the writer clears the key, writes the words, then
 * sets the key. It must never block a reader, and never be written by two threads.
 */
#include "engine/board.h"

#include "base/xalloc.h"
#include "cohort/keys.h"
#include "evidence/proof.h"

#include <stdatomic.h>
#include <stdlib.h>

#define PROBE_LINES    16 /* how far a key may stand from its place */
#define DRAW_PLACES    65536
#define WATCH_THINNING 4
#define BUCKETS        4096
#define DEPTH_US       10000000
#define READINGS       8 /* of an edition that does not stand still */

struct board_line {
	_Atomic uint64_t key, cohort, word; /* word: state, score, flags, rate */
};

struct board {
	struct board_line *lines;
	size_t mask;
	_Atomic size_t used, reach; /* reach: no key stands farther from its place than this */
	_Atomic uint64_t edition;   /* odd while lines are written */
	_Atomic uint32_t refused_s[DRAW_PLACES];
	_Atomic int64_t full_us[BUCKETS]; /* when a bucket was, or will be, empty of debt */
};

struct board *board_new(size_t lines)
{
	struct board *board = xalloc(sizeof(*board));
	size_t size = 64;

	while (size < lines)
		size *= 2;
	board->lines = xalloc_array(size, sizeof(*board->lines));
	board->mask = size - 1;
	atomic_init(&board->edition, 2);
	return board;
}

void board_free(struct board *board)
{
	if (!board)
		return;
	free(board->lines);
	free(board);
}

static size_t place(uint64_t key)
{
	return (size_t)(key * 0x9e3779b97f4a7c15ULL >> 24);
}

static uint64_t pack(const struct verdict *verdict)
{
	uint32_t rate;

	memcpy(&rate, &verdict->rate, sizeof(rate));
	return (uint64_t)rate << 32 | (uint64_t)verdict->size << 16 |
	       (uint64_t)verdict->score << 8 | (uint64_t)(verdict->trial != 0) << 6 |
	       (uint64_t)verdict->may_probe << 5 | (uint64_t)verdict->may_shape << 4 |
	       verdict->state;
}

static struct verdict unpack(uint64_t cohort, uint64_t word)
{
	struct verdict verdict = { .cohort = cohort,
		.state = word & 15,
		.score = (uint8_t)(word >> 8),
		.may_shape = word >> 4 & 1,
		.may_probe = word >> 5 & 1,
		.size = (uint16_t)(word >> 16),
		.trial = word >> 6 & 1 ? cohort : 0 };
	uint32_t rate = (uint32_t)(word >> 32);

	memcpy(&verdict.rate, &rate, sizeof(rate));
	return verdict;
}

/* The line of |key|, or the best one to overwrite: a free one, else the least state. */
static struct board_line *find_line(struct board *board, uint64_t key)
{
	struct board_line *best = NULL;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < PROBE_LINES; i++) {
		struct board_line *line = board->lines + ((place(key) + i) & board->mask);
		uint64_t there = atomic_load_explicit(&line->key, memory_order_relaxed);
		uint64_t state = atomic_load_explicit(&line->word, memory_order_relaxed) & 15;

		if (there == key)
			return line;
		state = there ? state + 1 : 0;
		if (state < least) {
			least = state;
			best = line;
		}
	}
	return best;
}

/* Readers look no farther than the farthest key ever stood: mostly at one line instead of all
 * that a key may stand in. */
static void widen_reach(struct board *board, const struct board_line *line, uint64_t key)
{
	size_t away = ((size_t)(line - board->lines) - place(key)) & board->mask;

	if (away > atomic_load_explicit(&board->reach, memory_order_relaxed))
		atomic_store_explicit(&board->reach, away, memory_order_relaxed);
}

void board_apply(struct board *board, const struct verdict_change *change)
{
	struct board_line *line = find_line(board, change->subject);
	uint64_t there = atomic_load_explicit(&line->key, memory_order_relaxed);
	bool is_gone = change->verdict.state == ENGINE_STATE_QUIET ||
		       change->verdict.state == ENGINE_STATE_RELEASED;

	if (is_gone && there != change->subject)
		return;
	if (there && there != change->subject &&
	    (atomic_load_explicit(&line->word, memory_order_relaxed) & 15) >
		change->verdict.state)
		return; /* all about are graver: this one waits for the next sweep */
	atomic_fetch_add_explicit(&board->used, !there - is_gone, memory_order_relaxed);
	widen_reach(board, line, change->subject);
	atomic_store_explicit(&line->key, 0, memory_order_release);
	if (is_gone)
		return;
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&line->cohort, change->verdict.cohort, memory_order_relaxed);
	atomic_store_explicit(&line->word, pack(&change->verdict), memory_order_relaxed);
	atomic_store_explicit(&line->key, change->subject, memory_order_release);
}

static void turn_page(struct board *board)
{
	uint64_t edition = atomic_load_explicit(&board->edition, memory_order_relaxed);

	atomic_store_explicit(&board->edition, edition + 1, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
}

void board_publish(struct board *board, const struct verdict_changes *changes)
{
	if (!changes->count)
		return;
	turn_page(board);
	for (int i = 0; i < changes->count; i++)
		board_apply(board, changes->at + i);
	turn_page(board);
}

uint64_t board_edition(const struct board *board)
{
	return atomic_load_explicit(&board->edition, memory_order_acquire);
}

void board_clear(struct board *board, board_standing_fn *is_standing, void *arg)
{
	size_t left = board_lines(board);

	turn_page(board);
	for (size_t i = 0; left && i <= board->mask; i++) {
		struct board_line *line = board->lines + i;

		if (!atomic_load_explicit(&line->key, memory_order_relaxed))
			continue;
		left--;
		if (is_standing(arg, atomic_load_explicit(&line->cohort, memory_order_relaxed)))
			continue;
		atomic_fetch_sub_explicit(&board->used, 1, memory_order_relaxed);
		atomic_store_explicit(&line->key, 0, memory_order_release);
	}
	turn_page(board);
}

size_t board_lines(const struct board *board)
{
	return atomic_load_explicit(&board->used, memory_order_relaxed);
}

static bool look_up(const void *lines, uint64_t key, struct verdict *verdict)
{
	const struct board *board = lines;
	size_t reach = atomic_load_explicit(&board->reach, memory_order_relaxed);

	for (size_t i = 0; i <= reach; i++) {
		struct board_line *line = board->lines + ((place(key) + i) & board->mask);
		uint64_t cohort, word;

		if (atomic_load_explicit(&line->key, memory_order_acquire) != key)
			continue;
		cohort = atomic_load_explicit(&line->cohort, memory_order_relaxed);
		word = atomic_load_explicit(&line->word, memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&line->key, memory_order_relaxed) != key)
			return false;
		*verdict = unpack(cohort, word);
		return true;
	}
	return false;
}

/* Makes |most| the verdict on an exchange that matches |one| too. */
static void join(struct verdict *most, const struct verdict *one)
{
	bool is_graver = one->state > most->state ||
			 (one->state == most->state && one->score > most->score);
	bool may_probe = most->may_probe || one->may_probe;
	bool is_busier = one->trial && (!most->trial || one->size > most->size);
	const struct verdict tried = is_busier ? *one : *most;

	if (one->may_shape > most->may_shape ||
	    (one->may_shape == most->may_shape && is_graver)) {
		uint8_t score = one->score > most->score ? one->score : most->score;

		*most = *one;
		most->score = score;
	}
	most->may_probe = may_probe;
	most->trial = tried.trial;
	most->size = tried.size;
}

struct verdict board_judge_lines(board_look_up_fn *look_up_line, const void *lines,
    const struct facts *facts, const struct prompt_facts *prompt)
{
	struct verdict most = { 0 }, one;
	struct keys keys;

	keys_of_exchange(&keys, facts, prompt);
	for (int i = 0; i < keys.count; i++)
		if (look_up_line(lines, keys.at[i].value, &one))
			join(&most, &one);
	if (facts->account && look_up_line(lines, facts->account, &one))
		join(&most, &one);
	return most;
}

struct verdict board_judge(
    const struct board *board, const struct facts *facts, const struct prompt_facts *prompt)
{
	if (!board_lines(board))
		return (struct verdict){ 0 };
	return board_judge_lines(look_up, board, facts, prompt);
}

struct verdict board_judge_edition(const struct board *board, const struct facts *facts,
    const struct prompt_facts *prompt, uint64_t *edition)
{
	struct verdict verdict;

	for (int i = 0; i < READINGS; i++) {
		*edition = board_edition(board);
		verdict = board_judge(board, facts, prompt);
		atomic_thread_fence(memory_order_acquire);
		if (!(*edition & 1) && board_edition(board) == *edition)
			return verdict;
	}
	*edition = 0;
	return verdict;
}

bool board_may_draw(const struct board *board, uint64_t account, uint32_t now_s)
{
	uint32_t at_s = atomic_load_explicit(
	    &board->refused_s[place(account) % DRAW_PLACES], memory_order_relaxed);

	return !at_s || now_s - at_s >= PROOF_REST_S;
}

bool board_is_chosen(const struct verdict *verdict, uint64_t exchange)
{
	uint64_t x = exchange * 0xff51afd7ed558ccdULL;

	return verdict->may_probe &&
	       (verdict->state > ENGINE_STATE_WATCH || (x ^ x >> 32) % WATCH_THINNING == 0);
}

bool board_refused(struct board *board, uint64_t account, uint32_t now_s)
{
	_Atomic uint32_t *refused_s = &board->refused_s[place(account) % DRAW_PLACES];
	uint32_t before = atomic_load_explicit(refused_s, memory_order_relaxed);

	if (before && now_s - before < PROOF_REST_S)
		return false;
	return atomic_compare_exchange_strong_explicit(
	    refused_s, &before, now_s, memory_order_relaxed, memory_order_relaxed);
}

bool board_take(struct board *board, const struct verdict *verdict, int64_t now_us)
{
	_Atomic int64_t *full_us = &board->full_us[place(verdict->cohort) % BUCKETS];
	int64_t each_us = verdict->rate > 1e-6f ? (int64_t)(1e6f / verdict->rate) : DEPTH_US;
	int64_t depth_us = each_us > DEPTH_US ? each_us : DEPTH_US;
	int64_t at = atomic_load_explicit(full_us, memory_order_relaxed), next;

	do {
		int64_t from = at > now_us - depth_us ? at : now_us - depth_us;

		next = from + each_us;
		if (next > now_us)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
	    full_us, &at, next, memory_order_relaxed, memory_order_relaxed));
	return true;
}
