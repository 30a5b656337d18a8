/* Heads: what is understood, what is refused, and how headers are known. */
#include "wire/http1.h"

#include "unit.h"

static const struct http1_limits limits = HTTP1_LIMITS_DEFAULT;
static struct http1_head head;

static enum http1_fault request(struct bytes text)
{
	return http1_parse_request(text, &limits, &head);
}

START_TEST(a_plain_request_is_read_whole)
{
	ck_assert_int_eq(request(BYTES("POST /v1/messages?beta=true HTTP/1.1\r\n"
				       "Host: api.example.com:8443\r\n"
				       "X-Api-Key:  sk-1 \r\n"
				       "content-length: 42\r\n\r\n")),
	    HTTP1_FAULT_NONE);
	ck_assert(bytes_equal(head.method, BYTES("POST")));
	ck_assert(bytes_equal(head.path, BYTES("/v1/messages")));
	ck_assert(bytes_equal(head.query, BYTES("beta=true")));
	ck_assert(bytes_equal(head.host, BYTES("api.example.com:8443")));
	ck_assert(bytes_equal(http1_value(&head, HTTP1_X_API_KEY), BYTES("sk-1")));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_LENGTH);
	ck_assert_uint_eq(head.content_length, 42);
	ck_assert(head.keeps_alive);
}
END_TEST

UNIT_MAIN("http1", a_plain_request_is_read_whole)
