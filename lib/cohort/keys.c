/*
 * From facts to cohort keys. One row a kind says its words, its reference group and whether its
 * cohorts may ever be shaped.
 */
#include "cohort/keys.h"

#define YOUNG_S     (2 * 86400)
#define DAY_S       86400
#define SHORT_BYTES 64

static const struct {
	const char *name, *words;
	int group;
	bool may_shape;
} kinds[KEY_KIND_COUNT] = {
	[KEY_NONE] = { "none", "nothing in common", -1, false },
	[KEY_BODY] = { "body", "a template with the same body", KEY_GROUP_BODY, true },
	[KEY_HEAD] = { "head", "a template with the same first words", KEY_GROUP_TEMPLATE,
	    true },
	[KEY_TAIL] = { "tail", "a template with the same last words", KEY_GROUP_TEMPLATE,
	    true },
	[KEY_SYSTEM] = { "system", "the same system prompt", KEY_GROUP_SYSTEM, true },
	[KEY_CLIENT] = { "client", "the same TLS stack, HTTP shape and model", KEY_GROUP_CLIENT,
	    false },
	[KEY_NETWORK] = { "network", "the same network and TLS stack", KEY_GROUP_NETWORK,
	    false },
	[KEY_BIRTH] = { "birth", "the same first day and TLS stack", KEY_GROUP_BIRTH, false },
	[KEY_HOPS] = { "hops", "conversations that move between them", -1, false },
};

static const char *const groups[KEY_GROUP_COUNT] = {
	[KEY_GROUP_BODY] = "body",
	[KEY_GROUP_TEMPLATE] = "template",
	[KEY_GROUP_SHORT] = "short",
	[KEY_GROUP_SYSTEM] = "system",
	[KEY_GROUP_CLIENT] = "client",
	[KEY_GROUP_NETWORK] = "network",
	[KEY_GROUP_BIRTH] = "birth",
};

/* The values are keyed hashes; this only keeps kinds apart and binds parts together. */
static uint64_t bind(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ b * 0x9e3779b97f4a7c15ULL) * 0xff51afd7ed558ccdULL;

	x = (x ^ x >> 32) * 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 29;
	return x ? x : 1;
}

static void add(struct keys *keys, enum key_kind kind, uint64_t value)
{
	if (!value || keys->count == KEYS_MAX)
		return;
	keys->at[keys->count++] = (struct key){ bind(value, kind), (uint8_t)kind };
}

void keys_of_exchange(
    struct keys *keys, const struct facts *facts, const struct prompt_facts *prompt)
{
	keys->count = 0;
	for (int i = 0; i < KEY_BODIES; i++) {
		uint64_t band = prompt->bands[i * (PROMPT_BANDS / KEY_BODIES)];

		add(keys, KEY_BODY, band ? bind(band, (uint64_t)i + 1) : 0);
	}
	add(keys, KEY_HEAD, prompt->head);
	add(keys, KEY_TAIL, prompt->tail);
	add(keys, KEY_SYSTEM, prompt->system);
	if (facts->ja4 && facts->http_shape && prompt->model)
		add(keys, KEY_CLIENT, bind(bind(facts->ja4, facts->http_shape), prompt->model));
}

void keys_of_account(
    struct keys *keys, const struct facts *facts, uint32_t born_s, uint64_t hop_root)
{
	uint32_t now_s = (uint32_t)(facts->at_us / 1000000);

	if (facts->ja4 && now_s - born_s < YOUNG_S)
		add(keys, KEY_BIRTH, bind(facts->ja4, born_s / DAY_S + 1));
	else if (facts->ja4 && facts->asn)
		add(keys, KEY_NETWORK, bind(facts->ja4, facts->asn));
	add(keys, KEY_HOPS, hop_root);
}

int key_group_of(enum key_kind kind, uint32_t user_bytes)
{
	if (kinds[kind].group == KEY_GROUP_TEMPLATE && user_bytes < SHORT_BYTES)
		return KEY_GROUP_SHORT;
	return kinds[kind].group;
}

bool key_may_shape(enum key_kind kind)
{
	return kinds[kind].may_shape;
}

const char *key_kind_name(enum key_kind kind)
{
	return kinds[kind].name;
}

const char *key_kind_words(enum key_kind kind)
{
	return kinds[kind].words;
}

int key_kind_of(struct bytes name)
{
	for (int i = 0; i < KEY_KIND_COUNT; i++)
		if (bytes_equal(name, bytes_of_text(kinds[i].name)))
			return i;
	return -1;
}

const char *key_group_name(enum key_group group)
{
	return groups[group];
}

int key_group_named(struct bytes name)
{
	for (int i = 0; i < KEY_GROUP_COUNT; i++)
		if (bytes_equal(name, bytes_of_text(groups[i])))
			return i;
	return -1;
}
