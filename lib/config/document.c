/*
 * libyaml at the door: bytes to a tree, everything that could be a bomb refused before it is
 * built. It must never interpret a key.
 */
#include "config/document.h"

/* libyaml's own walk over open brackets is quadratic in their depth, so flow nesting is counted
 * before it sees them. Brackets in texts and comments count as well: a bound, not a parser. */
static bool is_too_deep(struct bytes yaml)
{
	size_t depth = 0;

	for (size_t i = 0; i < yaml.len; i++) {
		if (yaml.at[i] == '[' || yaml.at[i] == '{')
			depth++;
		else if ((yaml.at[i] == ']' || yaml.at[i] == '}') && depth > 0)
			depth--;
		if (depth > DOCUMENT_MOST_DEPTH)
			return true;
	}
	return false;
}

/* The reader's faults come with an offset in bytes only. */
static void locate_offset(struct bytes yaml, size_t offset, int *line, int *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < offset && i < yaml.len; i++) {
		++*column;
		if (yaml.at[i] == '\n') {
			++*line;
			*column = 1;
		}
	}
}

static int say_problem(
    const yaml_parser_t *parser, struct bytes yaml, const char *name, struct fault *fault)
{
	int line = (int)parser->problem_mark.line + 1;
	int column = (int)parser->problem_mark.column + 1;

	if (parser->error == YAML_READER_ERROR)
		locate_offset(yaml, parser->problem_offset, &line, &column);
	return fault_say_at(fault, name, line, column, "not YAML: %s%s%s",
	    parser->problem ? parser->problem : "unreadable", parser->context ? " " : "",
	    parser->context ? parser->context : "");
}

/* Demands that nothing follows the first document. */
static int expect_end(
    yaml_parser_t *parser, struct bytes yaml, const char *name, struct fault *fault)
{
	yaml_document_t next;
	yaml_node_t *root;
	int result = 0;

	if (!yaml_parser_load(parser, &next))
		return say_problem(parser, yaml, name, fault);
	root = yaml_document_get_root_node(&next);
	if (root)
		result = fault_say_at(fault, name, (int)root->start_mark.line + 1,
		    (int)root->start_mark.column + 1,
		    "a second document begins here; a configuration is one");
	yaml_document_delete(&next);
	return result;
}

static int load(yaml_parser_t *parser, struct bytes yaml, const char *name,
    yaml_document_t *document, struct fault *fault)
{
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(parser, (const unsigned char *)yaml.at, yaml.len);
	if (!yaml_parser_load(parser, document))
		return say_problem(parser, yaml, name, fault);
	if (!yaml_document_get_root_node(document))
		fault_say_at(fault, name, 1, 1, "the file says nothing");
	else if (!expect_end(parser, yaml, name, fault))
		return 0;
	yaml_document_delete(document);
	return -1;
}

int document_load(
    struct bytes yaml, const char *name, yaml_document_t *document, struct fault *fault)
{
	yaml_parser_t parser;
	int result;

	if (yaml.len > DOCUMENT_MOST_BYTES)
		return fault_say_at(
		    fault, name, 1, 1, "larger than %d KiB", DOCUMENT_MOST_BYTES >> 10);
	if (is_too_deep(yaml))
		return fault_say_at(
		    fault, name, 1, 1, "more than %d brackets deep", DOCUMENT_MOST_DEPTH);
	if (!yaml_parser_initialize(&parser))
		return fault_say_at(fault, name, 1, 1, "no memory for the YAML parser");
	result = load(&parser, yaml, name, document, fault);
	yaml_parser_delete(&parser);
	return result;
}

bool document_is_null(const yaml_node_t *node)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (node->type != YAML_SCALAR_NODE ||
	    node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_equal(document_text(node), bytes_of_text(words[i])))
			return true;
	return false;
}

struct bytes document_text(const yaml_node_t *node)
{
	return bytes_of(node->data.scalar.value, node->data.scalar.length);
}
