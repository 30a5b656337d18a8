/* The owners file: lines, faults with their number, and look-ups. */
#include "facts/owners.h"

#include "unit.h"

#include <stdio.h>

static struct keyed_hash *hash;
static struct fault fault;

static struct owners *read_text(const char *text)
{
	if (!hash)
		hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	return owners_from_csv(bytes_of_text(text), "owners.csv", hash, &fault);
}

START_TEST(accounts_have_their_owner_or_are_their_own)
{
	struct owners *owners = read_text("Account hash,owner\r\n"
					  "# ours\n\n"
					  "00000000000000a1, acme \r\n"
					  "00000000000000A2,\"acme\"\n"
					  "\"ffffffffffffffff\",Other, Inc.\n"
					  "00000000000000a1,acme");

	ck_assert_ptr_nonnull(owners);
	ck_assert_uint_eq(owners_count(owners), 3);
	ck_assert_uint_eq(owners_of(owners, 0xa1), owners_hash(BYTES("acme"), hash));
	ck_assert_uint_eq(owners_of(owners, 0xa1), owners_of(owners, 0xa2));
	ck_assert_uint_eq(
	    owners_of(owners, UINT64_MAX), owners_hash(BYTES("Other, Inc."), hash));
	ck_assert_uint_eq(owners_of(owners, 0xa3), 0xa3);
	ck_assert_uint_eq(owners_of(owners, 0), 0);
	ck_assert_uint_eq(owners_of(NULL, 0xa1), 0xa1);
	ck_assert_uint_eq(owners_hash(BYTES("  "), hash), 0);
	owners_free(owners);
	keyed_hash_free(hash);
}
END_TEST

START_TEST(bad_lines_are_faults_with_their_number)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "00000000000000a1,a\nnothing,b\n",
		    "owners.csv:2:1: an account hash has 16 hex digits" },
		{ "sk-live-123,acme\n", "owners.csv:1:1: an account hash has 16 hex digits" },
		{ "00000000000000a1\n", "owners.csv:1:1: the owner is missing" },
		{ "00000000000000a1,\"\"\n", "owners.csv:1:1: the owner is missing" },
		{ "0000000000000000,a\n",
		    "owners.csv:1:1: account hash 0 stands for no account" },
		{ "00000000000000a1,a\"b\n",
		    "owners.csv:1:1: the owner's name has a quote inside" },
		{ "#\n00000000000000a1,a\n00000000000000a1,b\n",
		    "owners.csv:3:1: this account has another owner already" },
		{ "00000000000000a1,a\naccount,owner\n",
		    "owners.csv:2:1: an account hash has 16 hex digits" },
	};
	char words[500], line[400];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_ptr_null(read_text(rows[i].text));
		ck_assert_str_eq(fault_words(&fault, words, sizeof(words)), rows[i].words);
	}
	snprintf(line, sizeof(line), "00000000000000a1,%0*d", OWNERS_NAME_MOST + 1, 1);
	ck_assert_ptr_null(read_text(line));
	ck_assert_str_eq(fault.text, "the owner's name is over 256 bytes");
	keyed_hash_free(hash);
}
END_TEST

START_TEST(many_accounts_are_found_and_too_many_refused)
{
	size_t lines = OWNERS_MOST + 1, len = 0;
	char *text = malloc(lines * 24);
	struct owners *owners;

	for (size_t i = 1; i <= lines; i++) /* low bits alike, to make them collide */
		len += (size_t)sprintf(
		    text + len, "%08zx%08zx,o%zx\n", i, i & ~(size_t)7, i % 9);
	ck_assert_ptr_null(read_text(text));
	ck_assert_str_eq(fault.text, "more than 1048576 accounts");
	ck_assert_int_eq(fault.line, OWNERS_MOST + 1);
	*strrchr(text, '0') = '\0';
	*(strrchr(text, '\n') + 1) = '\0';
	owners = read_text(text);
	ck_assert_ptr_nonnull(owners);
	ck_assert_uint_eq(owners_count(owners), OWNERS_MOST);
	for (uint64_t i = 1; i <= OWNERS_MOST; i += 997) {
		uint64_t account = i << 32 | (i & ~(uint64_t)7);
		char name[8];

		sprintf(name, "o%x", (unsigned)(i % 9));
		ck_assert_uint_eq(
		    owners_of(owners, account), owners_hash(bytes_of_text(name), hash));
		ck_assert_uint_eq(owners_of(owners, account + 1), account + 1);
	}
	owners_free(owners);
	keyed_hash_free(hash);
	free(text);
}
END_TEST

UNIT_MAIN("owners", accounts_have_their_owner_or_are_their_own,
    bad_lines_are_faults_with_their_number, many_accounts_are_found_and_too_many_refused)
