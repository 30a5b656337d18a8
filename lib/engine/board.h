#ifndef ENGINE_BOARD_H
#define ENGINE_BOARD_H

#include "engine/verdict.h"
#include "facts/facts.h"
#include "facts/prompt.h"

#include <stddef.h>

/*
 * The published verdicts: one writer (the engine's thread), any number of readers that never
 * wait. A reader may see a line a moment late, or for a moment not at all; it never sees the
 * words of one line under the key of another. Fixed size; when it is full the least of the
 * states makes way.
 */
struct board;

struct board *board_new(size_t lines);
void board_free(struct board *board); /* NULL is allowed; no reader may be left */

/* Writer only. */
void board_apply(struct board *board, const struct verdict_change *change);
size_t board_lines(const struct board *board);

/* Applies what one exchange changed as one edition of the board. Writer only. */
void board_publish(struct board *board, const struct verdict_changes *changes);

/* How often the board was published or cleared: what a reader says it judged by, and a replay
 * then looks up. Any thread. */
uint64_t board_edition(const struct board *board);

/* Takes away the lines of cohorts that |is_standing| says no of: a cohort that its table pushed
 * out, or an account whose cohort was released, says nothing by itself. Writer only. */
typedef bool board_standing_fn(void *arg, uint64_t cohort);
void board_clear(struct board *board, board_standing_fn *is_standing, void *arg);

/* The gravest verdict among the keys of an exchange and its account; state QUIET when there is
 * none. Any thread. |may_probe|, |may_shape| and |trial| are each taken over all matches;
 * |cohort| and |rate| are those of the match that shapes, if one does. */
struct verdict board_judge(
    const struct board *board, const struct facts *facts, const struct prompt_facts *prompt);

/* The same, with the edition it was read in; 0 when the writer was in the middle of it again
 * and again. */
struct verdict board_judge_edition(const struct board *board, const struct facts *facts,
    const struct prompt_facts *prompt, uint64_t *edition);

/* board_judge over any lines: |look_up| says what stands under a subject, false when nothing
 * does. */
typedef bool board_look_up_fn(const void *lines, uint64_t subject, struct verdict *verdict);
struct verdict board_judge_lines(board_look_up_fn *look_up, const void *lines,
    const struct facts *facts, const struct prompt_facts *prompt);

/*
 * Takes the right to refuse |account| by a coin at |now_s|: true at most once in ten minutes
 * an account. Ask only when a coin is about to be drawn and nothing else refuses; draw only
 * when true. Two accounts may share a place, which only makes probes rarer. Any thread.
 * board_refused says that the coin refused; false when another thread was first, and then the
 * coin does not count and the request passes.
 */
bool board_may_draw(const struct board *board, uint64_t account, uint32_t now_s);
/* While a cohort is only watched, coins are drawn for a quarter of its exchanges, chosen by the
 * secret request id, so that hardly anyone is refused for what chance alone brings about. */
bool board_is_chosen(const struct verdict *verdict, uint64_t exchange);
bool board_refused(struct board *board, uint64_t account, uint32_t now_s);

/* The shared token bucket of a cohort: true when one more may pass. Its depth is ten seconds of
 * |rate|, at least one. Any thread. */
bool board_take(struct board *board, const struct verdict *verdict, int64_t now_us);

#endif
