/* conf/ agrees with the key table: the reference file is made from it, the examples load. */
#include "config/config.h"

#include "config/key.h"
#include "fixture.h"

static char *reference(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	config_reference(out);
	fclose(out);
	return text;
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);

	ck_assert_msg(file && text, "%s", path);
	ck_assert_uint_gt(fread(text, 1, (1 << 20) - 1, file), 0);
	fclose(file);
	return text;
}

START_TEST(the_reference_file_is_what_the_table_says)
{
	char *made = reference(), *kept = read_file(RETORT_SOURCE_DIR "/conf/retort.yaml");

	ck_assert_msg(
	    strcmp(made, kept) == 0, "conf/retort.yaml is not what config_reference() prints");
	free(made);
	free(kept);
}
END_TEST

START_TEST(every_key_stands_in_the_reference)
{
	char *made = reference();
	size_t count;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++) {
		char line[200];

		snprintf(line, sizeof(line), "%.*s:", (int)key_name(&rows[i]).len,
		    key_name(&rows[i]).at);
		ck_assert_msg(strstr(made, line), "%s", rows[i].path);
	}
	free(made);
}
END_TEST

/* The example items aside, loading it must be the same as writing nothing. */
START_TEST(the_reference_holds_the_defaults)
{
	static struct config_changes changes;
	char *made = reference();
	struct config *config = parse(made);
	struct config *least = parse(
	    "listen: [{ address: '0.0.0.0:8443', tls: { certificate: "
	    "server.crt, key: server.key } }]\n"
	    "upstreams: [{ name: gateway, servers: 'http://127.0.0.1:9000' "
	    "}]\n");

	ck_assert(config && least);
	config_difference(config, least, &changes);
	ck_assert_msg(changes.count == 0, "%s", changes.list[0].key);
	config_free(config);
	config_free(least);
	free(made);
}
END_TEST

/* What is commented out is right too: with its leading "# " gone it loads. */
START_TEST(the_examples_within_the_reference_load)
{
	char *made = reference(), *rest = made, *line;
	char *cut = calloc(1, strlen(made) + 1), *to = cut;
	bool is_example = false;
	struct config *config;

	while ((line = strsep(&rest, "\n"))) {
		if (strcmp(line, "limits: []") == 0 || strcmp(line, "routes: []") == 0) {
			is_example = true;
			continue;
		}
		if (line[0] != '#')
			is_example = false;
		to += sprintf(to, "%s\n", is_example ? line + 2 : line);
	}
	config = parse(cut);
	config_faults_print(&faults, stderr);
	ck_assert_ptr_nonnull(config);
	ck_assert_uint_eq(config->limit_count, 1);
	ck_assert_int_eq(config->limits[0].quota, 600);
	ck_assert_uint_eq(config->route_count, 1);
	config_free(config);
	free(cut);
	free(made);
}
END_TEST

START_TEST(the_examples_load_without_a_fault_or_a_warning)
{
	const char *const names[] = { "minimal", "redis", "behind-a-balancer" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[400];
		struct config *config;

		snprintf(
		    path, sizeof(path), RETORT_SOURCE_DIR "/conf/examples/%s.yaml", names[i]);
		config = config_load(path, &faults);
		config_faults_print(&faults, stderr);
		ck_assert_ptr_nonnull(config);
		ck_assert_int_eq(faults.warnings.count, 0);
		config_free(config);
	}
}
END_TEST

UNIT_MAIN("config_reference", the_reference_file_is_what_the_table_says,
    every_key_stands_in_the_reference, the_reference_holds_the_defaults,
    the_examples_within_the_reference_load, the_examples_load_without_a_fault_or_a_warning)
