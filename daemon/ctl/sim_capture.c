/*
 * Made-up bodies behind simulated facts. Not exactly as simulated: a share of a template's
 * bands follows from how many words of its text differ, so single bands come out otherwise; a
 * turn of a public item has a payload of its own; dialects with signed blocks cannot ask for
 * several samples. It must never hold a sentence that somebody could have written.
 */
#include "sim_capture.h"

#include "base/text.h"

#include <inttypes.h>

#define LINE_ROOM   (4 << 20)
#define SHORT_BYTES 64 /* user turns below it have no payload and no bands */
#define EDGE_WORDS  6  /* one sentence that the template's head or tail is read from */
#define BODY_WORDS  40
#define SLOT_MOST   120
#define T(name)     scenario_trait(group, TRAIT_##name)

enum { /* what a seed stands for, so that no two texts begin with one */
	OF_HEAD = 101,
	OF_BODY,
	OF_SLOT,
	OF_TAIL,
	OF_REPLY,
	OF_RESULT
};

static const struct {
	uint8_t bit;
	const char *phrase; /* of conf/elicitation.txt */
} wishes[] = {
	{ PROMPT_ELICIT_REASONING, "think step by step" },
	{ PROMPT_ELICIT_RESTATE, "restate your reasoning" },
	{ PROMPT_ELICIT_RUBRIC, "use the scoring rubric" },
	{ PROMPT_ELICIT_TAGS, "wrap your reasoning in marks" },
	{ PROMPT_ELICIT_SYNTHESIS, "come up with a set of them" },
};

/* By enum client_claim; the simulated ones are no others. */
static const char *const agents[] = { "", "synthetic/1", "OpenAI/Python 1", "OpenAI/JS 1",
	"OpenAI/Go 1", "OpenAI/Java 1", "OpenAI/Ruby 1" };

struct maker {
	struct text text;
	const struct scenario_group *group;
	const struct sim_piece *piece;
	const struct record *record;
	bool is_signing; /* Anthropic's dialect, else OpenAI's */
};

static void add_words(struct text *text, uint64_t seed, int count)
{
	static const char syllables[][3] = { "ba", "de", "fi", "go", "hu", "ka", "le", "mi",
		"no", "pu", "ra", "se", "ti", "vo", "wu", "ze" };
	struct sim_random random = { seed };

	for (int i = 0; i < count; i++) {
		uint64_t draw = sim_next(&random);

		text_add_format(text, "%s%s%s%s", i ? " " : "", syllables[draw & 15],
		    syllables[draw >> 4 & 15], syllables[draw >> 8 & 15]);
	}
}

static void add_sentence(struct text *text, uint64_t seed, int count)
{
	add_words(text, seed, count);
	text_add(text, BYTES(". "));
}

/* So many words of a slot that a band stays the template's own with the share that the group
 * has: a band holds four of the least 3-grams. */
static int slot_words(const struct scenario_group *group, const struct sim_piece *piece)
{
	bool is_fixed = T(templates) > 0 && !piece->is_other;
	double kept = is_fixed ? pow(1 - fmin(T(vary), 0.999), 0.25) : 1;
	double words = (BODY_WORDS + 2 * EDGE_WORDS) * (1 / kept - 1) - 2;

	return words < 2 ? 2 : words > SLOT_MOST ? SLOT_MOST : (int)words;
}

static void add_environment(struct text *text, uint64_t environment)
{
	if (environment)
		text_add_format(
		    text, "\\nWorking directory: /synthetic/%016" PRIx64 "\\n", environment);
	else
		text_add(text, BYTES("\\n"));
}

static void add_user_text(struct maker *maker, const struct prompt_facts *turn, bool is_first)
{
	struct text *text = &maker->text;
	uint64_t environment = is_first && !turn->system ? turn->environment : 0;

	if (turn->user_bytes < SHORT_BYTES) {
		add_words(text, sim_hash(turn->head, OF_HEAD), EDGE_WORDS);
		return;
	}
	add_sentence(text, sim_hash(turn->head, OF_HEAD), EDGE_WORDS);
	add_words(text, sim_hash(turn->head, OF_BODY), BODY_WORDS);
	add_environment(text, environment);
	for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++)
		if (turn->elicitation & wishes[i].bit)
			text_add_format(text, "%s. ", wishes[i].phrase);
	add_sentence(
	    text, sim_hash(turn->skeleton, OF_SLOT), slot_words(maker->group, maker->piece));
	add_sentence(text, sim_hash(turn->tail, OF_TAIL), EDGE_WORDS);
}

/* What the result of a tool is wrapped in: the call, which ends the assistant's message, then
 * the result, before the user goes on. */
static void add_call(struct maker *maker, uint16_t turn)
{
	if (maker->is_signing)
		text_add_format(&maker->text,
		    ",{\"type\":\"tool_use\",\"id\":\"t%u\",\"name\":\"synthetic\",\"input\":{}"
		    "}",
		    turn);
	else
		text_add_format(&maker->text,
		    ",\"tool_calls\":[{\"id\":\"t%u\",\"type\":\"function\",\"function\":"
		    "{\"name\":\"synthetic\",\"arguments\":\"\"}}]",
		    turn);
}

static void add_result(struct maker *maker, uint16_t turn)
{
	struct text *text = &maker->text;

	text_add_format(text,
	    maker->is_signing ? ",{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
				"\"tool_use_id\":\"t%u\",\"content\":\""
			      : ",{\"role\":\"tool\",\"tool_call_id\":\"t%u\",\"content\":\"",
	    turn);
	add_words(text, sim_hash(maker->piece->conversation, OF_RESULT * 1000 + turn), 4);
	text_add(text, maker->is_signing ? BYTES("\"}]}") : BYTES("\"}"));
}

/* The answer to the turn before |turn|, with its signed block when it is the newest one:
 * clients leave the blocks of older turns out. */
static void add_answer(struct maker *maker, uint16_t turn, bool has_result)
{
	struct text *text = &maker->text;
	const struct prompt_facts *prompt = &maker->record->prompt;

	text_add(text, BYTES(",{\"role\":\"assistant\",\"content\":"));
	if (maker->is_signing) {
		text_add_char(text, '[');
		if (turn == maker->piece->turn && prompt->signature_count)
			text_add_format(text,
			    "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":"
			    "\"%016" PRIx64 "\"},",
			    prompt->signatures[0]);
		text_add(text, BYTES("{\"type\":\"text\",\"text\":"));
	}
	text_add_char(text, '"');
	add_words(text, sim_hash(maker->piece->conversation, OF_REPLY * 1000 + turn), 8);
	text_add_char(text, '"');
	if (maker->is_signing)
		text_add_char(text, '}');
	if (has_result)
		add_call(maker, turn);
	text_add(text, maker->is_signing ? BYTES("]}") : BYTES("}"));
	if (has_result)
		add_result(maker, turn);
}

/* Every turn as it was when it was the last one. */
static void add_messages(struct maker *maker)
{
	static struct record earlier;
	struct sim_random unused = { 1 };
	struct sim_piece piece = *maker->piece;
	const struct sim_sender sender = { .account = maker->record->facts.account,
		.owner = maker->record->facts.owner };

	for (piece.turn = 0; piece.turn <= maker->piece->turn; piece.turn++) {
		const struct prompt_facts *turn = &earlier.prompt;

		sim_piece_fill(maker->group, &piece, &sender, &unused, &earlier);
		if (piece.turn)
			add_answer(maker, piece.turn, turn->tool_results);
		text_add_format(&maker->text, "%s{\"role\":\"user\",\"content\":\"",
		    piece.turn || (turn->system && !maker->is_signing) ? "," : "");
		add_user_text(maker, turn, piece.turn == 0);
		text_add(&maker->text, BYTES("\"}"));
	}
}

static void add_system(struct maker *maker)
{
	const struct prompt_facts *prompt = &maker->record->prompt;

	if (!prompt->system)
		return;
	text_add(&maker->text, maker->is_signing
				   ? BYTES("\"system\":\"")
				   : BYTES("{\"role\":\"system\",\"content\":\""));
	add_sentence(&maker->text, prompt->system, BODY_WORDS);
	add_environment(&maker->text, prompt->environment);
	text_add(&maker->text, maker->is_signing ? BYTES("\",") : BYTES("\"}"));
}

static void add_body(struct maker *maker)
{
	const struct prompt_facts *prompt = &maker->record->prompt;
	struct text *text = &maker->text;

	text_add_format(text, "{\"model\":\"synthetic-%016" PRIx64 "\",\"max_tokens\":%" PRIu32,
	    prompt->model, prompt->max_tokens);
	if (prompt->n > 1 && !maker->is_signing)
		text_add_format(text, ",\"n\":%u", prompt->n);
	if (prompt->toolset)
		text_add_format(text,
		    maker->is_signing ? ",\"tools\":[{\"name\":\"tool-%016" PRIx64 "\"}],"
				      : ",\"tools\":[{\"type\":\"function\",\"function\":"
					"{\"name\":\"tool-%016" PRIx64 "\"}}],",
		    prompt->toolset);
	else
		text_add_char(text, ',');
	if (maker->is_signing)
		add_system(maker);
	text_add(text, BYTES("\"messages\":["));
	if (!maker->is_signing)
		add_system(maker);
	add_messages(maker);
	text_add(text, BYTES("]}"));
}

/* Addresses that nobody has: fd00::/8 (RFC 4193), a /48 for each simulated prefix. */
static void add_source(struct text *text, const struct facts *facts)
{
	uint64_t prefix = sim_mix(facts->prefix);

	text_add_format(text, ",\"peer\":\"fd%02x:%04x:%04x::1\",\"asn\":%" PRIu32,
	    (unsigned)(prefix & 0xFF), (unsigned)(prefix >> 8 & 0xFFFF),
	    (unsigned)(prefix >> 24 & 0xFFFF), facts->asn);
	if (facts->owner != facts->account)
		text_add_format(text, ",\"owner\":\"synthetic-%016" PRIx64 "\"", facts->owner);
}

static void add_client(struct maker *maker)
{
	const struct facts *facts = &maker->record->facts;
	struct text *text = &maker->text;

	text_add_format(text,
	    ",\"tls\":{\"ja3\":\"%016" PRIx64 "%016" PRIx64 "\",\"ja4\":\"t13d1516h2_"
	    "%012" PRIx64 "_%012" PRIx64 "\"},\"http\":\"2\",\"method\":\"POST\",\"path\":",
	    facts->ja3, sim_mix(facts->ja3), facts->ja4 >> 16, sim_mix(facts->ja4) >> 16);
	text_add(text,
	    maker->is_signing ? BYTES("\"/v1/messages\"") : BYTES("\"/v1/chat/completions\""));
	text_add_format(text,
	    ",\"headers\":[[\"host\",\"synthetic.invalid\"],[\"user-agent\",\"%s\"],"
	    "[\"x-synthetic-%016" PRIx64 "\",\"1\"],[\"x-stainless-retry-count\",\"%u\"],"
	    "[\"x-api-key\",\"sk-synthetic-%016" PRIx64 "\"],"
	    "[\"content-type\",\"application/json\"]]",
	    agents[facts->client], facts->http_shape, facts->is_retry, facts->account);
}

static void add_outcome(struct text *text, const struct record *record)
{
	const struct reply_facts *reply = &record->reply;

	text_add_format(text,
	    ",\"reply\":{\"status\":%u,\"input_tokens\":%" PRIu32 ",\"output_tokens\":%" PRIu32,
	    reply->status, reply->input_tokens, reply->output_tokens);
	if (reply->signature_count)
		text_add_format(text, ",\"signed\":[\"%016" PRIx64 "\"]", reply->signatures[0]);
	text_add_char(text, '}');
	/* A capture knows no cohorts: what a trial held was limited, for all that it tells. */
	if (record->coin || record->is_shaped || record->hold == RECORD_HOLD_HELD)
		text_add_format(text,
		    ",\"retort\":{\"coin\":\"%s\",\"shaped\":%s,\"limited\":%s}",
		    record_coin_name(record->coin), record->is_shaped ? "true" : "false",
		    record->hold == RECORD_HOLD_HELD ? "true" : "false");
	text_add(text, BYTES(",\"label\":"));
	text_add_json(text, bytes_of_text(record->label));
	text_add(text, BYTES("}\n"));
}

bool sim_capture_write(FILE *out, const struct scenario_group *group,
    const struct sim_piece *piece, const struct record *record)
{
	static char room[LINE_ROOM];
	struct maker maker = { .text = text_in(room, LINE_ROOM),
		.group = group,
		.piece = piece,
		.record = record,
		.is_signing = T(signed_blocks) > 0 };

	text_add_format(&maker.text,
	    "{\"v\":1,\"kind\":\"capture\",\"at\":%" PRId64 ".%06" PRId64,
	    record->facts.at_us / 1000000, record->facts.at_us % 1000000);
	add_source(&maker.text, &record->facts);
	add_client(&maker);
	text_add(&maker.text, BYTES(",\"body\":"));
	add_body(&maker);
	add_outcome(&maker.text, record);
	return !maker.text.is_cut && fwrite(room, 1, maker.text.len, out) == maker.text.len;
}
