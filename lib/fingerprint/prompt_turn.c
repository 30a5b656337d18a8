/*
 * One turn of a conversation, taken in before its role is known: JSON members have no order.
 */
#include "fingerprint/prompt_turn.h"

void prompt_turn_init(struct prompt_turn *turn, const struct text_digest_keys *keys)
{
	turn->role = CHAIN_NOBODY;
	turn->has_text = turn->has_call = turn->has_result = turn->has_other = false;
	turn->is_aside = false;
	turn->results = 0;
	turn->text_bytes = 0;
	text_digest_init(&turn->digest, keys);
	environment_init(&turn->environment);
	clip_init(&turn->clip);
}

void prompt_turn_add_text(struct prompt_turn *turn, struct bytes piece, bool is_last)
{
	turn->has_text = true;
	turn->text_bytes = prompt_turn_sum(turn->text_bytes, piece.len);
	environment_take(&turn->environment, &turn->digest, piece);
	clip_add(&turn->clip, piece);
	if (is_last) {
		environment_end_text(&turn->environment, &turn->digest);
		clip_add(&turn->clip, BYTES("\n"));
	}
}

void prompt_turn_add_other(
    struct prompt_turn *turn, struct bytes piece, bool is_last, unsigned char mark)
{
	turn->has_other = true;
	text_digest_add(&turn->digest, piece);
	if (is_last)
		text_digest_add_mark(&turn->digest, mark);
}

enum chain_role prompt_turn_role(const struct prompt_turn *turn)
{
	if (turn->role != CHAIN_NOBODY && turn->role != CHAIN_USER)
		return turn->role;
	if (turn->has_result)
		return CHAIN_TOOL;
	return turn->has_call ? CHAIN_ASSISTANT : CHAIN_USER;
}

bool prompt_turn_is_one(const struct prompt_turn *turn)
{
	bool is_said = turn->has_text || turn->has_call || turn->has_result || turn->has_other;

	return !turn->is_aside && (is_said || turn->role != CHAIN_NOBODY);
}

enum chain_role prompt_turn_role_named(struct bytes name)
{
	static const struct {
		struct bytes name;
		enum chain_role role;
	} rows[] = {
		{ BYTES("user"), CHAIN_USER },
		{ BYTES("assistant"), CHAIN_ASSISTANT },
		{ BYTES("system"), CHAIN_SYSTEM },
		{ BYTES("developer"), CHAIN_SYSTEM },
		{ BYTES("tool"), CHAIN_TOOL },
		{ BYTES("function"), CHAIN_TOOL },
		{ BYTES("model"), CHAIN_ASSISTANT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (bytes_equal_nocase(name, rows[i].name))
			return rows[i].role;
	return CHAIN_NOBODY;
}
