/* JA4 and JA4 raw: every captured ClientHello, and the corners that no capture shows. */
#include "fingerprint/ja4.h"

#include "unit.h"
#include "vectors.h"

static struct client_hello hello;
static struct digest *digest;

static void start(void)
{
	struct fault fault;

	digest = digest_new(&fault);
	ck_assert_ptr_nonnull(digest);
	memset(&hello, 0, sizeof(hello));
	hello.legacy_version = 0x0303;
	hello.ciphers[0] = 0x1301;
	hello.cipher_count = 1;
}

static const char *ja4(void)
{
	static char out[JA4_BYTES];

	ja4_digest(&hello, digest, out);
	return out;
}

static void check_line(struct bytes line)
{
	unsigned char message[4096];
	char out[JA4_BYTES], at[JA4_RAW_MAX];
	struct text raw = text_in(at, sizeof(at));
	size_t len = vectors_unhex(
	    vectors_string(line, "clienthello_hex"), message, sizeof(message));

	ck_assert_int_eq(client_hello_parse(bytes_of(message, len), &hello), CLIENT_HELLO_OK);
	ja4_digest(&hello, digest, out);
	ja4_raw(&hello, &raw);
	ck_assert(bytes_equal(bytes_of_text(out), vectors_string(line, "ja4")));
	ck_assert(bytes_equal(text_bytes(&raw), vectors_string(line, "ja4_raw")));
	ck_assert(ja4_is_digest(bytes_of_text(out)));
}

START_TEST(every_captured_hello_has_its_ja4_and_its_raw_form)
{
	struct bytes file = vectors_load(VECTOR_PATH("clienthello.jsonl")), rest = file;
	int count = 0;

	start();
	while (rest.len) {
		check_line(bytes_split(&rest, '\n'));
		count++;
	}
	ck_assert_int_eq(count, 71);
	vectors_free(file);
	digest_free(digest);
}
END_TEST

START_TEST(an_alpn_that_is_no_word_shows_its_hex_ends)
{
	static const struct {
		struct bytes alpn;
		const char *ends;
	} rows[] = {
		{ BYTES("h2"), "h2" },
		{ BYTES("h"), "hh" },
		{ BYTES("http/1.1"), "h1" },
		{ BYTES("\xAB"), "ab" },
		{ BYTES("\xAB\xCD"), "ad" },
		{ BYTES("0\xAB"), "3b" },
		{ BYTES("\xAB"
			"0"),
		    "a0" },
		{ BYTES("\x0a\x0a"), "0a" },
		{ BYTES(""), "00" },
	};

	start();
	ck_assert_str_eq(
	    bytes_start_with(bytes_of_text(ja4()), BYTES("t12i010000_")) ? "" : ja4(), "");
	hello.alpn_count = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		hello.alpn[0] = rows[i].alpn;
		ck_assert_mem_eq(ja4() + 8, rows[i].ends, 2);
	}
	digest_free(digest);
}
END_TEST

START_TEST(the_highest_offered_version_counts_and_grease_is_none)
{
	start();
	hello.versions[0] = 0xfafa;
	hello.versions[1] = 0x0302;
	hello.versions[2] = 0x0303;
	hello.version_count = 3;
	ck_assert_mem_eq(ja4(), "t12", 3);
	hello.versions[1] = 0x0304;
	ck_assert_mem_eq(ja4(), "t13", 3);
	hello.version_count = 1;
	ck_assert_mem_eq(ja4(), "t00", 3);
	hello.version_count = 0;
	hello.legacy_version = 0x0301;
	ck_assert_mem_eq(ja4(), "t10", 3);
	digest_free(digest);
}
END_TEST

START_TEST(grease_changes_nothing)
{
	char without[JA4_BYTES];

	start();
	hello.ciphers[1] = 0x1302;
	hello.cipher_count = 2;
	hello.extensions[0] = 0x002b;
	hello.extension_count = 1;
	memcpy(without, ja4(), JA4_BYTES);
	hello.ciphers[hello.cipher_count++] = 0x3a3a;
	hello.extensions[hello.extension_count++] = 0x0a0a;
	hello.signatures[hello.signature_count++] = 0xdada;
	ck_assert_str_eq(ja4(), without);
	hello.ciphers[hello.cipher_count++] = 0x3a4a;
	ck_assert_str_ne(ja4(), without);
	digest_free(digest);
}
END_TEST

START_TEST(the_longest_hello_of_the_caps_fits_whole)
{
	char at[JA4_RAW_MAX];
	struct text raw = text_in(at, sizeof(at));

	start();
	hello.cipher_count = CLIENT_HELLO_CIPHERS;
	hello.extension_count = CLIENT_HELLO_EXTENSIONS;
	hello.signature_count = CLIENT_HELLO_SIGNATURES;
	for (uint16_t i = 0; i < CLIENT_HELLO_CIPHERS; i++)
		hello.ciphers[i] = (uint16_t)(0xffff - i);
	for (uint16_t i = 0; i < CLIENT_HELLO_EXTENSIONS; i++)
		hello.extensions[i] = hello.signatures[i] = (uint16_t)(0xff00 + i);
	ck_assert_mem_eq(ja4(), "t12i9999", 8);
	ja4_raw(&hello, &raw);
	ck_assert(!raw.is_cut);
	ck_assert_mem_eq(raw.at, "t12i999900_fe00,fe01,", 21);
	digest_free(digest);
}
END_TEST

START_TEST(a_claimed_ja4_must_look_like_one)
{
	ck_assert(ja4_is_digest(BYTES("t13d1516h2_8daaf6152771_02713d6af862")));
	ck_assert(!ja4_is_digest(BYTES("t13d1516h2_8daaf6152771_02713d6af86")));
	ck_assert(!ja4_is_digest(BYTES("t13d1516h2_8DAAF6152771_02713d6af862")));
	ck_assert(!ja4_is_digest(BYTES("t13x1516h2_8daaf6152771_02713d6af862")));
	ck_assert(!ja4_is_digest(BYTES("t13d1516h2-8daaf6152771_02713d6af862")));
	ck_assert(!ja4_is_digest(BYTES("\0"
				       "13d1516h2_8daaf6152771_02713d6af862")));
	ck_assert(!ja4_is_digest(BYTES("")));
}
END_TEST

UNIT_MAIN("ja4", every_captured_hello_has_its_ja4_and_its_raw_form,
    an_alpn_that_is_no_word_shows_its_hex_ends,
    the_highest_offered_version_counts_and_grease_is_none, grease_changes_nothing,
    the_longest_hello_of_the_caps_fits_whole, a_claimed_ja4_must_look_like_one)
