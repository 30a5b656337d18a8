/* YAML at the door: one document, bounded, with places in its faults. */
#include "config/document.h"

#include "unit.h"

static struct fault fault;

static bool loads(struct bytes yaml)
{
	yaml_document_t document;

	if (document_load(yaml, "t.yaml", &document, &fault))
		return false;
	yaml_document_delete(&document);
	return true;
}

static void expect_fault(struct bytes yaml, int line, int column, const char *words)
{
	ck_assert(!loads(yaml));
	ck_assert_msg(fault.line == line && fault.column == column && strstr(fault.text, words),
	    "%d:%d: %s", fault.line, fault.column, fault.text);
}

START_TEST(one_document_loads)
{
	ck_assert(loads(BYTES("a: 1\nb: [x, {y: z}]\n")));
	ck_assert(loads(BYTES("---\na: 1\n...\n")));
}
END_TEST

START_TEST(nothing_and_two_documents_are_refused)
{
	expect_fault(BYTES(""), 1, 1, "says nothing");
	expect_fault(BYTES("# only a comment\n"), 1, 1, "says nothing");
	expect_fault(BYTES("a: 1\n---\nb: 2\n"), 3, 1, "second document");
}
END_TEST

START_TEST(broken_yaml_has_a_place)
{
	expect_fault(BYTES("a: 1\nb: [1, 2\nc: 3\n"), 3, 2, "not YAML");
	expect_fault(BYTES("a: 1\n\tb: 2\n"), 2, 1, "not YAML");
	expect_fault(BYTES("a: 1\n---\nb: [\n"), 4, 1, "not YAML");
	expect_fault(BYTES("a: 1\nb: \xFF\n"), 2, 4, "not YAML");
	expect_fault(BYTES("a: 1\nb: *none\n"), 2, 4, "not YAML");
}
END_TEST

START_TEST(bombs_are_refused_before_they_are_built)
{
	static char text[DOCUMENT_MOST_BYTES + 1];

	memset(text, '[', sizeof(text) - 1);
	expect_fault(bytes_of(text, sizeof(text) - 1), 1, 1, "brackets deep");
	memset(text, ' ', sizeof(text));
	expect_fault(bytes_of(text, sizeof(text)), 1, 1, "larger than 1024 KiB");
}
END_TEST

START_TEST(only_plain_words_are_null)
{
	const char *const texts[] = { "~", "null", "NULL", "", "'null'", "\"\"", "none" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char yaml[40];
		yaml_document_t document;
		yaml_node_t *root;
		int len = snprintf(yaml, sizeof(yaml), "a: %s\n", texts[i]);

		ck_assert_int_eq(
		    document_load(bytes_of(yaml, (size_t)len), "t", &document, &fault), 0);
		root = yaml_document_get_root_node(&document);
		ck_assert_msg(document_is_null(yaml_document_get_node(
				  &document, root->data.mapping.pairs.start->value)) == (i < 4),
		    "%s", texts[i]);
		yaml_document_delete(&document);
	}
}
END_TEST

UNIT_MAIN("document", one_document_loads, nothing_and_two_documents_are_refused,
    broken_yaml_has_a_place, bombs_are_refused_before_they_are_built, only_plain_words_are_null)
