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

UNIT_MAIN("metrics", blocks_add_up_and_show_on_both_pages, a_histogram_counts_below_its_bounds)
