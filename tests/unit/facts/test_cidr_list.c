/* Network lists: merged ranges, families apart, faults with a line. */
#include "facts/cidr_list.h"

#include "unit.h"

static struct cidr_list *list_of(const char *lines)
{
	struct cidr_list *list = cidr_list_new();
	struct fault fault;

	ck_assert_int_eq(cidr_list_add_lines(list, bytes_of_text(lines), "test", &fault), 0);
	cidr_list_seal(list);
	return list;
}

static bool has(const struct cidr_list *list, const char *text)
{
	struct address address;

	ck_assert(address_parse(bytes_of_text(text), &address));
	return cidr_list_has(list, &address);
}

START_TEST(a_network_holds_its_first_and_last_address_only)
{
	struct cidr_list *list = list_of(
	    "10.0.0.0/8 # ours\r\n\n# none\n192.0.2.7\n2001:db8::/33\n");

	ck_assert(has(list, "10.0.0.0") && has(list, "10.255.255.255"));
	ck_assert(!has(list, "9.255.255.255") && !has(list, "11.0.0.0"));
	ck_assert(has(list, "192.0.2.7") && !has(list, "192.0.2.6") && !has(list, "192.0.2.8"));
	ck_assert(has(list, "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
	ck_assert(!has(list, "2001:db8:8000::") && !has(list, "2001:db7::"));
	ck_assert_uint_eq(cidr_list_count(list), 3);
	cidr_list_free(list);
}
END_TEST

START_TEST(families_are_apart_and_everything_means_its_own_family)
{
	struct cidr_list *six = list_of("::/0"), *four = list_of("0.0.0.0/0");

	ck_assert(has(six, "::") && has(six, "ffff::1") && !has(six, "192.0.2.1"));
	ck_assert(has(four, "0.0.0.0") && has(four, "255.255.255.255") && !has(four, "::1"));
	ck_assert(has(four, "::ffff:192.0.2.1"));
	cidr_list_free(six);
	cidr_list_free(four);
}
END_TEST

START_TEST(overlaps_and_neighbours_become_one)
{
	struct cidr_list *list = list_of(
	    "10.1.0.0/16\n10.0.0.0/8\n11.0.0.0/8\n13.0.0.0/8\n255.0.0.0/8\n255.1.0.0/16\n"
	    "ffff::/16\nffff:1::/32\nfffe::/16\n");

	ck_assert_uint_eq(cidr_list_count(list), 4);
	ck_assert(
	    has(list, "11.255.255.255") && !has(list, "12.0.0.0") && has(list, "13.0.0.0"));
	cidr_list_free(list);
}
END_TEST

START_TEST(nobody_is_in_an_empty_list_or_in_none)
{
	struct cidr_list *list = list_of("");
	struct address none = { 0 };

	ck_assert(!has(list, "192.0.2.1") && !has(NULL, "192.0.2.1"));
	ck_assert(!cidr_list_has(list, &none));
	cidr_list_free(list);
}
END_TEST

START_TEST(bad_networks_are_faults_with_their_line)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "10.0.0.1/8", "\"10.0.0.1/8\" has bits beyond its mask" },
		{ "10.0.0.0/33", "\"10.0.0.0/33\": the mask must be a number from 0 to 32" },
		{ "10.0.0.0/", "\"10.0.0.0/\": the mask must be a number from 0 to 32" },
		{ "::/129", "\"::/129\": the mask must be a number from 0 to 128" },
		{ "10.0.0.0:80",
		    "\"10.0.0.0:80\" is not an address or a network like 10.0.0.0/8" },
		{ "[::1]", "\"[::1]\" is not an address or a network like 10.0.0.0/8" },
		{ "", "\"\" is not an address or a network like 10.0.0.0/8" },
	};
	struct cidr_list *list = cidr_list_new();
	struct fault fault;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(cidr_list_add(list, bytes_of_text(rows[i].text), &fault), -1);
		ck_assert_str_eq(fault.text, rows[i].why);
	}
	ck_assert_int_eq(
	    cidr_list_add_lines(list, BYTES("::1\n\n10.0.0/8\n"), "nets.txt", &fault), -1);
	ck_assert_int_eq(fault.line, 3);
	ck_assert_str_eq(fault.file, "nets.txt");
	cidr_list_free(list);
}
END_TEST

UNIT_MAIN("cidr_list", a_network_holds_its_first_and_last_address_only,
    families_are_apart_and_everything_means_its_own_family, overlaps_and_neighbours_become_one,
    nobody_is_in_an_empty_list_or_in_none, bad_networks_are_faults_with_their_line)
