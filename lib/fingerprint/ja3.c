/*
 * JA3 of a parsed ClientHello. Pure text and one digest; it never judges a client by what it
 * finds.
 */
#include "fingerprint/ja3.h"

#include "fingerprint/sort16.h"

_Static_assert(6 * (1 + CLIENT_HELLO_CIPHERS + CLIENT_HELLO_EXTENSIONS + CLIENT_HELLO_GROUPS) +
		       4 * CLIENT_HELLO_FORMATS + 4 <=
		   JA3_TEXT_MAX,
    "the longest text fits");

/* The lists joined by '-', without GREASE. */
static void add_values(struct text *text, const uint16_t *list, size_t count)
{
	bool is_first = true;

	for (size_t i = 0; i < count; i++) {
		if (client_hello_is_grease(list[i]))
			continue;
		if (!is_first)
			text_add_char(text, '-');
		text_add_number(text, list[i]);
		is_first = false;
	}
}

static void add_extensions(
    struct text *text, const struct client_hello *hello, enum ja3_kind kind)
{
	uint16_t sorted[CLIENT_HELLO_EXTENSIONS];

	if (kind == JA3_AS_SENT) {
		add_values(text, hello->extensions, hello->extension_count);
		return;
	}
	memcpy(sorted, hello->extensions, hello->extension_count * sizeof(*sorted));
	sort16(sorted, hello->extension_count);
	add_values(text, sorted, hello->extension_count);
}

void ja3_text(const struct client_hello *hello, enum ja3_kind kind, struct text *text)
{
	text_add_number(text, hello->legacy_version);
	text_add_char(text, ',');
	add_values(text, hello->ciphers, hello->cipher_count);
	text_add_char(text, ',');
	add_extensions(text, hello, kind);
	text_add_char(text, ',');
	add_values(text, hello->groups, hello->group_count);
	text_add_char(text, ',');
	for (size_t i = 0; i < hello->format_count; i++) {
		if (i)
			text_add_char(text, '-');
		text_add_number(text, hello->formats[i]);
	}
}

bool ja3_digest(const struct client_hello *hello, enum ja3_kind kind, struct digest *digest,
    char out[JA3_BYTES])
{
	unsigned char md5[DIGEST_MD5_BYTES];
	char at[JA3_TEXT_MAX];
	struct text text = text_in(at, sizeof(at));

	out[0] = '\0';
	ja3_text(hello, kind, &text);
	if (!digest_md5(digest, text_bytes(&text), md5))
		return false;
	bytes_to_hex(md5, sizeof(md5), out);
	return true;
}

bool ja3_is_digest(struct bytes b)
{
	unsigned char md5[DIGEST_MD5_BYTES];
	char again[JA3_BYTES];

	if (!bytes_from_hex(b, md5, sizeof(md5)))
		return false;
	bytes_to_hex(md5, sizeof(md5), again);
	return memcmp(again, b.at, b.len) == 0; /* upper case would be another digest */
}
