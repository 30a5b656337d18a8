/*
 * JA4 (TLS client) of a parsed ClientHello: a readable head and two cut SHA-256 sums over
 * sorted lists. No other member of the JA4 family belongs here.
 */
#include "fingerprint/ja4.h"

#include "fingerprint/sort16.h"

#define HEAD_BYTES    10 /* "t13d1516h2" */
#define SUM_DIGITS    12
#define COUNT_MOST    99
#define CIPHERS_TEXT  (5 * CLIENT_HELLO_CIPHERS)
#define FEATURES_TEXT (5 * (CLIENT_HELLO_EXTENSIONS + CLIENT_HELLO_SIGNATURES) + 1)

_Static_assert(HEAD_BYTES + 2 + CIPHERS_TEXT + FEATURES_TEXT <= JA4_RAW_MAX, "raw text fits");

static const char hex_digits[] = "0123456789abcdef";

/* Copies |list| without GREASE; returns the count. */
static size_t without_grease(const uint16_t *list, size_t count, uint16_t *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!client_hello_is_grease(list[i]))
			out[kept++] = list[i];
	return kept;
}

/* Four hex digits each, joined by commas. */
static void add_values(struct text *text, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char hex[5] = { ',', hex_digits[list[i] >> 12], hex_digits[list[i] >> 8 & 15],
			hex_digits[list[i] >> 4 & 15], hex_digits[list[i] & 15] };

		text_add(text, i ? bytes_of(hex, 5) : bytes_of(hex + 1, 4));
	}
}

static void add_ciphers(struct text *text, const struct client_hello *hello)
{
	uint16_t sorted[CLIENT_HELLO_CIPHERS];
	size_t count = without_grease(hello->ciphers, hello->cipher_count, sorted);

	sort16(sorted, count);
	add_values(text, sorted, count);
}

/* Sorted extensions but for server name and ALPN, which the head already tells, then the
 * signature algorithms as sent. */
static void add_features(struct text *text, const struct client_hello *hello)
{
	uint16_t list[CLIENT_HELLO_EXTENSIONS];
	size_t count = without_grease(hello->extensions, hello->extension_count, list),
	       kept = 0;

	_Static_assert(
	    CLIENT_HELLO_SIGNATURES <= CLIENT_HELLO_EXTENSIONS, "one buffer for both");
	for (size_t i = 0; i < count; i++)
		if (list[i] != CLIENT_HELLO_EXT_SERVER_NAME && list[i] != CLIENT_HELLO_EXT_ALPN)
			list[kept++] = list[i];
	sort16(list, kept);
	add_values(text, list, kept);
	count = without_grease(hello->signatures, hello->signature_count, list);
	if (count)
		text_add_char(text, '_');
	add_values(text, list, count);
}

/* The highest version offered, GREASE aside, in JA4's two characters. */
static const char *version_word(const struct client_hello *hello)
{
	uint16_t highest = 0;

	for (size_t i = 0; i < hello->version_count; i++)
		if (!client_hello_is_grease(hello->versions[i]) && hello->versions[i] > highest)
			highest = hello->versions[i];
	switch (hello->version_count ? highest : hello->legacy_version) {
	case 0x0304:
		return "13";
	case 0x0303:
		return "12";
	case 0x0302:
		return "11";
	case 0x0301:
		return "10";
	case 0x0300:
		return "s3";
	case 0x0002:
		return "s2";
	}
	return "00";
}

static bool is_alphanumeric(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* First and last character of the first protocol; of its hex form where one is not
 * alphanumeric; "00" without a protocol. */
static void add_alpn(struct text *text, const struct client_hello *hello)
{
	struct bytes name = hello->alpn_count ? hello->alpn[0] : BYTES("");
	unsigned char first = name.len ? (unsigned char)name.at[0] : '0';
	unsigned char last = name.len ? (unsigned char)name.at[name.len - 1] : '0';
	bool is_plain = is_alphanumeric(first) && is_alphanumeric(last);

	text_add_char(text, is_plain ? (char)first : hex_digits[first >> 4]);
	text_add_char(text, is_plain ? (char)last : hex_digits[last & 15]);
}

static void add_count(struct text *text, const uint16_t *list, size_t count)
{
	size_t shown = 0;

	for (size_t i = 0; i < count; i++)
		shown += !client_hello_is_grease(list[i]);
	if (shown > COUNT_MOST)
		shown = COUNT_MOST;
	text_add_char(text, (char)('0' + shown / 10));
	text_add_char(text, (char)('0' + shown % 10));
}

static void add_head(struct text *text, const struct client_hello *hello)
{
	text_add_char(text, 't');
	text_add(text, bytes_of_text(version_word(hello)));
	text_add_char(text, hello->has_server_name ? 'd' : 'i');
	add_count(text, hello->ciphers, hello->cipher_count);
	add_count(text, hello->extensions, hello->extension_count);
	add_alpn(text, hello);
}

void ja4_raw(const struct client_hello *hello, struct text *text)
{
	add_head(text, hello);
	text_add_char(text, '_');
	add_ciphers(text, hello);
	text_add_char(text, '_');
	add_features(text, hello);
}

static void add_sum(struct text *text, struct bytes list, struct digest *digest)
{
	unsigned char sum[DIGEST_SHA256_BYTES] = { 0 };
	char hex[SUM_DIGITS + 1];

	if (list.len) /* an empty list is written as twelve zeros, not as the sum of nothing */
		digest_sha256(digest, list, sum);
	bytes_to_hex(sum, SUM_DIGITS / 2, hex);
	text_add_char(text, '_');
	text_add(text, bytes_of(hex, SUM_DIGITS));
}

void ja4_digest(const struct client_hello *hello, struct digest *digest, char out[JA4_BYTES])
{
	char at[CIPHERS_TEXT > FEATURES_TEXT ? CIPHERS_TEXT : FEATURES_TEXT];
	struct text text = text_in(out, JA4_BYTES - 1), list = text_in(at, sizeof(at));

	add_head(&text, hello);
	add_ciphers(&list, hello);
	add_sum(&text, text_bytes(&list), digest);
	list = text_in(at, sizeof(at));
	add_features(&list, hello);
	add_sum(&text, text_bytes(&list), digest);
	out[text.len] = '\0';
}

/* An underscore and twelve lower-case hex digits. */
static bool is_sum(const char *at)
{
	unsigned char sum[SUM_DIGITS / 2];
	char again[SUM_DIGITS + 1];

	if (*at != '_' || !bytes_from_hex(bytes_of(at + 1, SUM_DIGITS), sum, sizeof(sum)))
		return false;
	bytes_to_hex(sum, sizeof(sum), again);
	return memcmp(again, at + 1, SUM_DIGITS) == 0;
}

bool ja4_is_digest(struct bytes b)
{
	if (b.len != JA4_BYTES - 1 || !strchr("tqd", b.at[0]) || !strchr("di", b.at[3]))
		return false;
	for (size_t i = 0; i < HEAD_BYTES; i++)
		if (!is_alphanumeric((unsigned char)b.at[i]))
			return false;
	return is_sum(b.at + HEAD_BYTES) && is_sum(b.at + HEAD_BYTES + 1 + SUM_DIGITS);
}
