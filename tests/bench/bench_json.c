/*
 * The JSON scanner beside the libraries of Debian, on the same bodies in the same run. Each
 * parser hands over or builds every member; the scanner and yajl are also fed in 4 KB chunks,
 * which the others cannot be. Prints a JSON line for each.
 */
#include "bodies.h"
#include "peers/peer.h"
#include "wire/json_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef HAVE_JSON_C
#include <json-c/json.h>
#endif
#ifdef HAVE_YAJL
#include <yajl/yajl_parse.h>
#endif
#ifdef HAVE_CJSON
#include <cjson/cJSON.h>
#endif

#define ROUNDS 7

static size_t text_bytes_seen;

static bool on_name(void *arg, struct bytes name)
{
	(void)arg;
	return name.len > 0;
}

static bool on_open(void *arg, bool is_array)
{
	(void)arg;
	(void)is_array;
	return true;
}

static void on_close(void *arg)
{
	(void)arg;
}

static void on_text(void *arg, struct bytes piece, bool is_last)
{
	(void)arg;
	(void)is_last;
	text_bytes_seen += piece.len;
}

static void on_word(void *arg, enum json_word word, struct bytes digits)
{
	(void)arg;
	(void)word;
	(void)digits;
}

static const struct json_events events = { on_name, on_open, on_close, on_text, on_word };

static int scan_in_chunks(struct bytes body, size_t chunk)
{
	struct json_scan scan;

	json_scan_init(&scan, &events, NULL);
	for (size_t i = 0; i < body.len; i += chunk)
		json_scan_take(
		    &scan, bytes_of(body.at + i, body.len - i < chunk ? body.len - i : chunk));
	return json_scan_end(&scan) == SCAN_DONE ? 0 : -1;
}

static int parse_retort(struct bytes body)
{
	return scan_in_chunks(body, body.len);
}

static int parse_retort_4k(struct bytes body)
{
	return scan_in_chunks(body, 4096);
}

#ifdef HAVE_JSON_C
static int parse_json_c(struct bytes body)
{
	static json_tokener *tokener;
	json_object *tree;

	if (!tokener)
		tokener = json_tokener_new();
	json_tokener_reset(tokener);
	tree = json_tokener_parse_ex(tokener, body.at, (int)body.len);
	json_object_put(tree);
	return tree ? 0 : -1;
}
#endif

#ifdef HAVE_YAJL
static int on_yajl_text(void *arg, const unsigned char *at, size_t len)
{
	(void)arg;
	(void)at;
	text_bytes_seen += len;
	return 1;
}

static int yajl_in_chunks(struct bytes body, size_t chunk)
{
	static const yajl_callbacks callbacks = { .yajl_string = on_yajl_text,
		.yajl_map_key = on_yajl_text };
	yajl_handle yajl = yajl_alloc(&callbacks, NULL, NULL);
	int failed = 0;

	for (size_t i = 0; i < body.len; i += chunk)
		failed |= yajl_parse(yajl, (const unsigned char *)body.at + i,
			      body.len - i < chunk ? body.len - i : chunk) != yajl_status_ok;
	failed |= yajl_complete_parse(yajl) != yajl_status_ok;
	yajl_free(yajl);
	return failed ? -1 : 0;
}

static int parse_yajl(struct bytes body)
{
	return yajl_in_chunks(body, body.len);
}

static int parse_yajl_4k(struct bytes body)
{
	return yajl_in_chunks(body, 4096);
}
#endif

#ifdef HAVE_CJSON
static int parse_cjson(struct bytes body)
{
	cJSON *tree = cJSON_ParseWithLength(body.at, body.len);

	cJSON_Delete(tree);
	return tree ? 0 : -1;
}
#endif

#ifdef HAVE_SIMDJSON
static int parse_simdjson_dom(struct bytes body)
{
	return peer_simdjson_dom(body.at, body.len);
}

static int parse_simdjson_ondemand(struct bytes body)
{
	return peer_simdjson_ondemand(body.at, body.len);
}
#endif

static const struct {
	const char *name;
	bool is_streaming;
	int (*parse)(struct bytes body);
} parsers[] = {
	{ "retort", true, parse_retort },
	{ "retort-4k-chunks", true, parse_retort_4k },
#ifdef HAVE_YAJL
	{ "yajl", true, parse_yajl },
	{ "yajl-4k-chunks", true, parse_yajl_4k },
#endif
#ifdef HAVE_JSON_C
	{ "json-c", true, parse_json_c },
#endif
#ifdef HAVE_CJSON
	{ "cjson", false, parse_cjson },
#endif
#ifdef HAVE_SIMDJSON
	{ "simdjson-dom", false, parse_simdjson_dom },
	{ "simdjson-ondemand", false, parse_simdjson_ondemand },
#endif
};
#define PARSERS (sizeof(parsers) / sizeof(*parsers))

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* MB/s of one parser over about 40 ms. */
static double measure(size_t parser, struct bytes body)
{
	double begin = seconds_now(), end;
	size_t count = 0;

	do {
		for (int i = 0; i < 8; i++, count++)
			if (parsers[parser].parse(body)) {
				fprintf(stderr, "%s refused the body\n", parsers[parser].name);
				exit(EXIT_FAILURE);
			}
		end = seconds_now();
	} while (end - begin < 0.04);
	return (double)count * (double)body.len / (end - begin) / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void bench_body(const char *name, struct bytes body)
{
	double rates[PARSERS][ROUNDS];

	for (int round = 0; round < ROUNDS; round++)
		for (size_t parser = 0; parser < PARSERS; parser++)
			rates[parser][round] = measure(parser, body);
	for (size_t parser = 0; parser < PARSERS; parser++) {
		qsort(rates[parser], ROUNDS, sizeof(double), compare);
		printf("{\"bench\":\"json\",\"body\":\"%s\",\"bytes\":%zu,\"parser\":\"%s\","
		       "\"streams\":%s,\"mb_per_s\":%.0f}\n",
		    name, body.len, parsers[parser].name,
		    parsers[parser].is_streaming ? "true" : "false", rates[parser][ROUNDS / 2]);
	}
}

int main(void)
{
	bench_body("chat-16k", bodies_chat(16384));
	bench_body("chat-128k", bodies_chat(131072));
	return EXIT_SUCCESS;
}
