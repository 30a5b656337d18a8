/*
 * Changes by an operator's hand. Every one is logged with what it was before. It must never
 * change what a request that is under way was told.
 */
#include "admin_change.h"

#include "admin_page.h"
#include "control_inside.h"
#include "json_out.h"
#include "lists.h"
#include "log.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *field(const struct admin_call *call, const char *name)
{
	const char *value = evhttp_find_header(call->fields, name);

	return value ? value : "";
}

static int refuse(FILE *out, int status, const char *words)
{
	fputs("{\"error\":", out);
	json_out_text(out, words);
	fputs("}\n", out);
	return status;
}

static int mode_named(const char *name)
{
	for (int i = 0; i < CONFIG_MODE_COUNT; i++)
		if (strcmp(choice_word(&choice_modes, i), name) == 0)
			return i;
	return -1;
}

/* Puts |mode| in force and returns the one before, −1 when nothing has that name. */
static int set_mode(struct snapshot *snapshot, const char *rule, int mode)
{
	struct limit_set *limits = snapshot->limits;

	if (strcmp(rule, "detection") == 0)
		return atomic_exchange_explicit(
		    &snapshot->detection_mode, (uint8_t)mode, memory_order_relaxed);
	for (size_t i = 0; i < limit_set_count(limits); i++) {
		const struct limit_rule *known = limit_set_rule(limits, i);
		int was = atomic_load_explicit(&known->mode, memory_order_relaxed);

		if (strcmp(known->name, rule) != 0)
			continue;
		limit_set_mode(limits, i, (enum config_mode)mode);
		return was;
	}
	return -1;
}

int admin_change_mode(struct control *control, const struct admin_call *call, FILE *out)
{
	const char *rule = field(call, "rule");
	int mode = mode_named(field(call, "mode")), was;

	if (mode < 0)
		return refuse(out, 400, "mode is one of shadow, tag, enforce");
	was = set_mode(control->snapshot, rule, mode);
	if (was < 0)
		return refuse(out, 404, "rule is no limit's name, nor detection");
	log_say(LOG_LEVEL_NOTICE, "admin", "%s: mode %s, was %s, until the next reload", rule,
	    choice_word(&choice_modes, mode), choice_word(&choice_modes, was));
	fputs("{\"rule\":", out);
	json_out_text(out, rule);
	fprintf(out, ",\"mode\":\"%s\",\"was\":\"%s\"}\n", choice_word(&choice_modes, mode),
	    choice_word(&choice_modes, was));
	return 200;
}

static int kind_named(const char *name)
{
	for (int i = 0; i < LISTS_KIND_COUNT; i++)
		if (strcmp(lists_kind_name((enum lists_kind)i), name) == 0)
			return i;
	return -1;
}

static int word_named(const char *name)
{
	for (int i = LISTS_NONE + 1; i < LISTS_WORD_COUNT; i++)
		if (strcmp(lists_word_name((enum lists_word)i), name) == 0)
			return i;
	return -1;
}

static uint64_t hash_of_hex(const char *hex)
{
	bool is_whole = strlen(hex) == 16 && strspn(hex, "0123456789abcdefABCDEF") == 16;

	return is_whole ? strtoull(hex, NULL, 16) : 0;
}

static uint64_t hash_of_address(const char *text, struct keyed_hash *hash)
{
	struct bytes network = bytes_of_text(text);
	struct address address;

	/* "203.0.113.0/24": the width is ours to choose, see facts/address.h. */
	if (!address_parse(bytes_split(&network, '/'), &address))
		return 0;
	return address_hash(&address, ADDRESS_NETWORK, hash);
}

/* The hash that the call names, or 0. */
static uint64_t hash_of_call(
    struct control *control, const struct admin_call *call, enum lists_kind kind)
{
	struct keyed_hash *hash;
	uint64_t found = hash_of_hex(field(call, "hash"));

	if (found)
		return found;
	hash = keyed_hash_clone(control->snapshot->hash);
	if (kind == LISTS_OWNER && *field(call, "name"))
		found = owners_hash(bytes_of_text(field(call, "name")), hash);
	if (kind == LISTS_PREFIX && *field(call, "address"))
		found = hash_of_address(field(call, "address"), hash);
	keyed_hash_free(hash);
	return found;
}

static int carry_out(struct control *control, const struct admin_call *call, FILE *out)
{
	int kind = kind_named(field(call, "kind")), word = word_named(field(call, "list"));
	bool is_add = strcmp(field(call, "act"), "add") == 0;
	struct fault fault;
	uint64_t hash;

	if (word < 0)
		return refuse(out, 400, "list is one of allow, deny");
	if (kind < 0)
		return refuse(out, 400, "kind is one of account, owner, prefix");
	if (!is_add && strcmp(field(call, "act"), "del") != 0)
		return refuse(out, 400, "act is one of add, del");
	hash = hash_of_call(control, call, (enum lists_kind)kind);
	if (!hash)
		return refuse(out, 400,
		    "hash is 16 hex digits; or an owner's name, or the "
		    "address of a prefix");
	if (!is_add && (int)lists_find(control->lists, (enum lists_kind)kind, hash) != word)
		return refuse(out, 404, "it is not on that list");
	log_say(LOG_LEVEL_NOTICE, "admin", "lists: %s %s %s %016" PRIx64, field(call, "act"),
	    lists_word_name((enum lists_word)word), lists_kind_name((enum lists_kind)kind),
	    hash);
	if (lists_put(control->lists, (enum lists_kind)kind, hash,
		is_add ? (enum lists_word)word : LISTS_NONE, &fault))
		return refuse(out, 507, fault.text);
	return 0;
}

int admin_change_lists(struct control *control, const struct admin_call *call, FILE *out)
{
	int status = carry_out(control, call, out);

	return status ? status : admin_change_show_lists(control, call, out);
}

int admin_change_show_lists(struct control *control, const struct admin_call *call, FILE *out)
{
	(void)call;
	fputs("{\"lists\":", out);
	lists_write_json(control->lists, out);
	fputs("}\n", out);
	return 200;
}
