/* Addresses and server URLs: taken apart rightly, refused when not just that. */
#include "config/endpoint.h"

#include "unit.h"

static struct arena arena;
static struct config_address address;
static struct config_url url;

static bool reads_address(const char *text)
{
	if (!arena.ceiling)
		arena_init(&arena, 1 << 20);
	return !endpoint_read_address(bytes_of_text(text), &arena, &address);
}

static bool reads_url(const char *text)
{
	if (!arena.ceiling)
		arena_init(&arena, 1 << 20);
	return !endpoint_read_url(bytes_of_text(text), &arena, &url);
}

START_TEST(an_address_is_a_host_and_a_port)
{
	ck_assert(reads_address("127.0.0.1:9180"));
	ck_assert_str_eq(address.host, "127.0.0.1");
	ck_assert_uint_eq(address.port, 9180);
	ck_assert_ptr_null(address.path);
	ck_assert(reads_address("[2001:db8::1]:443"));
	ck_assert_str_eq(address.host, "2001:db8::1");
	ck_assert_str_eq(address.text, "[2001:db8::1]:443");
	ck_assert(reads_address("localhost:0"));
	ck_assert_uint_eq(address.port, 0);
	arena_fini(&arena);
}
END_TEST

START_TEST(a_unix_socket_has_an_absolute_path)
{
	char path[140] = "unix:/";

	ck_assert(reads_address("unix:/run/retort/admin.sock"));
	ck_assert_str_eq(address.path, "/run/retort/admin.sock");
	ck_assert_ptr_null(address.host);
	ck_assert(!reads_address("unix:run"));
	ck_assert(!reads_address("unix:"));
	memset(path + 6, 'x', 106);
	ck_assert(reads_address(path));
	memset(path + 6, 'x', 107);
	ck_assert(!reads_address(path));
	arena_fini(&arena);
}
END_TEST

START_TEST(half_addresses_are_refused)
{
	const char *const wrong[] = { "", "127.0.0.1", ":9180", "127.0.0.1:", "127.0.0.1:65536",
		"127.0.0.1:+1", "::1:80", "[::1]", "[::1]x:80", "[127.0.0.1]:80", "[::1:80",
		"[]:80", "a b:80", "-a:80", "a..b:80", "host:80:90" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(!reads_address(wrong[i]), "%s", wrong[i]);
	arena_fini(&arena);
}
END_TEST

START_TEST(a_url_has_a_scheme_a_host_and_the_port_of_its_scheme)
{
	ck_assert(reads_url("http://gateway:9000"));
	ck_assert_str_eq(url.host, "gateway");
	ck_assert_uint_eq(url.port, 9000);
	ck_assert(!url.is_tls);
	ck_assert(reads_url("https://api.example.com/"));
	ck_assert_str_eq(url.text, "https://api.example.com");
	ck_assert_uint_eq(url.port, 443);
	ck_assert(url.is_tls);
	ck_assert(reads_url("http://[::1]"));
	ck_assert_str_eq(url.host, "::1");
	ck_assert_uint_eq(url.port, 80);
	arena_fini(&arena);
}
END_TEST

START_TEST(a_url_is_nothing_more)
{
	const char *const wrong[] = { "", "gateway:9000", "ftp://a", "http://", "http:///",
		"http://a/v1", "http://a?x", "http://a:0", "http://a:99999", "http://u:p@a/",
		"https://a#x", "http://::1", "http://a:80:80" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(!reads_url(wrong[i]), "%s", wrong[i]);
	arena_fini(&arena);
}
END_TEST

START_TEST(only_loopback_and_unix_sockets_are_local)
{
	const struct {
		const char *text;
		bool is_local;
	} rows[] = { { "127.0.0.1:1", true }, { "127.9.9.9:1", true }, { "[::1]:1", true },
		{ "localhost:1", true }, { "unix:/x", true }, { "0.0.0.0:1", false },
		{ "[::]:1", false }, { "10.0.0.1:1", false }, { "127.example.com:1", false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert(reads_address(rows[i].text));
		ck_assert_msg(
		    endpoint_is_local(&address) == rows[i].is_local, "%s", rows[i].text);
	}
	arena_fini(&arena);
}
END_TEST

UNIT_MAIN("endpoint", an_address_is_a_host_and_a_port, a_unix_socket_has_an_absolute_path,
    half_addresses_are_refused, a_url_has_a_scheme_a_host_and_the_port_of_its_scheme,
    a_url_is_nothing_more, only_loopback_and_unix_sockets_are_local)
