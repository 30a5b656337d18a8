/* Content decoding: every coding and chain in any split, bombs and lies. */
#include "wire/content_decode.h"

#include "unit.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#define ROOM (1 << 20)

static char plain[300000], made[2][ROOM], out[ROOM];
static size_t out_len;

static void on_decoded(void *arg, struct bytes decoded)
{
	(void)arg;
	ck_assert_uint_le(out_len + decoded.len, sizeof(out));
	memcpy(out + out_len, decoded.at, decoded.len);
	out_len += decoded.len;
}

static struct bytes fill_plain(size_t len)
{
	for (size_t i = 0; i < len; i++)
		plain[i] = "The quick brown fox, "[i % 21] + (char)(i / 5000 % 7);
	return bytes_of(plain, len);
}

static struct bytes encode_flate(struct bytes in, int window, char *to)
{
	z_stream stream = { .next_in = (unsigned char *)in.at,
		.avail_in = (unsigned)in.len,
		.next_out = (unsigned char *)to,
		.avail_out = ROOM };

	ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, window, 8, 0), Z_OK);
	ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return bytes_of(to, ROOM - stream.avail_out);
}

static struct bytes encode(const char *coding, struct bytes in, char *to)
{
	size_t len = ROOM;

	if (!strcmp(coding, "gzip"))
		return encode_flate(in, 31, to);
	if (!strcmp(coding, "deflate"))
		return encode_flate(in, 15, to);
	if (!strcmp(coding, "raw"))
		return encode_flate(in, -15, to);
	if (!strcmp(coding, "zstd"))
		return bytes_of(to, ZSTD_compress(to, ROOM, in.at, in.len, 3));
	ck_assert(BrotliEncoderCompress(
	    5, 18, BROTLI_MODE_GENERIC, in.len, (const uint8_t *)in.at, &len, (uint8_t *)to));
	return bytes_of(to, len);
}

static enum scan decode(const char *codings, uint64_t limit, struct bytes body, size_t step,
    enum content_fault *fault)
{
	struct content_decode *decoder = content_decode_new(
	    bytes_of_text(codings), limit, on_decoded, NULL);
	enum scan scan = SCAN_MORE;

	ck_assert_ptr_nonnull(decoder);
	out_len = 0;
	for (size_t i = 0; i < body.len; i += step)
		scan = content_decode_take(
		    decoder, bytes_of(body.at + i, body.len - i < step ? body.len - i : step));
	*fault = content_decode_fault(decoder);
	content_decode_free(decoder);
	return scan;
}

static void check_whole(const char *codings, struct bytes body, struct bytes expected)
{
	static const size_t steps[] = { 1, 2, 3, 1000, ROOM };
	enum content_fault fault;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		ck_assert_int_eq(decode(codings, ROOM, body, steps[i], &fault), SCAN_DONE);
		ck_assert_int_eq(fault, CONTENT_FAULT_NONE);
		ck_assert(bytes_equal(bytes_of(out, out_len), expected));
	}
}

START_TEST(every_coding_is_undone_in_any_split)
{
	struct bytes in = fill_plain(sizeof(plain));

	check_whole("gzip", encode("gzip", in, made[0]), in);
	check_whole("X-GZip", encode("gzip", in, made[0]), in);
	check_whole("deflate", encode("deflate", in, made[0]), in);
	check_whole("deflate", encode("raw", in, made[0]), in);
	check_whole("br", encode("br", in, made[0]), in);
	check_whole("zstd", encode("zstd", in, made[0]), in);
}
END_TEST

START_TEST(chains_are_undone_from_their_end)
{
	struct bytes in = fill_plain(50000);

	check_whole("gzip, zstd", encode("zstd", encode("gzip", in, made[0]), made[1]), in);
	check_whole("br,gzip", encode("gzip", encode("br", in, made[0]), made[1]), in);
	check_whole("identity, deflate , identity", encode("deflate", in, made[0]), in);
}
END_TEST

START_TEST(members_that_follow_one_another_are_one_body)
{
	struct bytes a = encode("gzip", BYTES("one "), made[0]);
	struct bytes b = encode("gzip", BYTES("two"), made[0] + a.len);

	check_whole("gzip", bytes_of(made[0], a.len + b.len), BYTES("one two"));
	a = encode("zstd", BYTES("one "), made[0]);
	b = encode("zstd", BYTES("two"), made[0] + a.len);
	check_whole("zstd", bytes_of(made[0], a.len + b.len), BYTES("one two"));
}
END_TEST

START_TEST(nothing_to_decode_needs_no_decoder)
{
	ck_assert_ptr_null(content_decode_new(BYTES(""), 1, on_decoded, NULL));
	ck_assert_ptr_null(content_decode_new(BYTES("identity"), 1, on_decoded, NULL));
}
END_TEST

START_TEST(a_coding_nobody_knows_is_a_fault_at_once)
{
	enum content_fault fault;

	ck_assert_int_eq(decode("compress", ROOM, BYTES("x"), 1, &fault), SCAN_BAD);
	ck_assert_int_eq(fault, CONTENT_FAULT_UNKNOWN);
	decode("gzip, lzma", ROOM, BYTES("x"), 1, &fault);
	ck_assert_int_eq(fault, CONTENT_FAULT_UNKNOWN);
	decode("gzip,gzip,gzip,gzip,gzip", ROOM, BYTES("x"), 1, &fault);
	ck_assert_int_eq(fault, CONTENT_FAULT_UNKNOWN);
}
END_TEST

START_TEST(bytes_that_are_not_the_coding_are_a_fault)
{
	static const char *const codings[] = { "gzip", "deflate", "br", "zstd" };
	enum content_fault fault;

	for (size_t i = 0; i < 4; i++) {
		decode(codings[i], ROOM, BYTES("{\"model\":\"gpt-4o\",\"messages\":[]}"), 5,
		    &fault);
		ck_assert_msg(fault == CONTENT_FAULT_BAD, "%s", codings[i]);
	}
}
END_TEST

/* The library also knows the formats of before the RFC; frames to skip are of the RFC. */
START_TEST(of_zstd_only_what_the_rfc_has_is_read)
{
	static const char skip[] = "\x5A\x2A\x4D\x18\x03\0\0\0abc";
	struct bytes body = encode("zstd", BYTES("text"), made[0]);
	enum content_fault fault;

	for (int version = 0x22; version <= 0x27; version++) {
		char old[] = "?\xB5\x2F\xFD\x04\x58\x63\x01\0\0";

		old[0] = (char)version;
		for (size_t step = 1; step < sizeof(old); step++) {
			decode("zstd", ROOM, bytes_of(old, sizeof(old) - 1), step, &fault);
			ck_assert_int_eq(fault, CONTENT_FAULT_BAD);
		}
	}
	memcpy(made[1], skip, sizeof(skip) - 1);
	memcpy(made[1] + sizeof(skip) - 1, body.at, body.len);
	check_whole("zstd", bytes_of(made[1], sizeof(skip) - 1 + body.len), BYTES("text"));
}
END_TEST

/* An empty compressed block: the library's stream lets it pass, its shortcut does not. */
START_TEST(a_broken_frame_is_judged_alike_in_any_split)
{
	static const char odd[] = "\x28\xB5\x2F\xFD\x41\0\0\0\1\5\0\0";
	struct bytes body = bytes_of(odd, sizeof(odd) - 1);
	enum content_fault whole, split;

	decode("zstd", ROOM, body, body.len, &whole);
	for (size_t step = 1; step < body.len; step++) {
		decode("zstd", ROOM, body, step, &split);
		ck_assert_int_eq(split, whole);
	}
}
END_TEST

START_TEST(bytes_behind_the_end_are_a_fault_where_none_may_follow)
{
	static const char *const codings[] = { "deflate", "br" };
	enum content_fault fault;

	for (size_t i = 0; i < 2; i++) {
		struct bytes body = encode(codings[i], BYTES("one"), made[0]);

		made[0][body.len] = '!';
		for (size_t step = 1; step <= body.len + 1; step++) {
			decode(codings[i], ROOM, bytes_of(body.at, body.len + 1), step, &fault);
			ck_assert_int_eq(fault, CONTENT_FAULT_BAD);
		}
	}
	/* an end whose bits share a byte with what follows: once a loop without end */
	decode("br", ROOM, BYTES("\x3b\x60\xbf\x0f"), 4, &fault);
	decode("br", ROOM, BYTES("\x3b\x60\xbf\x0f"), 1, &fault);
}
END_TEST

START_TEST(a_cut_stream_is_neither_done_nor_bad)
{
	static const char *const codings[] = { "gzip", "deflate", "br", "zstd" };
	struct bytes in = fill_plain(5000);
	enum content_fault fault;

	for (size_t i = 0; i < 4; i++) {
		struct bytes body = encode(codings[i], in, made[0]);

		ck_assert_int_eq(
		    decode(codings[i], ROOM, bytes_of(body.at, body.len - 3), 100, &fault),
		    SCAN_MORE);
		ck_assert_int_eq(fault, CONTENT_FAULT_NONE);
	}
}
END_TEST

START_TEST(bombs_stop_at_the_limit_in_every_coding)
{
	static const char *const codings[] = { "gzip", "deflate", "br", "zstd" };
	enum content_fault fault;

	memset(plain, ' ', sizeof(plain));
	for (size_t i = 0; i < 4; i++) {
		struct bytes body = encode(codings[i], bytes_of(plain, sizeof(plain)), made[0]);

		ck_assert_uint_lt(body.len, 1000);
		decode(codings[i], 10000, body, 10, &fault);
		ck_assert_int_eq(fault, CONTENT_FAULT_LIMIT);
		ck_assert_uint_le(out_len, 10000);
	}
}
END_TEST

START_TEST(a_bomb_between_stages_counts_too)
{
	enum content_fault fault;
	struct bytes inner, body;

	memset(plain, ' ', sizeof(plain));
	inner = encode("gzip", bytes_of(plain, sizeof(plain)), made[0]);
	body = encode("gzip", inner, made[1]);
	decode("gzip, gzip", 1000, body, 10, &fault);
	ck_assert_int_eq(fault, CONTENT_FAULT_LIMIT);
}
END_TEST

UNIT_MAIN("content_decode", every_coding_is_undone_in_any_split,
    chains_are_undone_from_their_end, members_that_follow_one_another_are_one_body,
    nothing_to_decode_needs_no_decoder, a_coding_nobody_knows_is_a_fault_at_once,
    bytes_that_are_not_the_coding_are_a_fault, of_zstd_only_what_the_rfc_has_is_read,
    a_broken_frame_is_judged_alike_in_any_split,
    bytes_behind_the_end_are_a_fault_where_none_may_follow,
    a_cut_stream_is_neither_done_nor_bad, bombs_stop_at_the_limit_in_every_coding,
    a_bomb_between_stages_counts_too)
