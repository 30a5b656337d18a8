/* The HTTP shape: one client, one shape; another order, case or library, another shape. */
#include "fingerprint/http_shape.h"

#include "unit.h"
#include "vectors.h"

#define CLIENTS_MOST 32

static struct keyed_hash *hash;

static void start(void)
{
	struct fault fault;

	hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	ck_assert_ptr_nonnull(hash);
}

static uint64_t shape_as(unsigned version, struct bytes method, struct bytes names)
{
	struct http_shape shape;

	http_shape_init(&shape, version, method);
	while (names.len)
		http_shape_add(&shape, bytes_split(&names, ' '));
	return http_shape_finish(&shape, hash);
}

static uint64_t shape_of(const char *names)
{
	return shape_as(11, BYTES("POST"), bytes_of_text(names));
}

struct client {
	struct bytes name;
	uint64_t shape;
};

/* Kinds of request that one client must give one shape for; the others are another method, or
 * another command line. */
static bool is_comparable(struct bytes kind)
{
	return !bytes_equal(kind, BYTES("models")) && !bytes_equal(kind, BYTES("get")) &&
	       !bytes_equal(kind, BYTES("json"));
}

static size_t add_line(struct bytes line, struct client *clients, size_t count)
{
	struct bytes name = vectors_string(line, "client");
	uint64_t shape = shape_as(
	    11, vectors_string(line, "method"), vectors_string(line, "names"));

	if (!is_comparable(vectors_string(line, "kind")))
		return count;
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(clients[i].name, name)) {
			ck_assert_msg(
			    clients[i].shape == shape, "%.*s", (int)line.len, line.at);
			return count;
		}
	clients[count] = (struct client){ name, shape };
	return count + 1;
}

START_TEST(every_captured_client_has_one_shape_of_its_own)
{
	struct bytes file = vectors_load(VECTOR_PATH("http_requests.jsonl")), rest = file;
	struct client clients[CLIENTS_MOST];
	size_t count = 0;

	start();
	while (rest.len)
		count = add_line(bytes_split(&rest, '\n'), clients, count);
	ck_assert_uint_eq(count, 16);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(clients[i].shape != clients[j].shape, "%.*s %.*s",
			    (int)clients[i].name.len, clients[i].name.at,
			    (int)clients[j].name.len, clients[j].name.at);
	vectors_free(file);
	keyed_hash_free(hash);
}
END_TEST

START_TEST(order_case_version_and_method_class_count)
{
	struct bytes names = BYTES("Host Accept User-Agent");
	uint64_t shape;

	start();
	shape = shape_as(11, BYTES("POST"), names);
	ck_assert_uint_eq(shape, shape_as(11, BYTES("PUT"), names));
	ck_assert_uint_ne(shape, shape_as(11, BYTES("GET"), names));
	ck_assert_uint_ne(shape, shape_as(10, BYTES("POST"), names));
	ck_assert_uint_ne(shape, shape_of("host Accept User-Agent"));
	ck_assert_uint_ne(shape, shape_of("Accept Host User-Agent"));
	ck_assert_uint_ne(shape, shape_of("Host Accept"));
	ck_assert_uint_ne(shape_of("a bc"), shape_of("ab c"));
	keyed_hash_free(hash);
}
END_TEST

START_TEST(what_belongs_to_one_request_or_to_a_proxy_is_left_out)
{
	static const char *const names[] = { "Content-Length", "content-encoding",
		"Content-MD5", "Digest", "Expect", "Connection", "Keep-Alive", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Proxy-Authorization",
		"Proxy-Connection", "Cookie", "Cache-Control", "Pragma", "Range",
		"If-None-Match", "If-Modified-Since", "X-Stainless-Retry-Count",
		"x-stainless-timeout", "x-stainless-read-timeout", "x-stainless-helper",
		"x-stainless-helper-method", "x-stainless-raw-response",
		"x-stainless-poll-helper", "x-stainless-custom-poll-interval",
		"Idempotency-Key", "anthropic-beta", "OpenAI-Beta", "traceparent", "tracestate",
		"baggage", "b3", "X-B3-TraceId", "X-Request-Id", "X-Correlation-ID",
		"X-Client-Request-Id", "X-Amzn-Trace-Id", "X-Cloud-Trace-Context",
		"x-datadog-trace-id", "sentry-trace", "Forwarded", "Via", "X-Forwarded-For",
		"X-Forwarded-Proto", "X-Real-IP", "X-Client-IP", "True-Client-IP",
		"X-Envoy-External-Address", "X-Original-Host", "X-Amz-Cf-Id", "CDN-Loop",
		"CF-Connecting-IP", "Fly-Client-IP", "X-JA3-Hash", "x-ja4", "Retort-Score" };
	static const char *const kept[] = { "Host", "Accept", "Authorization", "x-api-key",
		"api-key", "Content-Type", "User-Agent", "x-stainless-lang",
		"anthropic-version", "openai-organization", "x-forwarded", "tea", "", "x",
		":method", "X-Stainless", "content-lengths",
		"a-header-name-that-is-longer-than-all-of-the-table" };
	uint64_t plain;

	start();
	plain = shape_of("Host Accept");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char list[100];

		snprintf(list, sizeof(list), "Host %s Accept", names[i]);
		ck_assert_msg(shape_of(list) == plain, "%s", names[i]);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		ck_assert_msg(!http_shape_leaves_out(bytes_of_text(kept[i])), "%s", kept[i]);
	keyed_hash_free(hash);
}
END_TEST

START_TEST(a_request_without_names_has_no_shape)
{
	start();
	ck_assert_uint_eq(shape_of(""), 0);
	ck_assert_uint_eq(shape_of("Content-Length Connection"), 0);
	ck_assert_uint_ne(shape_of("Host"), 0);
	keyed_hash_free(hash);
}
END_TEST

static uint64_t shape_of_h2(uint32_t window, bool is_swapped, const char *names)
{
	struct bytes rest = bytes_of_text(names);
	struct http_shape shape;

	http_shape_init(&shape, 20, BYTES("POST"));
	http_shape_setting(&shape, is_swapped ? 4 : 3, is_swapped ? window : 100);
	http_shape_setting(&shape, is_swapped ? 3 : 4, is_swapped ? 100 : window);
	while (rest.len)
		http_shape_add(&shape, bytes_split(&rest, ' '));
	return http_shape_finish(&shape, hash);
}

START_TEST(settings_and_pseudo_headers_count_in_http2)
{
	const char *names = ":method :path :authority :scheme accept";
	uint64_t shape;

	start();
	shape = shape_of_h2(65535, false, names);
	ck_assert_uint_eq(shape, shape_of_h2(65535, false, names));
	ck_assert_uint_ne(shape, shape_of_h2(65536, false, names));
	ck_assert_uint_ne(shape, shape_of_h2(65535, true, names));
	ck_assert_uint_ne(
	    shape, shape_of_h2(65535, false, ":method :authority :scheme :path accept"));
	keyed_hash_free(hash);
}
END_TEST

UNIT_MAIN("http_shape", every_captured_client_has_one_shape_of_its_own,
    order_case_version_and_method_class_count,
    what_belongs_to_one_request_or_to_a_proxy_is_left_out, a_request_without_names_has_no_shape,
    settings_and_pseudo_headers_count_in_http2)
