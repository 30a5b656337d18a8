/*
 * Facts of invented exchanges. Everything that a piece says follows from its own numbers, so a
 * conversation that moves to another account is recognised there, as it would be in life. No
 * real prompt, person or address is in here.
 */
#include "sim_piece.h"

#include <string.h>

#define GLOBAL_STACKS 12 /* TLS stacks that all tools of the world are built on */
#define COMMON_TURNS  40
#define LONGEST       200
#define T(name)       scenario_trait(group, TRAIT_##name)

enum { /* what a hash stands for */
	OF_HEAD = 1,
	OF_TAIL,
	OF_BAND,
	OF_SYSTEM,
	OF_ENVIRONMENT,
	OF_EXIT,
	OF_STEP,
	OF_ITEM,
	OF_MODEL,
	OF_STACK,
	OF_SHAPE,
	OF_SIGNATURE,
	OF_PAYLOAD,
	OF_COMMON,
	OF_CHAIN,
	OF_TASTE,
	OF_NOTEBOOK,
	OF_TOOLSET,
	OF_CLAIM,
};

static bool is_of(uint64_t whose, uint64_t what, double share)
{
	return (double)(sim_hash(whose, what) >> 11) * 0x1p-53 < share;
}

uint16_t sim_piece_turns(const struct scenario_group *group, struct sim_random *random)
{
	double turns = T(turns_ln) > 0 ? sim_lognormal(random, T(turns_ln), T(turns_sigma)) : 1;

	return turns < 1 ? 1 : turns > LONGEST ? LONGEST : (uint16_t)turns;
}

double sim_piece_gap(const struct scenario_group *group, struct sim_random *random)
{
	return sim_lognormal(random, T(gap_ln), T(gap_sigma));
}

static void fill_template(const struct scenario_group *group, const struct sim_piece *piece,
    struct sim_random *own, struct prompt_facts *prompt)
{
	uint64_t root = T(templates) > 0 && !piece->is_other
			    ? sim_hash(
				  piece->tool, 1000 + sim_below(own, (uint32_t)T(templates)))
			    : sim_next(own);
	bool is_fixed = T(templates) > 0 && !piece->is_other;

	prompt->skeleton = sim_next(own);
	prompt->user_bytes = 200 + sim_below(own, 3000);
	if (!is_fixed && sim_chance(own, T(common))) {
		root = sim_hash(OF_COMMON, sim_below(own, COMMON_TURNS));
		prompt->user_bytes = 20;
	}
	prompt->head = sim_hash(root, OF_HEAD);
	prompt->tail = sim_hash(root, OF_TAIL);
	for (int i = 0; i < PROMPT_BANDS && prompt->user_bytes > 64; i++)
		prompt->bands[i] = is_fixed && !sim_chance(own, T(vary))
				       ? sim_hash(root, OF_BAND * 100 + (uint64_t)i)
				       : sim_next(own);
}

static uint64_t chain_key(const struct sim_piece *piece, uint64_t turn)
{
	return sim_hash(sim_hash(piece->conversation, OF_CHAIN), turn);
}

static bool has_signature(
    const struct scenario_group *group, const struct sim_piece *piece, uint64_t turn)
{
	return is_of(piece->conversation, OF_SIGNATURE * 1000 + turn, T(signed_blocks));
}

static void fill_chain(
    const struct scenario_group *group, const struct sim_piece *piece, struct record *record)
{
	struct prompt_facts *prompt = &record->prompt;

	prompt->conversation = chain_key(piece, piece->turn);
	for (int turn = piece->turn - 1; turn >= 0 && prompt->earlier_count < PROMPT_EARLIER;
	     turn--)
		prompt->earlier[prompt->earlier_count++] = chain_key(piece, (uint64_t)turn);
	prompt->user_turns = (uint16_t)(piece->turn + 1);
	prompt->assistant_turns = piece->turn;
	prompt->messages = (uint16_t)(2 * piece->turn + 1);
	prompt->conversation_bytes = prompt->user_bytes + 800u * piece->turn;
	if (piece->turn && has_signature(group, piece, piece->turn - 1u)) {
		prompt->signatures[0] = sim_hash(
		    piece->conversation, OF_SIGNATURE * 5000 + piece->turn - 1u);
		prompt->signature_count = 1;
	}
	if (has_signature(group, piece, piece->turn)) {
		record->reply.signatures[0] = sim_hash(
		    piece->conversation, OF_SIGNATURE * 5000 + piece->turn);
		record->reply.signature_count = 1;
	}
}

static void fill_payload(const struct scenario_group *group, const struct sim_piece *piece,
    struct sim_random *own, struct prompt_facts *prompt)
{
	if (prompt->user_bytes < 64)
		return;
	if (T(steps) > 0 && !piece->is_other)
		prompt->payload = sim_hash(piece->tool, OF_STEP * 1000 + piece->turn);
	else if (T(payload_set) > 0 && !piece->is_other)
		prompt->payload = sim_hash(piece->conversation, OF_ITEM);
	else
		prompt->payload = sim_next(own);
}

static void fill_wishes(const struct scenario_group *group, const struct sim_piece *piece,
    struct sim_random *own, struct prompt_facts *prompt)
{
	static const uint8_t bits[] = { PROMPT_ELICIT_REASONING, PROMPT_ELICIT_RESTATE,
		PROMPT_ELICIT_RUBRIC, PROMPT_ELICIT_TAGS, PROMPT_ELICIT_SYNTHESIS };
	const double shares[] = { T(reasoning), T(restate), T(rubric), T(tags), T(synthesis) };

	for (int i = 0; i < 5; i++)
		if (sim_chance(own, piece->is_other ? 0.02 : shares[i]))
			prompt->elicitation |= bits[i];
	prompt->n = 1;
	if (sim_chance(own, T(large)))
		prompt->flags |= PROMPT_LARGE_OUTPUT;
	if (sim_chance(own, T(samples))) {
		prompt->flags |= PROMPT_MANY_SAMPLES;
		prompt->n = 4;
	}
	if (piece->turn && sim_chance(own, T(tool_results)))
		prompt->tool_results = piece->turn;
	if (!piece->turn)
		prompt->flags |= PROMPT_SINGLE_TURN;
	prompt->max_tokens = prompt->flags & PROMPT_LARGE_OUTPUT ? 8192 : 1024;
	prompt->temperature_milli = PROMPT_UNSET;
	prompt->top_p_milli = PROMPT_UNSET;
}

static void fill_surroundings(const struct scenario_group *group, const struct sim_piece *piece,
    struct prompt_facts *prompt)
{
	uint64_t author = piece->author;

	if (!piece->is_other && is_of(author, OF_SYSTEM, T(system)))
		prompt->system = sim_hash(piece->tool, OF_SYSTEM);
	else if (is_of(author, OF_SYSTEM * 7, 0.5))
		prompt->system = sim_hash(author, OF_SYSTEM * 11 + piece->is_other);
	if (!piece->is_other && is_of(author, OF_ENVIRONMENT, T(environment)))
		prompt->environment = is_of(author, OF_ENVIRONMENT * 7, T(environment_shared))
					  ? sim_hash(OF_ENVIRONMENT, author % 3)
					  : sim_hash(author, OF_ENVIRONMENT);
	prompt->system_bytes = prompt->system ? 1200 : 0;
	prompt->toolset = T(tool_results) > 0 ? sim_hash(piece->tool, OF_TOOLSET) : 0;
	prompt->model = sim_hash(OF_MODEL, piece->model);
}

static void fill_transport(const struct scenario_group *group, const struct sim_piece *piece,
    const struct sim_sender *sender, struct sim_random *random, struct facts *facts)
{
	uint64_t taste = sim_hash(sender->account, OF_TASTE);
	uint64_t stack = (piece->tool + taste % (uint64_t)fmax(1, T(stacks))) % GLOBAL_STACKS;
	uint64_t exit = sim_chance(random, T(roam)) ? 1 + sim_below(random, 5) : 0;
	bool is_forged = is_of(sender->account, OF_STACK, T(mismatch));

	facts->ja4 = facts->ja3 = sim_hash(OF_STACK, stack);
	facts->http_shape = sim_hash(OF_SHAPE, stack);
	facts->client = (uint8_t)(1 + (is_forged ? stack + 1 + taste % 4 : stack) % 6);
	facts->transport = FACTS_TRANSPORT_TLS;
	facts->http_major = 2;
	facts->prefix = T(exits) > 0
			    ? sim_hash(piece->tool,
				  OF_EXIT * 1000 + sim_below(random, (uint32_t)T(exits)))
			    : sim_hash(sender->account, OF_EXIT * 1000 + exit);
	facts->address = sim_hash(facts->prefix, 1);
	facts->asn = 64496 + (uint32_t)(facts->prefix % (uint64_t)T(networks));
	facts->path = 77;
}

void sim_piece_fill(const struct scenario_group *group, const struct sim_piece *piece,
    const struct sim_sender *sender, struct sim_random *random, struct record *record)
{
	struct sim_random own = { sim_hash(piece->conversation, 31 + piece->turn) };
	struct prompt_facts *prompt = &record->prompt;

	memset(prompt, 0, sizeof(*prompt));
	memset(&record->reply, 0, sizeof(record->reply));
	record->facts.account = sender->account;
	record->facts.owner = sender->owner;
	record->facts.is_retry = sender->is_retry || is_of(piece->conversation + piece->turn,
							 OF_CLAIM, T(claims_retry));
	prompt->state = PROMPT_WHOLE;
	prompt->dialect = DIALECT_ANTHROPIC_MESSAGES;
	fill_transport(group, piece, sender, random, &record->facts);
	fill_template(group, piece, &own, prompt);
	fill_payload(group, piece, &own, prompt);
	fill_wishes(group, piece, &own, prompt);
	fill_surroundings(group, piece, prompt);
	fill_chain(group, piece, record);
	record->reply.status = 200;
	record->reply.input_tokens = (prompt->conversation_bytes + prompt->system_bytes) / 4;
	record->reply.output_tokens = 20 + sim_below(&own, 900);
}

uint64_t sim_piece_conversation(const struct scenario_group *group,
    const struct sim_piece *piece, struct sim_random *random)
{
	if (piece->is_other)
		return sim_next(random);
	if (T(steps) > 0)
		return sim_hash(piece->tool, OF_NOTEBOOK);
	if (T(payload_set) > 0)
		return sim_hash(sim_hash(piece->tool, OF_ITEM),
		    sim_below(random, (uint32_t)T(payload_set)));
	return sim_next(random);
}
