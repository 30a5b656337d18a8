/*
 * From the credential of a request to the number of its account. Raw credentials are borrowed,
 * hashed and forgotten; what had to be decoded is wiped.
 */
#include "facts/identity.h"

#include "base/xalloc.h"

#include <stdlib.h>

#define QUERY_MARK BYTES("query:")
#define AWS4       BYTES("AWS4-")
#define CREDENTIAL BYTES("Credential=")

struct source {
	struct bytes name; /* inside |text| */
	char *text;
	bool is_query;
};

struct identity {
	struct source sources[IDENTITY_SOURCES_MOST];
	size_t count;
	uint64_t header_lengths; /* bit n: some header's name has n bytes (63: or more) */
};

/* RFC 9110 §5.6.2; names of query parameters are held to the same, they need no more. */
static bool is_token(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-*): it has a byte there */
		unsigned char c = (unsigned char)name.at[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
			return false;
	}
	return name.len > 0;
}

static uint64_t length_bit(size_t len)
{
	return (uint64_t)1 << (len < 63 ? len : 63);
}

static int add_source(struct identity *identity, const char *word, struct fault *fault)
{
	struct source *source = &identity->sources[identity->count];

	source->text = xalloc_text(word);
	identity->count++;
	source->name = bytes_of_text(source->text);
	source->is_query = bytes_start_with(source->name, QUERY_MARK);
	if (source->is_query)
		source->name = bytes_of(
		    source->name.at + QUERY_MARK.len, source->name.len - QUERY_MARK.len);
	else
		identity->header_lengths |= length_bit(source->name.len);
	if (!is_token(source->name))
		return fault_say(
		    fault, "\"%.60s\" is neither a header's name nor query:NAME", word);
	return 0;
}

struct identity *identity_new(const char *const *sources, size_t count, struct fault *fault)
{
	struct identity *identity;

	if (count == 0 || count > IDENTITY_SOURCES_MOST) {
		fault_say(fault, "%zu sources of accounts; there must be 1 to %d", count,
		    IDENTITY_SOURCES_MOST);
		return NULL;
	}
	identity = xalloc(sizeof(*identity));
	for (size_t i = 0; i < count; i++)
		if (add_source(identity, sources[i], fault)) {
			identity_free(identity);
			return NULL;
		}
	return identity;
}

void identity_free(struct identity *identity)
{
	if (!identity)
		return;
	for (size_t i = 0; i < identity->count; i++)
		free(identity->sources[i].text);
	free(identity);
}

void identity_begin(struct identity_search *search, const struct identity *identity)
{
	*search = (struct identity_search){ .identity = identity,
		.best = IDENTITY_SOURCES_MOST };
}

/* |value| behind |scheme| and at least one blank, nothing where that was trimmed away; false
 * when it begins otherwise. */
static bool cut_scheme(struct bytes *value, struct bytes scheme)
{
	struct bytes rest;

	if (!bytes_start_with_nocase(*value, scheme))
		return false;
	rest = bytes_of(value->at + scheme.len, value->len - scheme.len);
	if (rest.len && rest.at[0] != ' ' && rest.at[0] != '\t')
		return false;
	*value = bytes_trim(rest);
	return true;
}

/* A signature differs with every request; the access key's id in front of it does not. */
static struct bytes cut_access_key(struct bytes value)
{
	const char *at = memmem(value.at, value.len, CREDENTIAL.at, CREDENTIAL.len);
	struct bytes rest;

	if (!at)
		return value;
	at += CREDENTIAL.len;
	rest = bytes_of(at, value.len - (size_t)(at - value.at));
	return bytes_split(&rest, '/');
}

static struct bytes credential_in(struct bytes value)
{
	value = bytes_trim(value);
	if (cut_scheme(&value, BYTES("Bearer")) || cut_scheme(&value, BYTES("Basic")))
		return value;
	return bytes_start_with_nocase(value, AWS4) ? cut_access_key(value) : value;
}

static void take(
    struct identity_search *search, size_t place, struct bytes credential, bool is_encoded)
{
	if (!credential.len || search->seen >> place & 1)
		return;
	search->seen |= (uint16_t)(1 << place);
	search->found++;
	if (place >= search->best)
		return;
	search->best = (uint8_t)place;
	search->credential = credential;
	search->is_encoded = is_encoded;
}

void identity_offer_header(
    struct identity_search *search, struct bytes name, struct bytes value)
{
	const struct identity *identity = search->identity;

	if (!(identity->header_lengths & length_bit(name.len)))
		return;
	for (size_t i = 0; i < identity->count; i++)
		if (!identity->sources[i].is_query &&
		    bytes_equal_nocase(identity->sources[i].name, name))
			take(search, i, credential_in(value), false);
}

/* The byte that |text| begins with, decoded, and how many bytes stand for it. */
static unsigned char decode_byte(struct bytes text, size_t *width)
{
	unsigned char value;

	*width = 1;
	if (text.at[0] == '+')
		return ' ';
	if (text.at[0] != '%' || text.len < 3 ||
	    !bytes_from_hex(bytes_of(text.at + 1, 2), &value, 1))
		return (unsigned char)text.at[0];
	*width = 3;
	return value;
}

static bool decodes_to(struct bytes encoded, struct bytes plain)
{
	size_t width;

	for (size_t i = 0; i < plain.len; i++) {
		if (!encoded.len || decode_byte(encoded, &width) != (unsigned char)plain.at[i])
			return false;
		encoded = bytes_of(encoded.at + width, encoded.len - width);
	}
	return encoded.len == 0;
}

void identity_offer_query(struct identity_search *search, struct bytes query)
{
	const struct identity *identity = search->identity;

	while (query.len) {
		struct bytes value = bytes_split(&query, '&'), name = bytes_split(&value, '=');

		for (size_t i = 0; value.len && i < identity->count; i++)
			if (identity->sources[i].is_query &&
			    decodes_to(name, identity->sources[i].name))
				take(search, i, value, true);
	}
}

static uint64_t hash_decoded(struct bytes encoded, struct keyed_hash *hash)
{
	char plain[IDENTITY_CREDENTIAL_MOST];
	size_t len = 0, width;
	struct bytes credential;
	uint64_t account = 0;

	for (; encoded.len; encoded = bytes_of(encoded.at + width, encoded.len - width))
		plain[len++] = (char)decode_byte(encoded, &width);
	credential = bytes_trim(bytes_of(plain, len));
	if (credential.len)
		account = keyed_hash_of(hash, HASH_ACCOUNT, credential);
	explicit_bzero(plain, len);
	return account;
}

uint64_t identity_account(const struct identity_search *search, struct keyed_hash *hash)
{
	if (search->best == IDENTITY_SOURCES_MOST)
		return 0;
	if (search->is_encoded && search->credential.len <= IDENTITY_CREDENTIAL_MOST)
		return hash_decoded(search->credential, hash);
	return keyed_hash_of(hash, HASH_ACCOUNT, search->credential);
}
