/*
 * From the YAML tree to the structs, by the key table alone: no key is named here. Anchors and
 * aliases work, because nodes are shared; the steps of the walk are bounded, so that they make
 * no bomb. A fault never repeats a value that may be a secret.
 */
#include "config/bind.h"

#include "config/complaint.h"
#include "config/defaults.h"
#include "config/document.h"
#include "config/nearest.h"

#include <assert.h>

#define MOST_STEPS 20000
#define MOST_ROWS  200

struct binder {
	yaml_document_t *document;
	struct config *config;
	struct config_faults *faults;
	struct value_room room;
	struct text where; /* the key in words, with the numbers of items: "limits[2].quota" */
	int steps;
};

static struct config_place place_in(const yaml_node_t *node)
{
	return (struct config_place){ (int)node->start_mark.line + 1,
		(int)node->start_mark.column + 1 };
}

static void complain(
    struct binder *binder, struct config_list *list, const yaml_node_t *node, const char *text)
{
	struct config_place place = place_in(node);
	struct fault fault;

	fault_say_at(&fault, binder->config->file, place.line, place.column, "%.*s%s%s",
	    (int)binder->where.len, binder->where.at, binder->where.len ? ": " : "", text);
	complaint_add(list, &fault);
}

static void complain_fault(struct binder *binder, const yaml_node_t *node, const char *text)
{
	complain(binder, &binder->faults->faults, node, text);
}

/* False, said once, when the walk has become longer than any sane file makes it. */
static bool may_go_on(struct binder *binder, const yaml_node_t *node)
{
	if (++binder->steps == MOST_STEPS) {
		binder->where.len = 0;
		complain_fault(binder, node, "too many values, counted through aliases");
	}
	return binder->steps < MOST_STEPS;
}

static yaml_node_t *node_of(struct binder *binder, int number)
{
	return yaml_document_get_node(binder->document, number);
}

static bool has_foreign_tag(const yaml_node_t *node)
{
	return node->tag && !bytes_start_with(bytes_of_text((const char *)node->tag),
				BYTES("tag:yaml.org,2002:"));
}

static bool has_word(const char *words, struct bytes word)
{
	struct bytes rest = bytes_of_text(words);

	while (rest.len)
		if (bytes_equal(bytes_split(&rest, ' '), word))
			return true;
	return false;
}

/* What is known but not in this version is never passed over in silence: a lone choice is
 * refused; of several a word is left out, with a warning. */
static void say_absent(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, void *at)
{
	struct bytes text = document_text(node);
	char words[FAULT_TEXT];

	if (!key->absent || !has_word(key->absent, text))
		return;
	snprintf(words, sizeof(words), "%.*s is not available in this version%s", (int)text.len,
	    text.at, key->kind == KEY_CHOICES ? " and is left out" : "");
	if (key->kind == KEY_CHOICE) {
		complain_fault(binder, node, words);
		return;
	}
	*(uint32_t *)at &= ~(UINT32_C(1) << choice_value(key->choice, text));
	complain(binder, &binder->faults->warnings, node, words);
}

static bool bind_scalar(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, void *at)
{
	struct value_text text;
	char words[FAULT_TEXT];
	struct fault fault;

	if (node->type != YAML_SCALAR_NODE || has_foreign_tag(node)) {
		snprintf(words, sizeof(words), "expected a %s%s", value_kind_word(key->kind),
		    node->type == YAML_SCALAR_NODE ? ", without a tag" : "");
		complain_fault(binder, node, words);
		return false;
	}
	text = (struct value_text){ document_text(node), document_is_null(node) };
	if (value_read(key, text, &binder->room, at, &fault)) {
		complain_fault(binder, node, fault.text);
		return false;
	}
	say_absent(binder, key, node, at);
	return true;
}

static void complain_count(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, size_t count)
{
	char words[FAULT_TEXT];

	snprintf(words, sizeof(words), "must have %s entries, not %zu", key->range, count);
	complain_fault(binder, node, words);
}

/* The elements of a list of scalars: of a sequence, of nothing, or of a scalar that stands
 * alone. Returns their number, or -1 when it is said what is wrong. */
static ptrdiff_t count_elements(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node)
{
	ptrdiff_t count = node->type == YAML_SEQUENCE_NODE
			      ? node->data.sequence.items.top - node->data.sequence.items.start
			  : document_is_null(node) ? 0
						   : 1;

	if (node->type == YAML_MAPPING_NODE) {
		complain_fault(binder, node, "expected a list, as in [a, b]");
		return -1;
	}
	if (value_count_is_outside(key, (size_t)count)) {
		complain_count(binder, key, node, (size_t)count);
		return -1;
	}
	return count;
}

/* The element of a sequence, or the scalar that stands alone for one. */
static const yaml_node_t *element_of(
    struct binder *binder, const yaml_node_t *node, ptrdiff_t number)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return node;
	return node_of(binder, node->data.sequence.items.start[number]);
}

static void bind_list(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, void *base)
{
	ptrdiff_t count = count_elements(binder, key, node);
	size_t each = value_bytes(key);
	char *items;

	if (count < 0)
		return;
	items = arena_take(binder->room.arena, ((size_t)count + 1) * each);
	assert(items);
	memset(items, 0, ((size_t)count + 1) * each);
	for (ptrdiff_t i = 0; i < count; i++) {
		const yaml_node_t *element = element_of(binder, node, i);

		if (!may_go_on(binder, element))
			return;
		bind_scalar(binder, key, element, items + (size_t)i * each);
	}
	key_set_items(key, base, items, (size_t)count);
}

/* A set of choices, a bit each. Where nothing of it is available, the default stays. */
static void bind_choices(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, uint32_t *at)
{
	ptrdiff_t count = count_elements(binder, key, node);
	uint32_t bits = 0;

	for (ptrdiff_t i = 0; i < count; i++) {
		const yaml_node_t *element = element_of(binder, node, i);

		if (!may_go_on(binder, element))
			return;
		bind_scalar(binder, key, element, &bits);
	}
	if (bits)
		*at = bits;
}

static void bind_section(struct binder *binder, const struct config_key *parent,
    const yaml_node_t *node, void *base);

static void bind_item(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, void *item)
{
	defaults_fill(key, item, &binder->room);
	*(struct config_place *)item = place_in(node);
	if (node->type == YAML_MAPPING_NODE)
		bind_section(binder, key, node, item);
	else
		complain_fault(binder, node, "expected keys and values, as in { name: value }");
}

static void bind_items(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, void *base)
{
	size_t count = 0, where = binder->where.len;
	char *items;

	if (node->type == YAML_SEQUENCE_NODE)
		count = (size_t)(node->data.sequence.items.top -
				 node->data.sequence.items.start);
	else if (!document_is_null(node)) {
		complain_fault(binder, node, "expected a list: each entry begins with \"- \"");
		return;
	}
	if (value_count_is_outside(key, count)) {
		complain_count(binder, key, node, count);
		return;
	}
	items = arena_take(binder->room.arena, (count + 1) * key->item_bytes);
	assert(items);
	memset(items, 0, (count + 1) * key->item_bytes);
	key_set_items(key, base, items, count);
	for (size_t i = 0; i < count; i++) {
		const yaml_node_t *element = node_of(
		    binder, node->data.sequence.items.start[i]);

		if (!may_go_on(binder, element))
			return;
		text_add_format(&binder->where, "[%zu]", i);
		bind_item(binder, key, element, items + i * key->item_bytes);
		binder->where.len = where;
	}
}

static void bind_value(
    struct binder *binder, const struct config_key *key, const yaml_node_t *node, void *base)
{
	if (key->kind != KEY_SECTION || key->is_optional)
		place_mark(binder->config, key_at(key, base), place_in(node));
	if (key->kind == KEY_SECTION)
		bind_section(binder, key, node, base);
	else if (key->kind == KEY_ITEMS)
		bind_items(binder, key, node, base);
	else if (key->is_list)
		bind_list(binder, key, node, base);
	else if (key->kind == KEY_CHOICES)
		bind_choices(binder, key, node, key_at(key, base));
	else
		bind_scalar(binder, key, node, key_at(key, base));
}

/* Where a key of this name does belong, when it is misplaced; NULL when nowhere. */
static const struct config_key *find_elsewhere(struct bytes name)
{
	size_t count;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++)
		if (bytes_equal(key_name(&rows[i]), name))
			return &rows[i];
	return NULL;
}

/* Returns the row that was likely meant, or NULL. */
static const struct config_key *complain_unknown(
    struct binder *binder, const struct config_key *parent, const yaml_node_t *node)
{
	struct bytes name = document_text(node);
	struct nearest nearest = nearest_to(name);
	const struct config_key *elsewhere = find_elsewhere(name);
	char words[FAULT_TEXT];
	size_t count;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++)
		if (key_is_child(parent, &rows[i]))
			nearest_offer(&nearest, key_name(&rows[i]));
	if (bytes_equal(name, BYTES("<<")))
		snprintf(words, sizeof(words),
		    "merge keys are not taken; an alias for a whole value is");
	else if (nearest.best.at)
		snprintf(words, sizeof(words), "unknown key; did you mean \"%.*s\"?",
		    (int)nearest.best.len, nearest.best.at);
	else if (elsewhere)
		snprintf(words, sizeof(words), "unknown key here; did you mean \"%s\"?",
		    elsewhere->path);
	else
		snprintf(words, sizeof(words), "unknown key");
	complain_fault(binder, node, words);
	return nearest.best.at ? key_find(parent, nearest.best) : NULL;
}

/* A key as somebody wrote it: cut, and without what a terminal would obey. */
static void add_key_word(struct text *where, struct bytes word)
{
	if (where->len)
		text_add_char(where, '.');
	for (size_t i = 0; i < word.len && i < 40; i++)
		text_add_char(where,
		    (unsigned char)word.at[i] < ' ' || word.at[i] == 0x7F ? '?' : word.at[i]);
}

/* Of a row, within one mapping: a key that was mistyped is not missing as well. */
enum sight { SIGHT_NONE, SIGHT_LIKELY, SIGHT_SEEN };

static void bind_pair(struct binder *binder, const struct config_key *parent,
    const yaml_node_pair_t *pair, void *base, enum sight *sights)
{
	const yaml_node_t *name = node_of(binder, pair->key);
	const struct config_key *key;
	size_t where = binder->where.len, count;

	if (!may_go_on(binder, name))
		return;
	if (name->type != YAML_SCALAR_NODE) {
		complain_fault(binder, name, "a key must be a plain word");
		return;
	}
	add_key_word(&binder->where, document_text(name));
	key = key_find(parent, document_text(name));
	if (!key) {
		key = complain_unknown(binder, parent, name);
		if (key && sights[key - key_rows(&count)] == SIGHT_NONE)
			sights[key - key_rows(&count)] = SIGHT_LIKELY;
	} else if (sights[key - key_rows(&count)] == SIGHT_SEEN) {
		complain_fault(binder, name, "is given twice");
	} else {
		sights[key - key_rows(&count)] = SIGHT_SEEN;
		bind_value(binder, key, node_of(binder, pair->value), base);
	}
	binder->where.len = where;
}

static void complain_missing(struct binder *binder, const struct config_key *parent,
    const yaml_node_t *node, const enum sight *sights)
{
	size_t where = binder->where.len, count;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++) {
		if (sights[i] != SIGHT_NONE || !value_is_required(&rows[i]) ||
		    !key_is_child(parent, &rows[i]))
			continue;
		add_key_word(&binder->where, key_name(&rows[i]));
		complain_fault(binder, node, "is missing");
		binder->where.len = where;
	}
}

static void bind_section(
    struct binder *binder, const struct config_key *parent, const yaml_node_t *node, void *base)
{
	enum sight sights[MOST_ROWS] = { SIGHT_NONE };

	if (document_is_null(node) && parent)
		return;
	if (node->type != YAML_MAPPING_NODE || has_foreign_tag(node)) {
		complain_fault(binder, node, "expected keys and values, without a tag");
		return;
	}
	if (parent && parent->is_optional)
		*(bool *)key_at(parent, base) = true;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++)
		bind_pair(binder, parent, pair, base, sights);
	complain_missing(binder, parent, node, sights);
}

void bind_document(yaml_document_t *document, struct bytes folder, struct config *config,
    struct config_faults *faults)
{
	char where[200];
	struct binder binder = { document, config, faults, { &config->memory, folder },
		text_in(where, sizeof(where)), 0 };
	size_t count;

	key_rows(&count);
	assert(count <= MOST_ROWS);
	defaults_fill(NULL, config, &binder.room);
	bind_section(&binder, NULL, yaml_document_get_root_node(document), config);
}
