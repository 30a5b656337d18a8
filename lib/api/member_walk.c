/*
 * The walk: a frame a level. Values below rows that no table follows are never seen here; the
 * scanner skips them.
 */
#include "api/member_walk.h"

/* A row's name is short: a call would cost more. */
static bool is_named(const struct member *row, struct bytes name)
{
	size_t i = 0;

	while (i < name.len && row->name[i] && row->name[i] == name.at[i])
		i++;
	return i == name.len && !row->name[i];
}

static const struct member *find_row(const struct member *of, struct bytes name, uint32_t *bit)
{
	char first = name.len ? name.at[0] : '\0';

	for (*bit = 1; of->name; of++, *bit <<= 1)
		if (of->name == member_any || (*of->name == first && is_named(of, name)))
			return of;
	return NULL;
}

static struct member_frame *top(struct member_walk *walk)
{
	return &walk->frames[walk->depth - 1];
}

/* The field of the value that comes next: of the member just named, or of the array's row. */
static int next_field(const struct member_walk *walk)
{
	const struct member_frame *frame = &walk->frames[walk->depth - 1];

	if (walk->pending)
		return walk->pending->field;
	return walk->depth && frame->is_array ? frame->field : 0;
}

static bool on_name(void *arg, struct bytes name)
{
	struct member_walk *walk = arg;
	uint32_t bit;

	walk->pending = find_row(top(walk)->of, name, &bit);
	if (!walk->pending)
		return false;
	if (walk->pending->name == member_any) {
		walk->sink->on_name(walk->arg, name);
		return true;
	}
	walk->has_duplicate |= (top(walk)->seen & bit) != 0;
	top(walk)->seen |= bit;
	return true;
}

static bool on_open(void *arg, bool is_array)
{
	struct member_walk *walk = arg;
	struct member_frame frame = { .is_array = is_array };

	if (walk->depth == MEMBER_WALK_DEPTH)
		return false;
	frame.of = walk->pending ? walk->pending->of : top(walk)->of;
	frame.field = (uint8_t)next_field(walk);
	walk->pending = NULL;
	if (!is_array && !walk->sink->on_open(walk->arg, frame.field))
		return false;
	if (!is_array && !frame.of) {
		walk->sink->on_close(walk->arg, frame.field);
		return false;
	}
	walk->frames[walk->depth++] = frame;
	return true;
}

static void on_close(void *arg)
{
	struct member_walk *walk = arg;
	struct member_frame *frame = top(walk);

	walk->depth--;
	if (!frame->is_array)
		walk->sink->on_close(walk->arg, frame->field);
}

static void on_text(void *arg, struct bytes piece, bool is_last)
{
	struct member_walk *walk = arg;

	walk->sink->on_text(walk->arg, next_field(walk), piece, is_last);
	if (is_last)
		walk->pending = NULL;
}

static void on_word(void *arg, enum json_word word, struct bytes digits)
{
	struct member_walk *walk = arg;

	walk->sink->on_word(walk->arg, next_field(walk), word, digits);
	walk->pending = NULL;
}

const struct json_events member_walk_events = { on_name, on_open, on_close, on_text, on_word };

/* The body itself is the one element of a frame that never closes. */
void member_walk_init(struct member_walk *walk, const struct member *root,
    const struct member_sink *sink, void *arg)
{
	walk->sink = sink;
	walk->arg = arg;
	walk->pending = NULL;
	walk->has_duplicate = false;
	walk->depth = 1;
	walk->frames[0] = (struct member_frame){ .of = root, .is_array = true };
}
