/*
 * What turns captures into facts offline, for every command that reads them. The key and the
 * phrases come from files that the environment names; nothing of a capture is kept here.
 */
#include "kit.h"

#include "base/xalloc.h"
#include "fingerprint/elicitation.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define FILE_MOST (1 << 20)

/* Where credentials stand unless a configuration says otherwise (identity.account_from). */
static const char *const SOURCES[] = { "authorization", "x-api-key", "api-key",
	"x-goog-api-key", "query:key" };

/* A small file whole; at is NULL when it cannot be read. */
static struct bytes read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *at = file ? xalloc(FILE_MOST) : NULL;
	size_t len = file ? fread(at, 1, FILE_MOST, file) : 0;

	if (file)
		fclose(file);
	return bytes_of(at, len);
}

static struct keyed_hash *make_hash(struct fault *fault)
{
	const char *path = getenv("RETORT_IDENTITY_KEY");
	unsigned char secret[32];
	struct keyed_hash *hash;
	struct bytes text;

	if (!path) {
		if (getrandom(secret, sizeof(secret), 0) != sizeof(secret)) {
			fault_say(fault, "no randomness");
			return NULL;
		}
		return keyed_hash_new(bytes_of(secret, sizeof(secret)), fault);
	}
	text = read_file(path);
	if (!text.at) {
		fault_say(fault, "%s cannot be read", path);
		return NULL;
	}
	while (text.len && (unsigned char)text.at[text.len - 1] <= ' ')
		text.len--;
	hash = keyed_hash_new(text, fault);
	OPENSSL_cleanse((char *)text.at, text.len);
	free((char *)text.at);
	return hash;
}

/* The phrases of $RETORT_ELICITATION; without it none are looked for. */
static bool read_phrases(struct capture_kit *kit, struct fault *fault)
{
	const char *path = getenv("RETORT_ELICITATION");
	struct bytes text;

	if (!path)
		return true;
	text = read_file(path);
	if (!text.at)
		return fault_say(fault, "%s cannot be read", path) == 0;
	kit->prompt.elicitation = elicitation_new(text, path, fault);
	free((char *)text.at);
	return kit->prompt.elicitation;
}

bool kit_make(struct capture_kit *kit, struct fault *fault)
{
	struct keyed_hash *hash;

	*kit = (struct capture_kit){ .body_limit = 64 << 20, .decoded_limit = 64 << 20 };
	hash = make_hash(fault);
	if (!hash)
		return false;
	text_digest_keys_init(&kit->prompt.keys, hash);
	kit->identity = identity_new(SOURCES, sizeof(SOURCES) / sizeof(*SOURCES), fault);
	kit->digest = digest_new(fault);
	return kit->identity && kit->digest && read_phrases(kit, fault);
}

void kit_free(struct capture_kit *kit)
{
	elicitation_free((struct elicitation *)kit->prompt.elicitation);
	digest_free(kit->digest);
	identity_free((struct identity *)kit->identity);
	keyed_hash_free(kit->prompt.keys.hash);
}
