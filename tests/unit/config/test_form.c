/* Forms of texts. */
#include "config/form.h"

#include "unit.h"

typedef const char *form_fn(struct bytes text);

static void expect(form_fn *form, bool is_well, const char *const *texts)
{
	for (; *texts; texts++)
		ck_assert_msg(!form(bytes_of_text(*texts)) == is_well, "%s", *texts);
}

#define WELL(form, ...) expect(form, true, (const char *const[]){ __VA_ARGS__, NULL })
#define ILL(form, ...)  expect(form, false, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(a_name_fits_a_metric_label)
{
	WELL(form_name, "a", "account-rpm", "0.x_y");
	ILL(form_name, "", "A", "-a", "a b", "a\"b", "\xC3\xA9",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}
END_TEST

START_TEST(a_header_is_a_token)
{
	WELL(form_header, "x-api-key", "Authorization", "X_A.b~");
	ILL(form_header, "", "a b", "a:b", "a,b", "a\xC3");
}
END_TEST

START_TEST(a_credential_is_in_a_header_or_a_query)
{
	WELL(form_credential, "authorization", "query:key", "query:api_key");
	ILL(form_credential, "", "query:", "query:a=b", "cookie:a", "a b");
}
END_TEST

START_TEST(a_network_has_no_bits_behind_its_prefix)
{
	WELL(form_cidr, "10.0.0.0/8", "0.0.0.0/0", "192.0.2.1", "192.0.2.1/32", "2001:db8::/32",
	    "::/0", "::1", "::ffff:0:0/96", "172.16.0.0/12");
	ILL(form_cidr, "", "10.0.0.1/8", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/x",
	    "2001:db8::/129", "2001:db8::1/64", "banana", "/8", "172.16.0.0/11");
}
END_TEST

START_TEST(paths_hosts_and_prefixes_have_their_forms)
{
	WELL(form_path_prefix, "/", "/v1/messages");
	ILL(form_path_prefix, "", "v1", "/a b", "/a?b", "/a#b", "/\x7F");
	WELL(form_host_pattern, "a.example.com", "*.example.com");
	ILL(form_host_pattern, "", "*", "*.", "*.*.com", "a*.com");
	WELL(form_host, "a.example.com", "192.0.2.1");
	ILL(form_host, "", "a b", "*.a");
	WELL(form_authority, "api.example.com", "a:8443", "[::1]:80");
	ILL(form_authority, "", "a\r\nb", "a b", "a/b");
	WELL(form_key_prefix, "retort", "a:b");
	ILL(form_key_prefix, "", "a b", "{a}", "\xC3\xA9");
}
END_TEST

UNIT_MAIN("form", a_name_fits_a_metric_label, a_header_is_a_token,
    a_credential_is_in_a_header_or_a_query, a_network_has_no_bits_behind_its_prefix,
    paths_hosts_and_prefixes_have_their_forms)
