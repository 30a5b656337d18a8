/* The ClientHello parser: captured messages, every cut and every lie in a length. */
#include "wire/client_hello.h"

#include "unit.h"
#include "vectors.h"

static struct client_hello hello;

/* A body up to and with its compression methods: one cipher, no session. */
#define PLAIN_BODY                                                                             \
	"\x03\x03"                                                                             \
	"0123456789abcdef0123456789abcdef"                                                     \
	"\x00\x00\x02\x13\x01\x01\x00"

static enum client_hello_result parse(struct bytes message)
{
	/* An exact heap copy, so that a read beyond it is seen by the sanitizer. */
	static char *copy;

	free(copy);
	copy = malloc(message.len ? message.len : 1);
	memcpy(copy, message.at, message.len);
	return client_hello_parse(bytes_of(copy, message.len), &hello);
}

/* The plain body with |extensions| as its extension block. */
static enum client_hello_result parse_with(struct bytes extensions)
{
	static char at[70000];
	struct bytes body = BYTES(PLAIN_BODY);

	memcpy(at, body.at, body.len);
	at[body.len] = (char)(extensions.len >> 8);
	at[body.len + 1] = (char)extensions.len;
	memcpy(at + body.len + 2, extensions.at, extensions.len);
	return parse(bytes_of(at, body.len + 2 + extensions.len));
}

static size_t first_vector(unsigned char *out, size_t room)
{
	struct bytes file = vectors_load(VECTOR_PATH("clienthello.jsonl")), rest = file;
	struct bytes line = bytes_split(&rest, '\n');
	size_t len = vectors_unhex(vectors_string(line, "clienthello_hex"), out, room);

	vectors_free(file);
	return len;
}

START_TEST(a_captured_hello_yields_its_parts)
{
	unsigned char at[4096];
	size_t len = first_vector(at, sizeof(at));

	ck_assert_int_eq(parse(bytes_of(at, len)), CLIENT_HELLO_OK);
	ck_assert_uint_eq(hello.legacy_version, 0x0303);
	ck_assert_uint_eq(hello.cipher_count, 31);
	ck_assert_uint_eq(hello.ciphers[0], 4866);
	ck_assert_uint_eq(hello.extension_count, 12);
	ck_assert_uint_eq(hello.extensions[11], 21);
	ck_assert_uint_eq(hello.group_count, 10);
	ck_assert_uint_eq(hello.format_count, 3);
	ck_assert_uint_eq(hello.signature_count, 20);
	ck_assert_uint_eq(hello.version_count, 4);
	ck_assert(hello.has_extensions && hello.has_server_name);
	ck_assert(!hello.has_grease && !hello.is_resuming);
	ck_assert(bytes_equal(hello.server_name, BYTES("localhost")));
	ck_assert_uint_eq(hello.alpn_count, 1);
	ck_assert(bytes_equal(hello.alpn[0], BYTES("http/1.1")));
}
END_TEST

START_TEST(a_body_without_its_handshake_header_reads_the_same)
{
	unsigned char at[4096];
	size_t len = first_vector(at, sizeof(at));

	ck_assert_int_eq(parse(bytes_of(at + 4, len - 4)), CLIENT_HELLO_OK);
	ck_assert_uint_eq(hello.cipher_count, 31);
	ck_assert_uint_eq(hello.extension_count, 12);
}
END_TEST

START_TEST(no_cut_of_a_hello_is_a_hello)
{
	unsigned char at[4096];
	size_t len = first_vector(at, sizeof(at));
	size_t before_extensions = 4 + 2 + 32 + 1 + at[38] + 2 + 62 + 2;

	ck_assert_int_eq(parse(bytes_of(at, 0)), CLIENT_HELLO_ABSENT);
	for (size_t cut = 1; cut < len; cut++)
		ck_assert_int_eq(parse(bytes_of(at, cut)), CLIENT_HELLO_MALFORMED);
	/* The bare body knows its end only by its lists: without extensions it is whole. */
	for (size_t cut = 5; cut < len; cut++)
		ck_assert_int_eq(parse(bytes_of(at + 4, cut - 4)),
		    cut == before_extensions ? CLIENT_HELLO_OK : CLIENT_HELLO_MALFORMED);
	at[len] = 0;
	ck_assert_int_eq(parse(bytes_of(at, len + 1)), CLIENT_HELLO_MALFORMED);
}
END_TEST

START_TEST(resumption_grease_and_missing_extensions_are_told)
{
	ck_assert_int_eq(parse(BYTES(PLAIN_BODY)), CLIENT_HELLO_OK);
	ck_assert(!hello.has_extensions && !hello.has_server_name);
	ck_assert_int_eq(parse_with(BYTES("")), CLIENT_HELLO_OK);
	ck_assert(hello.has_extensions && hello.extension_count == 0);
	ck_assert_int_eq(parse_with(BYTES("\x00\x23\x00\x00")), CLIENT_HELLO_OK);
	ck_assert(!hello.is_resuming);
	ck_assert_int_eq(parse_with(BYTES("\x00\x23\x00\x01x")), CLIENT_HELLO_OK);
	ck_assert(hello.is_resuming);
	ck_assert_int_eq(parse_with(BYTES("\x00\x29\x00\x01x")), CLIENT_HELLO_OK);
	ck_assert(hello.is_resuming && !hello.has_grease);
	ck_assert_int_eq(
	    parse_with(BYTES("\x3a\x3a\x00\x00\x3a\x3a\x00\x00")), CLIENT_HELLO_OK);
	ck_assert(hello.has_grease && hello.extension_count == 2);
}
END_TEST

START_TEST(lies_inside_extensions_are_malformed)
{
	static const struct bytes lies[] = {
		BYTES("\x00\x0a\x00\x04\x00\x04\x00\x1d"),     /* list beyond its extension */
		BYTES("\x00\x0a\x00\x05\x00\x03\x00\x1d\x00"), /* odd list */
		BYTES("\x00\x0a\x00\x06\x00\x02\x00\x1d\x00\x17"), /* bytes after the list */
		BYTES("\x00\x0a\x00\x00"),                         /* no list at all */
		BYTES("\x00\x0a\x00\x04\x00\x02\x00\x1d\x00\x0a\x00\x04\x00\x02\x00\x1d"),
		BYTES("\x00\x00\x00\x05\x00\x03\x00\x00\x09"), /* name beyond its list */
		BYTES(
		    "\x00\x00\x00\x02\x00\x00\x00\x00\x00\x02\x00\x00"), /* two server names */
		BYTES("\x00\x10\x00\x04\x00\x02\x05h"), /* protocol beyond its list */
		BYTES("\x00\x0b\x00\x02\x03\x00"),      /* formats beyond */
		BYTES("\x00\x2b\x00\x03\x03\x03\x04"),  /* versions beyond */
		BYTES("\x00\x23\x00\x05x"),             /* extension beyond its block */
		BYTES("\x00\x23\x00"),                  /* half a head */
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++)
		ck_assert_msg(parse_with(lies[i]) == CLIENT_HELLO_MALFORMED, "lie %zu", i);
}
END_TEST

START_TEST(what_is_not_a_client_hello_is_malformed)
{
	static const struct bytes strangers[] = {
		BYTES("\x16\x03\x01\x00\x2f\x01"),             /* a record */
		BYTES("\x02\x00\x00\x26" PLAIN_BODY),          /* another handshake message */
		BYTES("\x01\x00\x02\x00\x03\x00\x00\x00\x10"), /* the SSLv2 form */
		BYTES("GET / HTTP/1.1\r\n\r\n"),
		BYTES("\x03\x03"
		      "0123456789abcdef0123456789abcdef"
		      "\x00\x00\x00\x01\x00"), /* no cipher */
		BYTES("\x03\x03"
		      "0123456789abcdef0123456789abcdef"
		      "\x00\x00\x02\x13\x01\x00"), /* no compression method */
	};

	for (size_t i = 0; i < sizeof(strangers) / sizeof(*strangers); i++)
		ck_assert_msg(parse(strangers[i]) == CLIENT_HELLO_MALFORMED, "row %zu", i);
}
END_TEST

START_TEST(a_hello_beyond_the_caps_is_excess_and_not_cut)
{
	static char at[70000];
	size_t len = 0;

	for (; len < 4 * CLIENT_HELLO_EXTENSIONS; len += 4)
		memcpy(at + len, "\x77\x77\x00\x00", 4);
	ck_assert_int_eq(parse_with(bytes_of(at, len)), CLIENT_HELLO_OK);
	ck_assert_uint_eq(hello.extension_count, CLIENT_HELLO_EXTENSIONS);
	memcpy(at + len, "\x77\x77\x00\x00", 4);
	ck_assert_int_eq(parse_with(bytes_of(at, len + 4)), CLIENT_HELLO_EXCESS);

	memset(at, 0, sizeof(at));
	memcpy(at, "\x00\x0a\x01\x04\x01\x02", 6);
	ck_assert_int_eq(parse_with(bytes_of(at, 6 + 258)), CLIENT_HELLO_EXCESS);
	at[0] = 3;
	ck_assert_int_eq(parse(bytes_of(at, CLIENT_HELLO_BYTES + 1)), CLIENT_HELLO_EXCESS);
	ck_assert_str_eq(client_hello_word(CLIENT_HELLO_EXCESS), "excess");
}
END_TEST

START_TEST(grease_is_exactly_the_sixteen_reserved_values)
{
	int count = 0;

	for (unsigned value = 0; value <= 0xffff; value++)
		count += client_hello_is_grease((uint16_t)value);
	ck_assert_int_eq(count, 16);
	ck_assert(client_hello_is_grease(0x0a0a) && client_hello_is_grease(0xfafa));
	ck_assert(!client_hello_is_grease(0x0a1a));
}
END_TEST

UNIT_MAIN("client_hello", a_captured_hello_yields_its_parts,
    a_body_without_its_handshake_header_reads_the_same, no_cut_of_a_hello_is_a_hello,
    resumption_grease_and_missing_extensions_are_told, lies_inside_extensions_are_malformed,
    what_is_not_a_client_hello_is_malformed, a_hello_beyond_the_caps_is_excess_and_not_cut,
    grease_is_exactly_the_sixteen_reserved_values)
