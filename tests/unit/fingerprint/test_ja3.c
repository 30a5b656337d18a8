/* JA3, as sent and sorted. */
#include "fingerprint/ja3.h"

#include "unit.h"
#include "vectors.h"

static struct client_hello hello;

static struct digest *new_digest(void)
{
	struct fault fault;
	struct digest *digest = digest_new(&fault);

	ck_assert_ptr_nonnull(digest);
	return digest;
}

static struct bytes words(enum ja3_kind kind)
{
	static char at[JA3_TEXT_MAX];
	struct text text = text_in(at, sizeof(at));

	ja3_text(&hello, kind, &text);
	ck_assert(!text.is_cut);
	return text_bytes(&text);
}

static void check_line(struct bytes line, struct digest *digest)
{
	unsigned char message[4096];
	char out[JA3_BYTES];
	size_t len = vectors_unhex(
	    vectors_string(line, "clienthello_hex"), message, sizeof(message));

	ck_assert_int_eq(client_hello_parse(bytes_of(message, len), &hello), CLIENT_HELLO_OK);
	ck_assert(bytes_equal(words(JA3_AS_SENT), vectors_string(line, "ja3")));
	ck_assert(ja3_digest(&hello, JA3_AS_SENT, digest, out));
	ck_assert(bytes_equal(bytes_of_text(out), vectors_string(line, "ja3_md5")));
	ck_assert(ja3_is_digest(bytes_of_text(out)));
}

START_TEST(every_captured_hello_has_its_ja3)
{
	struct bytes file = vectors_load(VECTOR_PATH("clienthello.jsonl")), rest = file;
	struct digest *digest = new_digest();
	int count = 0;

	while (rest.len) {
		check_line(bytes_split(&rest, '\n'), digest);
		count++;
	}
	ck_assert_int_eq(count, 71);
	digest_free(digest);
	vectors_free(file);
}
END_TEST

START_TEST(the_sorted_kind_does_not_mind_a_shuffle)
{
	static const uint16_t one[] = { 0, 65281, 0x1a1a, 10, 51, 43 };
	static const uint16_t other[] = { 51, 43, 10, 0x2a2a, 0, 65281 };
	struct digest *digest = new_digest();
	char sent[2][JA3_BYTES], sorted[2][JA3_BYTES];

	memset(&hello, 0, sizeof(hello));
	hello.legacy_version = 0x0303;
	hello.ciphers[0] = 4866;
	hello.ciphers[1] = 4865;
	hello.cipher_count = 2;
	hello.extension_count = 6;
	for (int i = 0; i < 2; i++) {
		memcpy(hello.extensions, i ? other : one, sizeof(one));
		ja3_digest(&hello, JA3_AS_SENT, digest, sent[i]);
		ja3_digest(&hello, JA3_SORTED, digest, sorted[i]);
	}
	ck_assert_str_ne(sent[0], sent[1]);
	ck_assert_str_eq(sorted[0], sorted[1]);
	ck_assert(bytes_equal(words(JA3_SORTED), BYTES("771,4866-4865,0-10-43-51-65281,,")));
	ck_assert(bytes_equal(words(JA3_AS_SENT), BYTES("771,4866-4865,51-43-10-0-65281,,")));
	digest_free(digest);
}
END_TEST

START_TEST(the_longest_hello_of_the_caps_fits_whole)
{
	memset(&hello, 0xff, sizeof(hello));
	hello.cipher_count = CLIENT_HELLO_CIPHERS;
	hello.extension_count = CLIENT_HELLO_EXTENSIONS;
	hello.group_count = CLIENT_HELLO_GROUPS;
	hello.format_count = CLIENT_HELLO_FORMATS;
	ck_assert(bytes_end_with(words(JA3_SORTED), BYTES("-255-255")));
}
END_TEST

START_TEST(a_claimed_ja3_must_be_32_lower_case_digits)
{
	ck_assert(ja3_is_digest(BYTES("0149f47eabf9a20d0893e2a44e5a6323")));
	ck_assert(!ja3_is_digest(BYTES("0149F47EABF9A20D0893E2A44E5A6323")));
	ck_assert(!ja3_is_digest(BYTES("0149f47eabf9a20d0893e2a44e5a632")));
	ck_assert(!ja3_is_digest(BYTES("0149f47eabf9a20d0893e2a44e5a632g")));
	ck_assert(!ja3_is_digest(BYTES("")));
}
END_TEST

UNIT_MAIN("ja3", every_captured_hello_has_its_ja3, the_sorted_kind_does_not_mind_a_shuffle,
    the_longest_hello_of_the_caps_fits_whole, a_claimed_ja3_must_be_32_lower_case_digits)
