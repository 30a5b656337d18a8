#ifndef CONFIG_FIXTURE_H
#define CONFIG_FIXTURE_H

/* Configurations for tests: the least that loads, and what to ask of the faults. */
#include "config/config.h"

#include "unit.h"

#define LISTEN   "listen: [{ address: '127.0.0.1:0' }]\n"
#define UPSTREAM "upstreams: [{ name: up, servers: ['http://127.0.0.1:9000'] }]\n"
#define SECRET   "identity: { secret: 'env:ID' }\n"
#define LEAST    LISTEN UPSTREAM SECRET

static struct config_faults faults;

static inline struct config *parse(const char *yaml)
{
	return config_parse(bytes_of_text(yaml), "t.yaml", &faults);
}

/* Parses what must be free of faults and of warnings. */
static inline struct config *parse_well(const char *yaml)
{
	struct config *config = parse(yaml);

	config_faults_print(&faults, stderr);
	ck_assert_ptr_nonnull(config);
	ck_assert_int_eq(faults.faults.count, 0);
	ck_assert_int_eq(faults.warnings.count, 0);
	return config;
}

/* Whether a fault that holds |words| is listed for line |line| and column |column|. */
static inline bool is_said(
    const struct config_list *list, int line, int column, const char *words)
{
	for (int i = 0; i < list->count && i < CONFIG_FAULTS; i++)
		if (list->list[i].line == line && list->list[i].column == column &&
		    strstr(list->list[i].text, words))
			return true;
	return false;
}

/* Parses what must have exactly this one fault. */
static inline void parse_badly(const char *yaml, int line, int column, const char *words)
{
	struct config *config = parse(yaml);

	ck_assert_ptr_null(config);
	if (faults.faults.count != 1 || !is_said(&faults.faults, line, column, words)) {
		config_faults_print(&faults, stderr);
		ck_abort_msg("expected %d:%d: %s", line, column, words);
	}
}

#endif
