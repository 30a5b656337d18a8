/* A kept head says the same after the buffer it was read into is gone. */
#include "wire/http1_keep.h"

#include "unit.h"

#include <string.h>

static const char plain[] = "POST /v1/messages?beta=true HTTP/1.1\r\nHost: api.example\r\n"
			    "X-Api-Key:  sk-1 \r\nEmpty:\r\n\r\n";
static const char absolute[] = "GET http://api.example HTTP/1.1\r\nHost: api.example\r\n\r\n";

static void check_kept(const char *text)
{
	struct http1_limits limits = HTTP1_LIMITS_DEFAULT;
	static struct http1_head head, again;
	struct http1_head *kept;
	struct arena arena;
	char *buffer = strdup(text);

	arena_init(&arena, 1 << 16);
	ck_assert_int_eq(
	    http1_parse_request(bytes_of_text(buffer), &limits, &head), HTTP1_FAULT_NONE);
	kept = http1_keep(&arena, &head);
	ck_assert_ptr_nonnull(kept);
	memset(buffer, '#', strlen(buffer));
	free(buffer);
	ck_assert_int_eq(
	    http1_parse_request(bytes_of_text(text), &limits, &again), HTTP1_FAULT_NONE);
	ck_assert(bytes_equal(kept->method, again.method));
	ck_assert(bytes_equal(kept->target, again.target));
	ck_assert(bytes_equal(kept->path, again.path));
	ck_assert(bytes_equal(kept->query, again.query));
	ck_assert(bytes_equal(kept->host, again.host));
	ck_assert_uint_eq(kept->count, again.count);
	for (size_t i = 0; i < kept->count; i++) {
		ck_assert(bytes_equal(kept->header[i].name, again.header[i].name));
		ck_assert(bytes_equal(kept->header[i].value, again.header[i].value));
	}
	arena_fini(&arena);
}

START_TEST(a_kept_head_outlives_its_buffer)
{
	check_kept(plain);
	check_kept(absolute);
}
END_TEST

START_TEST(a_full_arena_keeps_nothing)
{
	struct http1_limits limits = HTTP1_LIMITS_DEFAULT;
	static struct http1_head head;
	struct arena arena;

	arena_init(&arena, 64);
	ck_assert_int_eq(
	    http1_parse_request(bytes_of_text(plain), &limits, &head), HTTP1_FAULT_NONE);
	ck_assert_ptr_null(http1_keep(&arena, &head));
	arena_fini(&arena);
}
END_TEST

UNIT_MAIN("http1_keep", a_kept_head_outlives_its_buffer, a_full_arena_keeps_nothing)
