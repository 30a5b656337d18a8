/*
 * Facts for people, a row a member. Like every record: keyed hashes and numbers, no word of a
 * prompt and no credential.
 */
#include "record/facts_json.h"

#include "api/dialect.h"
#include "fingerprint/client_claim.h"

enum kind { KIND_U8, KIND_U16, KIND_U32, KIND_U64, KIND_HEX, KIND_MILLI };

struct row {
	const char *name;
	enum kind kind;
	size_t offset;
};

#define ROW(name, kind, member)                                                                \
	{                                                                                      \
		name, kind, offsetof(struct record, member)                                    \
	}

static const struct row identity_rows[] = {
	ROW("account", KIND_HEX, facts.account),
	ROW("owner", KIND_HEX, facts.owner),
	ROW("address", KIND_HEX, facts.address),
	ROW("prefix", KIND_HEX, facts.prefix),
	ROW("asn", KIND_U32, facts.asn),
	ROW("ja3", KIND_HEX, facts.ja3),
	ROW("ja4", KIND_HEX, facts.ja4),
	ROW("http", KIND_U8, facts.http_major),
	ROW("http_shape", KIND_HEX, facts.http_shape),
	ROW("path", KIND_HEX, facts.path),
};

static const struct row prompt_rows[] = {
	ROW("body_bytes", KIND_U32, prompt.body_bytes),
	ROW("model", KIND_HEX, prompt.model),
	ROW("messages", KIND_U16, prompt.messages),
	ROW("user_turns", KIND_U16, prompt.user_turns),
	ROW("assistant_turns", KIND_U16, prompt.assistant_turns),
	ROW("tool_results", KIND_U16, prompt.tool_results),
	ROW("images", KIND_U16, prompt.images),
	ROW("tools", KIND_U16, prompt.tools),
	ROW("toolset", KIND_HEX, prompt.toolset),
	ROW("system_bytes", KIND_U32, prompt.system_bytes),
	ROW("user_bytes", KIND_U32, prompt.user_bytes),
	ROW("text_bytes", KIND_U32, prompt.text_bytes),
	ROW("conversation_bytes", KIND_U32, prompt.conversation_bytes),
	ROW("max_tokens", KIND_U32, prompt.max_tokens),
	ROW("temperature", KIND_MILLI, prompt.temperature_milli),
	ROW("top_p", KIND_MILLI, prompt.top_p_milli),
	ROW("n", KIND_U8, prompt.n),
	ROW("system", KIND_HEX, prompt.system),
	ROW("environment", KIND_HEX, prompt.environment),
	ROW("payload", KIND_HEX, prompt.payload),
	ROW("skeleton", KIND_HEX, prompt.skeleton),
	ROW("head", KIND_HEX, prompt.head),
	ROW("tail", KIND_HEX, prompt.tail),
	ROW("conversation", KIND_HEX, prompt.conversation),
};

static const struct row reply_rows[] = {
	ROW("status", KIND_U16, reply.status),
	ROW("input_tokens", KIND_U32, reply.input_tokens),
	ROW("output_tokens", KIND_U32, reply.output_tokens),
	ROW("last_byte_us", KIND_U64, reply.last_byte_us),
};

static void add_name(struct text *text, const char *name)
{
	bool is_first = text->len && text->at[text->len - 1] == '{';

	text_add_format(text, "%s\"%s\":", is_first ? "" : ",", name);
}

static uint64_t value_of(const struct row *row, const struct record *record)
{
	const char *at = (const char *)record + row->offset;
	uint64_t value = 0;

	switch (row->kind) {
	case KIND_U8:
		return *(const uint8_t *)at;
	case KIND_U16:
	case KIND_MILLI:
		return *(const uint16_t *)(const void *)at;
	case KIND_U32:
		return *(const uint32_t *)(const void *)at;
	default:
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

static void add_hash(struct text *text, uint64_t hash)
{
	text_add_char(text, '"');
	text_add_hex64(text, hash);
	text_add_char(text, '"');
}

static void add_row(struct text *text, const struct row *row, const struct record *record)
{
	uint64_t value = value_of(row, record);

	if (value == 0 && row->kind != KIND_MILLI)
		return;
	if (row->kind == KIND_MILLI && value == PROMPT_UNSET)
		return;
	add_name(text, row->name);
	if (row->kind == KIND_HEX)
		add_hash(text, value);
	else if (row->kind == KIND_MILLI)
		text_add_format(
		    text, "%u.%03u", (unsigned)value / 1000, (unsigned)value % 1000);
	else
		text_add_number(text, value);
}

static void add_hashes(
    struct text *text, const char *name, const uint64_t *hashes, size_t count)
{
	if (count == 0 || hashes[0] == 0)
		return;
	add_name(text, name);
	for (size_t i = 0; i < count; i++) {
		text_add_char(text, i ? ',' : '[');
		add_hash(text, hashes[i]);
	}
	text_add_char(text, ']');
}

static void add_word(struct text *text, const char *name, const char *word)
{
	if (!word[0])
		return;
	add_name(text, name);
	text_add_json(text, bytes_of_text(word));
}

/* The set bits by their names, as an array. */
static void add_bits(
    struct text *text, const char *name, unsigned bits, const char *(*name_of)(unsigned bit))
{
	char before = '[';

	if (!bits)
		return;
	add_name(text, name);
	for (unsigned bit = 0; name_of(bit); bit++) {
		if (!(bits >> bit & 1))
			continue;
		text_add_char(text, before);
		text_add_json(text, bytes_of_text(name_of(bit)));
		before = ',';
	}
	text_add_char(text, ']');
}

static void add_prompt(struct text *text, const struct record *record)
{
	const struct prompt_facts *prompt = &record->prompt;

	add_name(text, "prompt");
	text_add_char(text, '{');
	add_word(text, "state", prompt_state_name(prompt->state));
	if (prompt->why)
		add_word(text, "why", prompt_why_name(prompt->why));
	add_word(text, "dialect", dialect_name(prompt->dialect));
	for (size_t i = 0; i < sizeof(prompt_rows) / sizeof(*prompt_rows); i++)
		add_row(text, &prompt_rows[i], record);
	add_bits(text, "flags", prompt->flags, prompt_flag_name);
	add_bits(text, "elicitation", prompt->elicitation, prompt_elicitation_name);
	add_hashes(text, "bands", prompt->bands, PROMPT_BANDS);
	add_hashes(text, "earlier", prompt->earlier, prompt->earlier_count);
	add_hashes(text, "signatures", prompt->signatures, prompt->signature_count);
	text_add_char(text, '}');
}

void facts_json_write(struct text *text, const struct record *record)
{
	text_add_format(text, "{\"at\":%lld.%06lld", (long long)(record->facts.at_us / 1000000),
	    (long long)(record->facts.at_us % 1000000));
	for (size_t i = 0; i < sizeof(identity_rows) / sizeof(*identity_rows); i++)
		add_row(text, &identity_rows[i], record);
	add_word(text, "ja4_text", record->facts.ja4_text);
	add_word(text, "client", client_claim_word(record->facts.client));
	add_word(text, "method", record->method);
	add_word(text, "label", record->label);
	add_prompt(text, record);
	if (record->reply.status) {
		add_name(text, "reply");
		text_add_char(text, '{');
		for (size_t i = 0; i < sizeof(reply_rows) / sizeof(*reply_rows); i++)
			add_row(text, &reply_rows[i], record);
		text_add_char(text, '}');
	}
	text_add_char(text, '}');
}
