/*
 * Reading scenario files. A trait that is not in sim_trait.def is a fault with its line, for a
 * misspelt trait would quietly test something else.
 */
#include "scenario.h"

#include "base/xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

static const struct {
	const char *name;
	double value;
} traits[TRAIT_COUNT] = {
#define TRAIT(name, value, words) { #name, value },
#include "sim_trait.def"
#undef TRAIT
};

struct reader {
	yaml_document_t document;
	const char *path;
	const struct scenario *known; /* populations that `like` may name */
	struct fault *fault;
};

static int say(const struct reader *reader, const yaml_node_t *node, const char *what)
{
	return fault_say_at(reader->fault, reader->path,
	    node ? (int)node->start_mark.line + 1 : 0,
	    node ? (int)node->start_mark.column + 1 : 0, "%s", what);
}

static const char *text_of(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
						      : "";
}

static int read_number(struct reader *reader, const yaml_node_t *node, double *value)
{
	char *end;

	*value = strtod(text_of(node), &end);
	return *text_of(node) && !*end ? 0 : say(reader, node, "a number is needed");
}

static int read_trait(struct reader *reader, struct scenario_group *group,
    const yaml_node_t *key, const yaml_node_t *value)
{
	for (int i = 0; i < TRAIT_COUNT; i++)
		if (!strcmp(text_of(key), traits[i].name))
			return read_number(reader, value, &group->trait[i]);
	return say(reader, key, "no such trait");
}

static int take_like(
    struct reader *reader, struct scenario_group *group, const yaml_node_t *name)
{
	for (int i = 0; reader->known && i < reader->known->group_count; i++)
		if (!strcmp(reader->known->groups[i].name, text_of(name))) {
			*group = reader->known->groups[i];
			return 0;
		}
	return say(reader, name, "no such population");
}

static int read_pair(struct reader *reader, struct scenario_group *group,
    const yaml_node_t *key, const yaml_node_t *value)
{
	if (!strcmp(text_of(key), "like"))
		return take_like(reader, group, value);
	if (!strcmp(text_of(key), "name"))
		snprintf(group->name, sizeof(group->name), "%s", text_of(value));
	else if (!strcmp(text_of(key), "label"))
		snprintf(group->label, sizeof(group->label), "%s", text_of(value));
	else
		return read_trait(reader, group, key, value);
	return 0;
}

static int read_group(struct reader *reader, struct scenario *scenario, const yaml_node_t *node)
{
	struct scenario_group *group = scenario->groups + scenario->group_count;

	if (scenario->group_count == SCENARIO_GROUPS || node->type != YAML_MAPPING_NODE)
		return say(reader, node, "too many groups, or not a group");
	memset(group, 0, sizeof(*group));
	for (int i = 0; i < TRAIT_COUNT; i++)
		group->trait[i] = traits[i].value;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++)
		if (read_pair(reader, group,
			yaml_document_get_node(&reader->document, pair->key),
			yaml_document_get_node(&reader->document, pair->value)) != 0)
			return -1;
	if (!*group->name)
		return say(reader, node, "a group needs a name");
	if (!*group->label)
		snprintf(group->label, sizeof(group->label), "%s", group->name);
	scenario->group_count++;
	return 0;
}

static int read_groups(
    struct reader *reader, struct scenario *scenario, const yaml_node_t *node)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return say(reader, node, "a list is needed");
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++)
		if (read_group(reader, scenario,
			yaml_document_get_node(&reader->document, *item)) != 0)
			return -1;
	return 0;
}

static int read_member(struct reader *reader, struct scenario *scenario, const yaml_node_t *key,
    const yaml_node_t *value)
{
	const char *name = text_of(key);

	if (!strcmp(name, "about"))
		return 0;
	if (!strcmp(name, "name"))
		snprintf(scenario->name, sizeof(scenario->name), "%s", text_of(value));
	else if (!strcmp(name, "stop_label"))
		snprintf(scenario->stop_label, SCENARIO_NAME, "%s", text_of(value));
	else if (!strcmp(name, "stop_share"))
		return read_number(reader, value, &scenario->stop_share);
	else if (!strcmp(name, "warm_up_hours"))
		return read_number(reader, value, &scenario->warm_up_hours);
	else if (!strcmp(name, "hours"))
		return read_number(reader, value, &scenario->hours);
	else if (!strcmp(name, "groups"))
		return read_groups(reader, scenario, value);
	else
		return say(reader, key, "no such member");
	return 0;
}

static int read_document(struct reader *reader, struct scenario *scenario)
{
	yaml_node_t *root = yaml_document_get_root_node(&reader->document);

	if (!root || root->type != YAML_MAPPING_NODE)
		return say(reader, root, "a mapping is needed");
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
	     pair < root->data.mapping.pairs.top; pair++)
		if (read_member(reader, scenario,
			yaml_document_get_node(&reader->document, pair->key),
			yaml_document_get_node(&reader->document, pair->value)) != 0)
			return -1;
	return 0;
}

static int read_file(const char *path, const struct scenario *known, struct scenario *scenario,
    struct fault *fault)
{
	struct reader reader = { .path = path, .known = known, .fault = fault };
	yaml_parser_t parser;
	FILE *file = fopen(path, "r");
	int result = -1;

	memset(scenario, 0, sizeof(*scenario));
	if (!file)
		return fault_say_at(fault, path, 0, 0, "%s", strerror(errno));
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &reader.document)) {
		result = read_document(&reader, scenario);
		yaml_document_delete(&reader.document);
	} else {
		fault_say_at(fault, path, (int)parser.problem_mark.line + 1,
		    (int)parser.problem_mark.column + 1, "%s", parser.problem);
	}
	yaml_parser_delete(&parser);
	fclose(file);
	return result;
}

int scenario_read(const char *path, struct scenario *scenario, struct fault *fault)
{
	struct scenario *known = xalloc(sizeof(*known));
	const char *slash = strrchr(path, '/');
	bool has_known;
	char beside[4096];
	int result;

	snprintf(beside, sizeof(beside), "%.*spopulations.yaml",
	    slash ? (int)(slash - path + 1) : 0, path);
	has_known = access(beside, F_OK) == 0; /* only `like` needs them */
	result = has_known ? read_file(beside, NULL, known, fault) : 0;
	if (result == 0)
		result = read_file(path, known, scenario, fault);
	free(known);
	return result;
}
