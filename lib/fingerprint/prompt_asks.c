/*
 * How an answer is asked for. Nothing here sees what is asked.
 */
#include "fingerprint/prompt_asks.h"

#include "fingerprint/decimal.h"

#define LARGE_OUTPUT 4096

static void set_flag(struct prompt_facts *facts, enum prompt_flag flag, bool is_on)
{
	if (is_on)
		facts->flags |= (uint8_t)flag;
}

static bool is_any(struct bytes text, const char *a, const char *b)
{
	return bytes_equal(text, bytes_of_text(a)) || bytes_equal(text, bytes_of_text(b));
}

void prompt_asks_open(struct prompt_facts *facts, enum prompt_field field)
{
	set_flag(facts, PROMPT_STRUCTURED, field == PROMPT_FIELD_STRUCTURED);
}

void prompt_asks_text(struct prompt_facts *facts, enum prompt_field field, struct bytes text)
{
	if (text.len == 0)
		return;
	if (field == PROMPT_FIELD_THINKING)
		set_flag(facts, PROMPT_THINKING, !is_any(text, "disabled", "none"));
	if (field == PROMPT_FIELD_STRUCTURED)
		set_flag(facts, PROMPT_STRUCTURED, !is_any(text, "text", "text/plain"));
}

/* Several members may say it (n, best_of): the most counts. */
static void take_samples(struct prompt_facts *facts, struct bytes digits)
{
	uint32_t n = decimal_scaled(digits, 0, UINT8_MAX);

	if (n > facts->n)
		facts->n = (uint8_t)n;
	set_flag(facts, PROMPT_MANY_SAMPLES, facts->n > 1);
}

static void take_number(
    struct prompt_facts *facts, enum prompt_field field, struct bytes digits)
{
	switch (field) {
	case PROMPT_FIELD_MAX_TOKENS:
		facts->max_tokens = decimal_scaled(digits, 0, UINT32_MAX);
		set_flag(facts, PROMPT_LARGE_OUTPUT, facts->max_tokens >= LARGE_OUTPUT);
		break;
	case PROMPT_FIELD_TEMPERATURE:
		facts->temperature_milli = (uint16_t)decimal_scaled(
		    digits, 3, PROMPT_UNSET - 1);
		break;
	case PROMPT_FIELD_TOP_P:
		facts->top_p_milli = (uint16_t)decimal_scaled(digits, 3, PROMPT_UNSET - 1);
		break;
	case PROMPT_FIELD_N:
		take_samples(facts, digits);
		break;
	default:
		break;
	}
}

void prompt_asks_word(struct prompt_facts *facts, enum prompt_field field, enum json_word word,
    struct bytes digits)
{
	bool is_on = word == JSON_WORD_TRUE ||
		     (word == JSON_WORD_NUMBER && !bytes_equal(digits, BYTES("0")));

	if (word == JSON_WORD_NUMBER)
		take_number(facts, field, digits);
	set_flag(facts, PROMPT_STREAM, is_on && field == PROMPT_FIELD_STREAM);
	set_flag(facts, PROMPT_LOGPROBS, is_on && field == PROMPT_FIELD_LOGPROBS);
	set_flag(facts, PROMPT_THINKING, is_on && field == PROMPT_FIELD_THINKING);
}
