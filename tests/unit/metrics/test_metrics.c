/* Metrics: counting, summing, and both pages from the same rows. */
#include "metrics/metrics.h"

#include "unit.h"

#include <string.h>

static char *page(
    void (*render)(const struct metrics_block *, const struct metrics_rules *, FILE *),
    const struct metrics_block *sum)
{
	static const char *const names[] = { "account-rpm", "a\"b" };
	static const struct metrics_rules rules = { 2, names };
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	render(sum, &rules, out);
	fclose(out);
	return text;
}

START_TEST(blocks_add_up_and_show_on_both_pages)
{
	static struct metrics_block one, two, sum;
	const struct metrics_block *blocks[] = { &one, &two };
	char *text, *json;

	metrics_count(&one, METRIC_CONNECTIONS, 0);
	metrics_add(&two, METRIC_CONNECTIONS, 0, 2);
	metrics_add(&one, METRIC_CONNECTIONS_OPEN, 0, 5);
	metrics_add(&two, METRIC_CONNECTIONS_OPEN, 0, -2);
	metrics_count(&one, METRIC_LIMIT_HITS, 1);
	metrics_count(&one, METRIC_EXCHANGES, RECORD_VERDICT_THROTTLE);
	metrics_sum(&sum, blocks, 2);
	text = page(metrics_render, &sum);
	ck_assert_ptr_nonnull(strstr(text, "\nretort_connections_total 3\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nretort_connections_open 3\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\nretort_limit_hits_total{limit=\"account-rpm\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nretort_limit_hits_total{limit=\"a\\\"b\"} 1\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\nretort_exchanges_total{verdict=\"throttle\"} 1\n"));
	free(text);
	json = page(metrics_render_json, &sum);
	ck_assert_ptr_nonnull(strstr(json, "\"connections_total\":3,"));
	ck_assert_ptr_nonnull(strstr(json, "\"exchanges_total\":{\"throttle\":1}"));
	free(json);
}
END_TEST

START_TEST(a_histogram_counts_below_its_bounds)
{
	static struct metrics_block block;
	char *text;

	metrics_observe(&block, METRIC_OWN_SECONDS, 10);
	metrics_observe(&block, METRIC_OWN_SECONDS, 11);
	metrics_observe(&block, METRIC_OWN_SECONDS, INT64_C(3600) * 1000000);
	text = page(metrics_render, &block);
	ck_assert_ptr_nonnull(strstr(text, "retort_own_seconds_bucket{le=\"1e-05\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text, "retort_own_seconds_bucket{le=\"600\"} 2\n"));
	ck_assert_ptr_nonnull(strstr(text, "retort_own_seconds_bucket{le=\"+Inf\"} 3\n"));
	ck_assert_ptr_nonnull(strstr(text, "retort_own_seconds_sum 3600.000021\n"));
	free(text);
}
END_TEST

/* Prometheus' naming: base units, _total for counters alone, one HELP and one TYPE a name. */
START_TEST(names_follow_the_conventions)
{
	static const struct metrics_block none;
	char *text = page(metrics_render, &none), *rest = text, *line;
	int count = 0;

	while ((line = strsep(&rest, "\n"))) {
		char name[80], kind[16], type[120];
		size_t len;

		if (sscanf(line, "# TYPE %79s %15s", name, kind) != 2)
			continue;
		len = strlen(name);
		ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), len);
		ck_assert_int_eq(strncmp(name, "retort_", 7), 0);
		ck_assert_msg(
		    (strcmp(kind, "counter") == 0) == (strcmp(name + len - 6, "_total") == 0),
		    "%s is a %s", name, kind);
		ck_assert_msg(
		    strcmp(kind, "histogram") != 0 || strcmp(name + len - 8, "_seconds") == 0,
		    "%s is a %s", name, kind);
		snprintf(type, sizeof(type), "# TYPE %s ", name);
		ck_assert_msg(!rest || !strstr(rest, type), "%s is there twice", name);
		count++;
	}
	ck_assert_int_eq(count, METRIC_COUNT);
	free(text);
}
END_TEST

UNIT_MAIN("metrics", blocks_add_up_and_show_on_both_pages, a_histogram_counts_below_its_bounds,
    names_follow_the_conventions)
