/*
 * What holds of each subject in a table, what held before it in a ring that forgets. It must
 * not grow with the length of a log, only with the number of subjects.
 */
#include "past.h"

#include "base/xalloc.h"

#include <stdlib.h>

#define LINES     (1u << 20)
#define HEADS     1024 /* at first; a power of two */
#define HASH(key) ((size_t)((key)*0x9e3779b97f4a7c15ULL >> 20))

struct past_line {
	uint64_t edition, older; /* older: number + 1 of the one before, 0: none */
	struct verdict verdict;
};

struct past_head { /* what holds of a subject now */
	uint64_t subject;
	struct past_line newest; /* edition 0: the place is free */
};

struct past {
	struct past_line *lines; /* number % LINES */
	uint64_t count;          /* numbers given so far */
	struct past_head *heads;
	size_t head_count, head_room;
};

struct past *past_new(void)
{
	struct past *past = xalloc(sizeof(*past));

	past->lines = xalloc_array(LINES, sizeof(*past->lines));
	past->head_room = HEADS;
	past->heads = xalloc_array(HEADS, sizeof(*past->heads));
	return past;
}

void past_free(struct past *past)
{
	if (!past)
		return;
	free(past->lines);
	free(past->heads);
	free(past);
}

static struct past_head *find(struct past_head *heads, size_t room, uint64_t subject)
{
	size_t at = HASH(subject) & (room - 1);

	while (heads[at].newest.edition && heads[at].subject != subject)
		at = (at + 1) & (room - 1);
	return heads + at;
}

static void grow(struct past *past)
{
	size_t room = past->head_room * 2;
	struct past_head *heads = xalloc_array(room, sizeof(*heads));

	for (size_t i = 0; i < past->head_room; i++)
		if (past->heads[i].newest.edition)
			*find(heads, room, past->heads[i].subject) = past->heads[i];
	free(past->heads);
	past->heads = heads;
	past->head_room = room;
}

void past_note(struct past *past, uint64_t edition, const struct verdict_change *change)
{
	struct past_head *head = find(past->heads, past->head_room, change->subject);
	struct past_line line = { .edition = edition, .verdict = change->verdict };

	if (head->newest.edition) {
		past->lines[past->count++ % LINES] = head->newest;
		line.older = past->count;
	} else {
		past->head_count++;
	}
	*head = (struct past_head){ change->subject, line };
	if (past->head_count * 2 > past->head_room)
		grow(past);
}

static bool is_gone(const struct verdict *verdict)
{
	return verdict->state == ENGINE_STATE_QUIET || verdict->state == ENGINE_STATE_RELEASED;
}

void past_clear(struct past *past, uint64_t edition, board_standing_fn *is_standing, void *arg)
{
	for (size_t i = 0; i < past->head_room; i++) {
		const struct past_head *head = past->heads + i;

		if (head->newest.edition && !is_gone(&head->newest.verdict) &&
		    !is_standing(arg, head->newest.verdict.cohort))
			past_note(past, edition,
			    &(struct verdict_change){ .subject = head->subject });
	}
}

struct moment { /* the lines of one edition */
	const struct past *past;
	uint64_t edition;
};

static bool look_up(const void *lines, uint64_t subject, struct verdict *verdict)
{
	const struct moment *moment = lines;
	const struct past *past = moment->past;
	const struct past_line *line = &find(past->heads, past->head_room, subject)->newest;

	while (line->edition > moment->edition) {
		if (!line->older || line->older + LINES <= past->count)
			return false; /* it was not there, or that is forgotten */
		line = past->lines + (line->older - 1) % LINES;
	}
	if (!line->edition || is_gone(&line->verdict))
		return false;
	*verdict = line->verdict;
	return true;
}

struct verdict past_judge(const struct past *past, uint64_t edition, const struct facts *facts,
    const struct prompt_facts *prompt)
{
	struct moment moment = { past, edition };

	return board_judge_lines(look_up, &moment, facts, prompt);
}
