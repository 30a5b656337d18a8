/* ASN databases: every entry of the public test file, and what cut and flipped ones do. */
#include "facts/asn.h"

#include "unit.h"
#include "vectors.h"

#include <sys/mman.h>
#include <unistd.h>

#define DATABASE VECTOR_PATH("GeoLite2-ASN-Test.mmdb")

static struct address address_of(struct bytes text)
{
	struct address address;

	ck_assert_msg(address_parse(text, &address), "%.*s", (int)text.len, text.at);
	return address;
}

static struct asn_table *open_database(void)
{
	struct fault fault;
	struct asn_table *table = asn_open(DATABASE, &fault);

	ck_assert_ptr_nonnull(table);
	return table;
}

/* The number behind "autonomous_system_number": in the JSON text right after a network. */
static uint64_t number_after(struct bytes rest)
{
	static const char key[] = "\"autonomous_system_number\": ";
	const char *at = memmem(rest.at, rest.len, key, sizeof(key) - 1);
	uint64_t number = 0;

	ck_assert_ptr_nonnull(at);
	for (at += sizeof(key) - 1; *at >= '0' && *at <= '9'; at++)
		number = 10 * number + (uint64_t)(*at - '0');
	return number;
}

START_TEST(every_network_of_the_public_file_has_its_number)
{
	struct bytes file = vectors_load(VECTOR_PATH("GeoLite2-ASN-Test.json")), rest = file;
	struct asn_table *table = open_database();
	int count = 0;

	while (rest.len) {
		struct bytes line = bytes_trim(bytes_split(&rest, '\n')), network = line;
		struct bytes head = bytes_split(&network, '/');
		struct address address;

		if (!network.len || line.at[0] != '"' || line.at[line.len - 1] != '{')
			continue;
		address = address_of(bytes_of(head.at + 1, head.len - 1));
		ck_assert_uint_eq(asn_number(table, &address), number_after(rest));
		count++;
	}
	ck_assert_int_eq(count, 720);
	asn_close(table);
	vectors_free(file);
}
END_TEST

START_TEST(names_are_given_and_the_unknown_is_zero)
{
	struct asn_table *table = open_database();
	struct address known = address_of(BYTES("1.128.0.9:80")),
		       mapped = address_of(BYTES("::ffff:1.128.0.9")),
		       unknown = address_of(BYTES("127.0.0.1")), none = { 0 };

	ck_assert_uint_eq(asn_number(table, &known), 1221);
	ck_assert_uint_eq(asn_number(table, &mapped), 1221);
	ck_assert(bytes_equal(asn_name(table, &known), BYTES("Telstra Pty Ltd")));
	ck_assert_uint_eq(asn_number(table, &unknown), 0);
	ck_assert_uint_eq(asn_name(table, &unknown).len, 0);
	ck_assert_uint_eq(asn_number(table, &none), 0);
	ck_assert_uint_eq(asn_number(NULL, &known), 0);
	ck_assert_str_eq(asn_type(table), "GeoLite2-ASN");
	ck_assert_uint_gt(asn_built_at(table), 1400000000);
	asn_close(table);
	asn_close(NULL);
}
END_TEST

/* libmaxminddb 1.7 forgets some KB when metadata is corrupt in certain ways: not our leak. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static struct asn_table *open_bytes(struct bytes bytes, struct fault *fault)
{
	int descriptor = memfd_create("asn", 0);
	struct asn_table *table;
	char path[64];

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(write(descriptor, bytes.at, bytes.len), (ssize_t)bytes.len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	if (__lsan_disable)
		__lsan_disable();
	table = asn_open(path, fault);
	if (__lsan_enable)
		__lsan_enable();
	close(descriptor);
	return table;
}

START_TEST(a_missing_or_foreign_file_is_a_fault)
{
	struct bytes file = vectors_load(DATABASE);
	char *type = memmem(file.at, file.len, "GeoLite2-ASN", 12);
	struct fault fault;
	char words[400];

	ck_assert_ptr_null(asn_open("/nonexistent/asn.mmdb", &fault));
	ck_assert_str_eq(fault_words(&fault, words, sizeof(words)),
	    "/nonexistent/asn.mmdb: cannot open the ASN database: it cannot be read");
	ck_assert_ptr_null(open_bytes(BYTES("no database"), &fault));
	ck_assert_ptr_null(open_bytes(BYTES(""), &fault));
	ck_assert_ptr_nonnull(type);
	memcpy(type, "GeoLite2-Cty", 12);
	ck_assert_ptr_null(open_bytes(file, &fault));
	ck_assert_str_eq(fault.text, "a database of type \"GeoLite2-Cty\" has no ASNs");
	vectors_free(file);
}
END_TEST

/* Looks up all over both address spaces; any answer will do. Returns whether it opened. */
static bool survives(struct bytes bytes)
{
	struct fault fault;
	struct asn_table *table = open_bytes(bytes, &fault);

	if (!table)
		return false;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t at[16] = { (uint8_t)(i & 1 ? i : 0x20), 1, (uint8_t)i };
		struct address v6 = address_from_v6(at, 0), v4;

		at[0] = (uint8_t)i;
		v4 = address_from_v4(at, 0);
		asn_number(table, &v4);
		asn_name(table, &v4);
		asn_number(table, &v6);
	}
	asn_close(table);
	return true;
}

START_TEST(a_cut_file_never_crashes)
{
	struct bytes file = vectors_load(DATABASE);

	for (size_t len = 0; len<file.len; len += len> file.len - 400 ? 1 : 61)
		survives(bytes_of(file.at, len));
	ck_assert(survives(file));
	vectors_free(file);
}
END_TEST

START_TEST(a_flipped_file_never_crashes)
{
	struct bytes file = vectors_load(DATABASE);
	char *at = (char *)(uintptr_t)file.at;
	uint32_t seed = 7, opened = 0;

	for (int round = 0; round < 3000; round++) {
		size_t place[4];
		char old[4];

		for (int i = 0; i < 4; i++) {
			seed = seed * 1664525 + 1013904223;
			/* Every other round hits the metadata at the end of the file. */
			place[i] = round % 2 ? file.len - 1 - (seed >> 8) % 300
					     : (seed >> 8) % file.len;
			old[i] = at[place[i]];
			at[place[i]] = (char)(seed >> 24);
		}
		opened += survives(file);
		for (int i = 4; i-- > 0;)
			at[place[i]] = old[i];
	}
	ck_assert_uint_gt(opened, 1000);
	ck_assert(survives(file));
	vectors_free(file);
}
END_TEST

UNIT_MAIN("asn", every_network_of_the_public_file_has_its_number,
    names_are_given_and_the_unknown_is_zero, a_missing_or_foreign_file_is_a_fault,
    a_cut_file_never_crashes, a_flipped_file_never_crashes)
