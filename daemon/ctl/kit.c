/*
 * What turns captures into facts offline, for every command that reads them. Nothing of a
 * capture is kept here, and the secret no longer than it takes to make a key of it.
 */
#include "kit.h"

#include "base/xalloc.h"
#include "fingerprint/elicitation.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define FILE_MOST   (1 << 20)
#define SECRET_MOST 4096

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

static struct config_secret find_secret(const struct config *config)
{
	struct config_secret secret = { .file = getenv("RETORT_IDENTITY_KEY") };

	return secret.file || !config ? secret : config->identity.secret;
}

bool kit_has_secret(const struct config *config)
{
	struct config_secret secret = find_secret(config);

	return secret.file || secret.env;
}

static int read_secret(const struct config *config, struct text *text, struct fault *fault)
{
	struct config_secret secret = find_secret(config);

	if (kit_has_secret(config))
		return config_secret_read(&secret, getenv, text, fault);
	text->len = 32;
	return getrandom(text->at, text->len, 0) == 32 ? 0 : fault_say(fault, "no randomness");
}

static struct keyed_hash *make_hash(const struct config *config, struct fault *fault)
{
	char at[SECRET_MOST];
	struct text text = text_in(at, sizeof(at));
	struct keyed_hash *hash = NULL;

	if (read_secret(config, &text, fault) == 0)
		hash = keyed_hash_new(text_bytes(&text), fault);
	OPENSSL_cleanse(at, sizeof(at));
	return hash;
}

static bool read_phrases(
    struct capture_kit *kit, const struct config *config, struct fault *fault)
{
	const char *path = getenv("RETORT_ELICITATION");
	struct bytes text;

	if (!path && config)
		path = config->inspect.elicitation;
	if (!path)
		return true;
	text = read_file(path);
	if (!text.at)
		return fault_say(fault, "%s cannot be read", path) == 0;
	kit->prompt.elicitation = elicitation_new(text, path, fault);
	free((char *)text.at);
	return kit->prompt.elicitation;
}

static struct identity *make_identity(const struct config *config, struct fault *fault)
{
	if (!config)
		return identity_new(SOURCES, sizeof(SOURCES) / sizeof(*SOURCES), fault);
	return identity_new(
	    config->identity.account_from.at, config->identity.account_from.count, fault);
}

bool kit_make(struct capture_kit *kit, const struct config *config, struct fault *fault)
{
	struct keyed_hash *hash;

	*kit = (struct capture_kit){ .body_limit = 64 << 20, .decoded_limit = 64 << 20 };
	hash = make_hash(config, fault);
	if (!hash)
		return false;
	text_digest_keys_init(&kit->prompt.keys, hash);
	kit->identity = make_identity(config, fault);
	kit->digest = digest_new(fault);
	return kit->identity && kit->digest && read_phrases(kit, config, fault);
}

void kit_free(struct capture_kit *kit)
{
	elicitation_free((struct elicitation *)kit->prompt.elicitation);
	digest_free(kit->digest);
	identity_free((struct identity *)kit->identity);
	keyed_hash_free(kit->prompt.keys.hash);
}
