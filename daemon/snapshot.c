/*
 * Compiling a configuration. Everything that can fail fails here, before anybody looks at the
 * result: certificates, databases, lists, names. A finished snapshot is only read; it must
 * never hold a counter, a connection or anything else that a reload would lose.
 */
#include "snapshot.h"

#include "base/xalloc.h"
#include "config/complaint.h"
#include "resolve.h"
#include "snapshot_route.h"
#include "tls_context.h"
#include "tls_tickets.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define SECRET_BYTES 4096
#define FILE_MOST    ((size_t)OWNERS_MOST * 64)
#define WHERE_BYTES  48

/* The work under way. */
struct build {
	struct snapshot *snapshot, *previous;
	const struct config *config;
	struct config_list *faults;
};

/* What a lower room said, with the place of the key that it is about. */
static void complain(
    struct build *build, const void *field, const char *key, const struct fault *fault)
{
	char words[FAULT_FILE + FAULT_TEXT + 32];

	complaint_about(build->faults, build->config, field, "%s: %s", key,
	    fault_words(fault, words, sizeof(words)));
}

/* The secret of the file or, without one, random bytes that end with the process. */
static int read_secret(struct build *build, struct text *secret, struct fault *fault)
{
	const struct config_secret *place = &build->config->identity.secret;

	if (place->file || place->env)
		return config_secret_read(place, getenv, secret, fault);
	secret->len = 32;
	if (RAND_priv_bytes((unsigned char *)secret->at, 32) != 1)
		return fault_say(fault, "there is no randomness");
	return 0;
}

/* A hash that changed its keys would know nobody again: a new secret needs a restart. */
static void build_hash(struct build *build)
{
	char at[SECRET_BYTES];
	struct text secret = text_in(at, sizeof(at));
	struct fault fault;

	if (build->previous) {
		build->snapshot->hash = keyed_hash_clone(build->previous->hash);
		return;
	}
	if (read_secret(build, &secret, &fault) == 0)
		build->snapshot->hash = keyed_hash_new(text_bytes(&secret), &fault);
	explicit_bzero(at, sizeof(at));
	if (!build->snapshot->hash)
		complain(build, &build->config->identity.secret, "identity.secret", &fault);
}

static void build_trusted(struct build *build)
{
	const struct config_texts *texts = &build->config->trusted_proxies;
	struct fault fault;

	build->snapshot->trusted = cidr_list_new();
	for (size_t i = 0; i < texts->count; i++)
		if (cidr_list_add(
			build->snapshot->trusted, bytes_of_text(texts->at[i]), &fault))
			complain(build, &texts->at[i], "trusted_proxies", &fault);
	cidr_list_seal(build->snapshot->trusted);
}

static void build_identity(struct build *build)
{
	const struct config_texts *texts = &build->config->identity.account_from;
	struct fault fault;

	build->snapshot->identity = identity_new(texts->at, texts->count, &fault);
	if (!build->snapshot->identity)
		complain(build, texts, "identity.account_from", &fault);
}

/* The whole file, or NULL; the caller frees it. */
static char *read_whole(const char *path, size_t *len, struct fault *fault)
{
	FILE *file = fopen(path, "rbe");
	char *at;

	if (!file) {
		fault_say(fault, "cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	at = xalloc(FILE_MOST);
	*len = fread(at, 1, FILE_MOST, file);
	fclose(file);
	if (*len < FILE_MOST)
		return at;
	fault_say(fault, "%s is too large", path);
	free(at);
	return NULL;
}

static void build_owners(struct build *build)
{
	const char *const *path = &build->config->identity.owners;
	struct snapshot *snapshot = build->snapshot;
	struct fault fault;
	size_t len;
	char *at;

	if (!*path || !snapshot->hash)
		return;
	at = read_whole(*path, &len, &fault);
	if (at)
		snapshot->owners = owners_from_csv(
		    bytes_of(at, len), *path, snapshot->hash, &fault);
	if (!snapshot->owners)
		complain(build, path, "identity.owners", &fault);
	free(at);
}

static void build_elicitation(struct build *build)
{
	const char *const *path = &build->config->inspect.elicitation;
	struct snapshot *snapshot = build->snapshot;
	struct fault fault;
	size_t len;
	char *at;

	if (!*path)
		return;
	at = read_whole(*path, &len, &fault);
	if (at)
		snapshot->elicitation = elicitation_new(bytes_of(at, len), *path, &fault);
	if (!snapshot->elicitation)
		complain(build, path, "inspect.elicitation", &fault);
	free(at);
}

static void build_asn(struct build *build)
{
	const char *const *path = &build->config->network.asn_database;
	struct fault fault;

	if (!*path)
		return;
	build->snapshot->asn = asn_open(*path, &fault);
	if (!build->snapshot->asn)
		complain(build, path, "network.asn_database", &fault);
}

static void build_limits(struct build *build)
{
	const struct config *config = build->config;
	struct fault fault;
	uint64_t seed;

	if (!build->snapshot->hash)
		return;
	seed = keyed_hash_of(build->snapshot->hash, HASH_LIMIT, BYTES("limits"));
	build->snapshot->limits = limit_set_new(
	    config->limits, config->limit_count, seed, &fault);
	if (!build->snapshot->limits)
		complain(build, &config->limits, "limits", &fault);
}

static void build_tickets(struct build *build)
{
	struct fault fault;

	build->snapshot->tickets = build->previous ? tls_tickets_ref(build->previous->tickets)
						   : tls_tickets_new(&fault);
	if (!build->snapshot->tickets)
		complain(build, NULL, "listen.tls", &fault);
}

/* The listener of the new file at |old|'s address that no other open one has claimed, or NULL.
 */
static const struct config_listen *claim_listen(
    const struct config *config, const struct config_listen *old, bool *is_claimed)
{
	for (size_t i = 0; i < config->listen_count; i++) {
		if (is_claimed[i] ||
		    strcmp(config->listen[i].address.text, old->address.text) != 0)
			continue;
		is_claimed[i] = true;
		return &config->listen[i];
	}
	return NULL;
}

/* A listener that is gone from the file stays open, as it was, until a restart. */
static void keep_listen(struct snapshot_listen *listen, const struct snapshot_listen *old,
    struct snapshot *previous)
{
	*listen = *old;
	listen->owner = snapshot_ref(old->owner ? old->owner : previous);
	if (listen->tls)
		SSL_CTX_up_ref(listen->tls);
}

static void build_listen_tls(struct build *build, struct snapshot_listen *listen)
{
	char where[WHERE_BYTES];
	struct tls_server_plan plan = {
		.config = build->config,
		.where = where,
		.tls = &listen->config->tls,
		.alpn = BYTES("\x08http/1.1"),
		.tickets = build->snapshot->tickets,
	};
	struct fault fault;

	if (!listen->config->has_tls || !plan.tickets)
		return;
	snprintf(where, sizeof(where), "listen[%zu].tls",
	    (size_t)(listen->config - build->config->listen));
	listen->tls = tls_context_new_server(&plan, &fault);
	if (!listen->tls)
		complaint_add(build->faults, &fault);
}

static void build_listens(struct build *build)
{
	const struct config *config = build->config;
	struct snapshot *snapshot = build->snapshot, *previous = build->previous;
	bool *is_claimed = xalloc_array(config->listen_count + 1, sizeof(*is_claimed));

	snapshot->listen_count = previous ? previous->listen_count : config->listen_count;
	snapshot->listens = xalloc_array(snapshot->listen_count, sizeof(*snapshot->listens));
	for (size_t i = 0; i < snapshot->listen_count; i++) {
		struct snapshot_listen *listen = &snapshot->listens[i];

		listen->config = &config->listen[i];
		if (previous)
			listen->config = claim_listen(
			    config, previous->listens[i].config, is_claimed);
		if (listen->config)
			build_listen_tls(build, listen);
		else if (previous)
			keep_listen(listen, &previous->listens[i], previous);
	}
	free(is_claimed);
}

static void build_upstream_tls(struct build *build, struct snapshot_upstream *upstream)
{
	char where[WHERE_BYTES];
	struct tls_client_plan plan = { build->config, where, &upstream->config->tls,
		BYTES("\x08http/1.1") };
	bool is_wanted = false;
	struct fault fault;

	for (size_t i = 0; i < upstream->config->server_count; i++)
		is_wanted |= upstream->config->servers[i].is_tls;
	if (!is_wanted)
		return;
	snprintf(where, sizeof(where), "upstreams[%zu].tls",
	    (size_t)(upstream->config - build->config->upstreams));
	upstream->tls = tls_context_new_client(&plan, &fault);
	if (!upstream->tls)
		complaint_add(build->faults, &fault);
}

static void build_upstreams(struct build *build)
{
	const struct config *config = build->config;
	struct snapshot *snapshot = build->snapshot;

	snapshot->upstream_count = config->upstream_count;
	snapshot->upstreams = xalloc_array(
	    config->upstream_count, sizeof(*snapshot->upstreams));
	for (size_t i = 0; i < config->upstream_count; i++) {
		snapshot->upstreams[i].config = &config->upstreams[i];
		build_upstream_tls(build, &snapshot->upstreams[i]);
	}
	snapshot->book = resolve_book(
	    snapshot, build->previous ? build->previous->book : NULL, build->faults);
}

static void build_routes(struct build *build)
{
	build->snapshot->route_count = build->config->route_count;
	build->snapshot->routes = snapshot_route_table(build->config, build->faults);
}

struct snapshot *snapshot_new(
    struct config *config, struct snapshot *previous, struct config_list *faults)
{
	struct snapshot *snapshot = xalloc(sizeof(*snapshot));
	struct build build = { snapshot, previous, config, faults };
	int before = faults->count;

	snapshot->refs = 1;
	snapshot->generation = previous ? previous->generation + 1 : 1;
	snapshot->config = config;
	atomic_init(&snapshot->detection_mode, (uint8_t)config->detection.mode);
	build_hash(&build);
	build_trusted(&build);
	build_identity(&build);
	build_owners(&build);
	build_asn(&build);
	build_elicitation(&build);
	build_limits(&build);
	metric_slots_init(&snapshot->slots, previous ? &previous->slots : NULL, config);
	build_tickets(&build);
	build_listens(&build);
	build_upstreams(&build);
	build_routes(&build);
	if (faults->count == before)
		return snapshot;
	snapshot_unref(snapshot);
	return NULL;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->refs, 1, memory_order_relaxed);
	return snapshot;
}

static void free_listens(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->listen_count; i++) {
		SSL_CTX_free(snapshot->listens[i].tls);
		snapshot_unref(snapshot->listens[i].owner);
	}
	free(snapshot->listens);
}

static void free_upstreams(struct snapshot *snapshot)
{
	server_book_unref(snapshot->book);
	for (size_t i = 0; i < snapshot->upstream_count; i++)
		SSL_CTX_free(snapshot->upstreams[i].tls);
	free(snapshot->upstreams);
}

void snapshot_unref(struct snapshot *snapshot)
{
	if (!snapshot ||
	    atomic_fetch_sub_explicit(&snapshot->refs, 1, memory_order_acq_rel) > 1)
		return;
	free_listens(snapshot);
	free_upstreams(snapshot);
	free(snapshot->routes);
	tls_tickets_unref(snapshot->tickets);
	metric_slots_fini(&snapshot->slots);
	limit_set_free(snapshot->limits);
	asn_close(snapshot->asn);
	elicitation_free(snapshot->elicitation);
	owners_free(snapshot->owners);
	identity_free(snapshot->identity);
	cidr_list_free(snapshot->trusted);
	keyed_hash_free(snapshot->hash);
	config_free(snapshot->config);
	free(snapshot);
}
