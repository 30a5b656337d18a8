/*
 * Members to facts: one row a field says what its objects, texts and words do. What a client
 * wrote is hashed, counted or clipped here and nowhere stored; the clips end with the arena.
 */
#include "fingerprint/prompt_shape.h"

#include "fingerprint/elicitation.h"
#include "fingerprint/prompt_asks.h"
#include "fingerprint/template.h"

#define PAYLOAD_LEAST 64
#define DIGEST_ALIGN  _Alignof(struct text_digest)

/* What ends unlike things in a turn's digest. Words have a mark each from MARK_WORD on. */
enum mark {
	MARK_CALL = 1,
	MARK_ARGUMENT,
	MARK_RESULT,
	MARK_IMAGE,
	MARK_NAME,
	MARK_OPEN,
	MARK_WORD
};

static uint16_t more_by(uint16_t count, uint16_t by)
{
	return count < UINT16_MAX - by ? count + by : UINT16_MAX;
}

static uint16_t one_more(uint16_t count)
{
	return more_by(count, 1);
}

/* What is large is taken from the arena when it is first needed: all that was taken is wiped at
 * the end, and most requests need one turn or two. */
static void *take_large(struct prompt_shape *shape, size_t bytes)
{
	char *at = arena_take(shape->arena, bytes + DIGEST_ALIGN - 1);

	shape->is_full |= !at;
	if (!at)
		return NULL;
	return (void *)(((uintptr_t)at + DIGEST_ALIGN - 1) & ~(uintptr_t)(DIGEST_ALIGN - 1));
}

static struct prompt_turn *take_turn(struct prompt_shape *shape)
{
	struct prompt_turn *turn = take_large(shape, sizeof(*turn));

	if (turn)
		prompt_turn_init(turn, &shape->kit->keys);
	return turn;
}

/* Messages. */

static bool begin_turn(struct prompt_shape *shape)
{
	if (shape->turn)
		prompt_turn_init(shape->turn, &shape->kit->keys);
	else
		shape->turn = take_turn(shape);
	shape->is_in_turn = shape->turn;
	return shape->is_in_turn;
}

static struct prompt_turn *swap_turn(struct prompt_shape *shape, struct prompt_turn *with)
{
	struct prompt_turn *turn = shape->turn;

	shape->turn = with;
	return turn;
}

static void end_system_turn(struct prompt_shape *shape)
{
	struct prompt_turn *turn = shape->turn, *system = shape->system;
	uint64_t content = text_digest_seal(&turn->digest, HASH_SYSTEM);

	if (system && system->has_text) { /* a second one: joined to the first */
		text_digest_add_mark(&system->digest, MARK_OPEN);
		text_digest_add_number(&system->digest, content);
		system->text_bytes = prompt_turn_sum(system->text_bytes, turn->text_bytes);
		environment_merge(&system->environment, &turn->environment);
	} else {
		shape->system = swap_turn(shape, system);
	}
}

static void count_user_turn(struct prompt_shape *shape)
{
	struct prompt_facts *facts = &shape->facts;
	struct prompt_turn *turn = shape->turn;

	facts->user_turns = one_more(facts->user_turns);
	facts->user_bytes = turn->text_bytes;
	environment_merge(&shape->environment, &turn->environment);
	shape->user = swap_turn(shape, shape->user);
}

static void count_turn(struct prompt_shape *shape, enum chain_role role)
{
	struct prompt_facts *facts = &shape->facts;
	uint16_t results = shape->turn->results;

	if (role == CHAIN_USER)
		count_user_turn(shape);
	else if (role == CHAIN_ASSISTANT)
		facts->assistant_turns = one_more(facts->assistant_turns);
	else
		facts->tool_results = more_by(facts->tool_results, results ? results : 1);
}

static void end_turn(struct prompt_shape *shape)
{
	struct prompt_turn *turn = shape->turn;
	enum chain_role role = prompt_turn_role(turn);
	struct prompt_facts *facts = &shape->facts;

	shape->is_in_turn = false;
	if (!prompt_turn_is_one(turn))
		return;
	facts->messages = one_more(facts->messages);
	facts->text_bytes = prompt_turn_sum(facts->text_bytes, turn->text_bytes);
	if (role == CHAIN_SYSTEM) {
		end_system_turn(shape);
		return;
	}
	facts->conversation_bytes = prompt_turn_sum(
	    facts->conversation_bytes, turn->text_bytes);
	chain_add(&shape->chain, &shape->kit->keys, role, text_digest_sum(&turn->digest));
	count_turn(shape, role);
}

static bool open_message(struct prompt_shape *shape)
{
	return begin_turn(shape);
}

/* Text outside a message is a user's turn of its own: `prompt`, `input`, a bare string. */
static void text_message(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	if (!shape->is_in_turn) {
		if (!begin_turn(shape))
			return;
		shape->turn->role = CHAIN_USER;
	}
	prompt_turn_add_text(shape->turn, piece, is_last);
	if (is_last)
		end_turn(shape);
}

static void text_content(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	if (shape->is_in_turn)
		prompt_turn_add_text(shape->turn, piece, is_last);
}

static void text_system(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	if (!shape->system)
		shape->system = take_turn(shape);
	if (!shape->system)
		return;
	prompt_turn_add_text(shape->system, piece, is_last);
	shape->is_in_system = !is_last;
	shape->facts.text_bytes = prompt_turn_sum(shape->facts.text_bytes, piece.len);
}

/* What else a message carries. Free values below arguments and results keep their order and
 * shape in the digest, not their white space. */

static void add_other(
    struct prompt_shape *shape, struct bytes piece, bool is_last, enum mark mark)
{
	if (shape->is_in_turn)
		prompt_turn_add_other(shape->turn, piece, is_last, (unsigned char)mark);
}

static void add_counted(
    struct prompt_shape *shape, struct bytes piece, bool is_last, enum mark mark)
{
	add_other(shape, piece, is_last, mark);
	if (shape->is_in_turn)
		shape->turn->text_bytes = prompt_turn_sum(shape->turn->text_bytes, piece.len);
}

static bool open_free(struct prompt_shape *shape)
{
	add_other(shape, BYTES(""), true, MARK_OPEN);
	return true;
}

static void word_free(struct prompt_shape *shape, enum json_word word, struct bytes digits)
{
	add_other(shape, digits, true, (enum mark)(MARK_WORD + (int)word));
}

static bool open_image(struct prompt_shape *shape)
{
	shape->facts.images = one_more(shape->facts.images);
	return open_free(shape);
}

static void text_image_bytes(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	add_other(shape, piece, is_last, MARK_IMAGE);
}

static void text_image(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	text_image_bytes(shape, piece, is_last);
	if (is_last)
		shape->facts.images = one_more(shape->facts.images);
}

static void text_call_name(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	add_other(shape, piece, is_last, MARK_CALL);
	if (shape->is_in_turn)
		shape->turn->has_call = true;
}

static void text_arguments(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	add_counted(shape, piece, is_last, MARK_ARGUMENT);
}

static void text_result(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	add_counted(shape, piece, is_last, MARK_RESULT);
	if (shape->is_in_turn)
		shape->turn->has_result = true;
}

static bool open_result_one(struct prompt_shape *shape)
{
	if (shape->is_in_turn) {
		shape->turn->results = one_more(shape->turn->results);
		shape->turn->has_result = true;
	}
	return true;
}

static void text_result_one(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	(void)piece;
	if (is_last)
		open_result_one(shape);
}

static void text_signature(struct prompt_shape *shape, struct bytes piece, bool is_last)
{
	struct prompt_facts *facts = &shape->facts;

	if (!shape->signature)
		shape->signature = take_large(shape, sizeof(*shape->signature));
	if (!shape->signature)
		return;
	if (!shape->is_in_signature)
		text_digest_init(shape->signature, &shape->kit->keys);
	shape->is_in_signature = !is_last;
	text_digest_add(shape->signature, piece);
	if (!is_last)
		return;
	memmove(facts->signatures + 1, facts->signatures,
	    sizeof(facts->signatures) - sizeof(*facts->signatures));
	facts->signatures[0] = text_digest_seal(shape->signature, HASH_SIGNATURE);
	if (facts->signature_count < PROMPT_SIGNATURES)
		facts->signature_count++;
}

/* Names. */

static void small_model(struct prompt_shape *shape, struct bytes name)
{
	shape->facts.model = prompt_shape_model(shape->kit, name);
}

static void small_role(struct prompt_shape *shape, struct bytes name)
{
	if (shape->is_in_turn)
		shape->turn->role = prompt_turn_role_named(name);
}

static void small_item_type(struct prompt_shape *shape, struct bytes name)
{
	if (shape->is_in_turn)
		shape->turn->is_aside = bytes_equal(name, BYTES("reasoning"));
}

static void small_tool_name(struct prompt_shape *shape, struct bytes name)
{
	const struct text_digest_keys *keys = &shape->kit->keys;
	uint64_t link[2] = { shape->facts.toolset,
		keyed_hash_of(keys->hash, HASH_SYSTEM, name) };

	shape->facts.tools = one_more(shape->facts.tools);
	shape->facts.toolset = text_digest_join(keys, HASH_SYSTEM, link, 2);
}

static void small_before(struct prompt_shape *shape, struct bytes name)
{
	if (name.len && shape->facts.messages == 0)
		chain_init(&shape->chain,
		    keyed_hash_of(shape->kit->keys.hash, HASH_CONVERSATION, name));
}

static bool open_request(struct prompt_shape *shape)
{
	shape->facts.flags |= PROMPT_BATCH;
	return shape->requests++ == 0;
}

/* What each field does with an object, a text in pieces or whole, a word. */
static const struct field_row {
	bool (*open)(struct prompt_shape *shape);
	void (*close)(struct prompt_shape *shape);
	void (*text)(struct prompt_shape *shape, struct bytes piece, bool is_last);
	void (*small)(struct prompt_shape *shape, struct bytes whole);
	void (*word)(struct prompt_shape *shape, enum json_word word, struct bytes digits);
} field_rows[PROMPT_FIELD_COUNT] = {
	[PROMPT_FIELD_MODEL] = { .small = small_model },
	[PROMPT_FIELD_MESSAGE] = { .open = open_message,
	    .close = end_turn,
	    .text = text_message },
	[PROMPT_FIELD_ROLE] = { .small = small_role },
	[PROMPT_FIELD_TEXT] = { .text = text_content },
	[PROMPT_FIELD_SYSTEM] = { .text = text_system },
	[PROMPT_FIELD_IMAGE] = { .open = open_image, .text = text_image },
	[PROMPT_FIELD_IMAGE_BYTES] = { .text = text_image_bytes },
	[PROMPT_FIELD_CALL_NAME] = { .text = text_call_name },
	[PROMPT_FIELD_ARGUMENTS] = { .open = open_free,
	    .text = text_arguments,
	    .word = word_free },
	[PROMPT_FIELD_RESULT] = { .open = open_free, .text = text_result, .word = word_free },
	[PROMPT_FIELD_RESULT_ONE] = { .open = open_result_one, .text = text_result_one },
	[PROMPT_FIELD_SIGNATURE] = { .text = text_signature },
	[PROMPT_FIELD_ITEM_TYPE] = { .small = small_item_type },
	[PROMPT_FIELD_TOOL_NAME] = { .small = small_tool_name },
	[PROMPT_FIELD_BEFORE] = { .small = small_before },
	[PROMPT_FIELD_REQUEST] = { .open = open_request },
};

bool prompt_shape_open(struct prompt_shape *shape, enum prompt_field field)
{
	prompt_asks_open(&shape->facts, field);
	return !field_rows[field].open || field_rows[field].open(shape);
}

void prompt_shape_close(struct prompt_shape *shape, enum prompt_field field)
{
	if (field_rows[field].close)
		field_rows[field].close(shape);
}

void prompt_shape_name(struct prompt_shape *shape, struct bytes name)
{
	add_other(shape, name, true, MARK_NAME);
}

void prompt_shape_text(
    struct prompt_shape *shape, enum prompt_field field, struct bytes piece, bool is_last)
{
	const struct field_row *row = &field_rows[field];
	size_t room = PROMPT_SHAPE_SMALL - shape->small_len;

	if (row->text) {
		row->text(shape, piece, is_last);
		return;
	}
	memcpy(shape->small + shape->small_len, piece.at, piece.len < room ? piece.len : room);
	shape->small_len += (unsigned)(piece.len < room ? piece.len : room);
	if (!is_last)
		return;
	prompt_asks_text(&shape->facts, field, bytes_of(shape->small, shape->small_len));
	if (row->small)
		row->small(shape, bytes_of(shape->small, shape->small_len));
	shape->small_len = 0;
}

void prompt_shape_word(struct prompt_shape *shape, enum prompt_field field, enum json_word word,
    struct bytes digits)
{
	prompt_asks_word(&shape->facts, field, word, digits);
	if (field_rows[field].word)
		field_rows[field].word(shape, word, digits);
}

struct prompt_shape *prompt_shape_new(struct arena *arena, const struct prompt_kit *kit)
{
	struct prompt_shape *shape = arena_take(arena, sizeof(*shape));

	if (!shape)
		return NULL;
	memset(shape, 0, sizeof(*shape));
	shape->kit = kit;
	shape->arena = arena;
	shape->facts.n = 1;
	shape->facts.temperature_milli = shape->facts.top_p_milli = PROMPT_UNSET;
	return shape;
}

/* A turn's phrases, and where |has_template| its template too. */
static void read_clip(const struct prompt_kit *kit, struct prompt_turn *turn, bool has_template,
    struct prompt_facts *facts)
{
	struct bytes runs[2];
	size_t count = clip_runs(&turn->clip, runs);

	if (has_template)
		template_write(facts, &kit->keys, runs, count);
	for (size_t i = 0; kit->elicitation && i < count; i++)
		facts->elicitation |= elicitation_search(kit->elicitation, runs[i]);
}

static void end_system(struct prompt_shape *shape, struct prompt_facts *facts)
{
	struct prompt_turn *system = shape->system;

	facts->system_bytes = system->text_bytes;
	if (system->has_text && !shape->is_in_system)
		facts->system = text_digest_seal(&system->digest, HASH_SYSTEM);
	environment_merge(&system->environment, &shape->environment);
	shape->environment = system->environment;
	read_clip(shape->kit, system, false, facts);
}

static void end_user(struct prompt_shape *shape, struct prompt_facts *facts)
{
	if (facts->user_bytes >= PAYLOAD_LEAST)
		facts->payload = text_digest_seal(&shape->user->digest, HASH_PAYLOAD);
	read_clip(shape->kit, shape->user, true, facts);
}

void prompt_shape_end(struct prompt_shape *shape, bool is_whole, struct prompt_facts *facts)
{
	*facts = shape->facts;
	if (shape->system)
		end_system(shape, facts);
	if (shape->user)
		end_user(shape, facts);
	facts->environment = environment_seal(&shape->environment, &shape->kit->keys);
	if (facts->user_turns == 1 && !facts->assistant_turns && !facts->tool_results)
		facts->flags |= PROMPT_SINGLE_TURN;
	chain_end(&shape->chain, facts);
	if (!is_whole) /* these three speak of an end that was not seen */
		facts->conversation = facts->tail = facts->skeleton = 0;
}

uint64_t prompt_shape_model(const struct prompt_kit *kit, struct bytes name)
{
	return name.len ? keyed_hash_of(kit->keys.hash, HASH_MODEL, name) : 0;
}
