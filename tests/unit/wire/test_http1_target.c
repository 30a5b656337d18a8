/* Whom a request is for. */
#include "wire/http1_target.h"

#include "http1_parse.h"

START_TEST(host_is_due_once_in_1_1)
{
	ck_fault(request(BYTES("GET / HTTP/1.1\r\n\r\n")), HTTP1_FAULT_HOST_MISSING);
	ck_fault(WITH("Host: a\r\n"), HTTP1_FAULT_HOST_REPEATED);
	ck_fault(WITH("hOST: b\r\n"), HTTP1_FAULT_HOST_REPEATED);
	ck_fine(request(BYTES("GET / HTTP/1.0\r\n\r\n")));
	ck_assert_uint_eq(head.host.len, 0);
	ck_fault(request(BYTES("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n")),
	    HTTP1_FAULT_HOST_REPEATED);
}
END_TEST

START_TEST(host_is_a_host_with_an_optional_port)
{
	static const char *const hosts[] = { "a", "a.example", "127.0.0.1:80", "[::1]",
		"[2001:db8::1]:443", "a_b-c~d:65535", "xn--bcher-kva.example:0" };
	static const char *const others[] = { "", "a:", "a:b", "a:65536", "a:1:2", "[::1",
		"::1", "[]", "[g]", "[::1]x", "[::1]:", "u@a", "a b", "a,b:x", "a/b", "a?b",
		"a#b", "a\\b", "a%41", "b\xC3\xBC", ":80", "[::1%25eth0]", "a:000080" };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		ck_assert_msg(http1_target_is_host(bytes_of_text(hosts[i])), "%s", hosts[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(!http1_target_is_host(bytes_of_text(others[i])), "%s", others[i]);
	ck_fault(request(BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n")), HTTP1_FAULT_HOST_INVALID);
	ck_fault(
	    request(BYTES("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n")), HTTP1_FAULT_HOST_INVALID);
}
END_TEST

START_TEST(an_origin_form_is_path_and_query)
{
	ck_fine(request(BYTES("GET /a?b?c HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_bytes(head.path, "/a");
	ck_bytes(head.query, "b?c");
	ck_fine(request(BYTES("GET //x/http://y? HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_bytes(head.path, "//x/http://y");
	ck_bytes(head.query, "");
	ck_assert_ptr_nonnull(head.query.at);
	ck_fine(request(BYTES("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_assert_ptr_null(head.query.at);
}
END_TEST

START_TEST(an_absolute_form_agrees_with_host)
{
	ck_fine(
	    request(BYTES("GET http://A.example:80/x?y HTTP/1.1\r\nHost: a.EXAMPLE\r\n\r\n")));
	ck_bytes(head.host, "A.example:80");
	ck_bytes(head.path, "/x");
	ck_bytes(head.query, "y");
	ck_fine(request(BYTES("GET HTTPS://a:443?y HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_bytes(head.path, "/");
	ck_bytes(head.query, "y");
	ck_fine(request(BYTES("GET http://a HTTP/1.0\r\n\r\n")));
	ck_bytes(head.host, "a");
	ck_bytes(head.path, "/");
	ck_fault(request(BYTES("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n")),
	    HTTP1_FAULT_HOST_DISAGREES);
	ck_fault(request(BYTES("GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n")),
	    HTTP1_FAULT_HOST_DISAGREES);
	ck_fault(request(BYTES("GET http://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n")),
	    HTTP1_FAULT_HOST_DISAGREES);
	ck_fault(request(BYTES("GET http://a/ HTTP/1.1\r\n\r\n")), HTTP1_FAULT_HOST_MISSING);
}
END_TEST

START_TEST(other_targets_are_refused)
{
	ck_fault(request(BYTES("GET x HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(
	    request(BYTES("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(request(BYTES("GET http:/a HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(
	    request(BYTES("GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(
	    request(BYTES("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(request(BYTES("GET * HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fine(request(BYTES("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_bytes(head.path, "*");
	ck_fault(
	    request(BYTES("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_CONNECT);
	ck_assert_int_eq(http1_fault_status(HTTP1_FAULT_CONNECT), 501);
}
END_TEST

START_TEST(a_target_is_visible_ascii_without_fragment)
{
	ck_fine(request(BYTES("GET /a|b\"<>^`{}\\?[%zz] HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_fault(request(BYTES("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(
	    request(BYTES("GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(request(BYTES("GET /\x7F HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(request(BYTES("GET /\t HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_TARGET);
	ck_fault(request(BYTES("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_NUL);
}
END_TEST

UNIT_MAIN("http1_target", host_is_due_once_in_1_1, host_is_a_host_with_an_optional_port,
    an_origin_form_is_path_and_query, an_absolute_form_agrees_with_host,
    other_targets_are_refused, a_target_is_visible_ascii_without_fragment)
