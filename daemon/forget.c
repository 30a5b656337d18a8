/*
 * Forgetting: the buffers that every turn uses again hold the last bytes that went through
 * them. Must never touch what an exchange still owns, and costs nothing while nobody talks.
 */
#include "forget.h"

#include "worker_inside.h"

#include <string.h>

#define STACK_BYTES (64 * 1024) /* deeper than any turn goes */

/* Not inlined: its frame lies where those of the turns were. */
static __attribute__((noinline)) void wipe_stack(void)
{
	char below[STACK_BYTES];

	explicit_bzero(below, sizeof(below));
}

static void wipe_gather(struct gather *gather)
{
	explicit_bzero(gather->text, gather->text_most);
	gather->text_most = 0;
}

void forget_later(struct worker *worker, const char *at, size_t bytes)
{
	uintptr_t end = (uintptr_t)at + bytes - (uintptr_t)worker->input;

	if (end > WORKER_INPUT_BYTES)
		end = 1; /* the stack and the other buffers have seen it all the same */
	if (end > worker->input_most)
		worker->input_most = end;
}

void forget_turns(struct worker *worker)
{
	if (!worker->input_most && !worker->scratch_most)
		return;
	explicit_bzero(worker->input, worker->input_most);
	explicit_bzero(worker->scratch, worker->scratch_most);
	worker->input_most = worker->scratch_most = 0;
	wipe_gather(worker->to_client);
	wipe_gather(worker->to_upstream);
	wipe_stack();
}
