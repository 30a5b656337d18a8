/*
 * Cross-checks of identity, store, limits, detection and admin. They must stand a configuration
 * whose single keys were faulty: any text may be NULL here.
 */
#include "config/check.h"

#include "config/complaint.h"
#include "config/endpoint.h"

static bool is_in_file(const struct config *config, const void *field)
{
	return place_of(config, field).line > 0;
}

static bool has_secret(const struct config_secret *secret)
{
	return secret->file || secret->env;
}

static void check_identity(const struct config *config, struct config_faults *faults)
{
	const char *const *headers[] = { &config->identity.owner_header,
		&config->network.ja3_header, &config->network.ja4_header };

	if (!has_secret(&config->identity.secret) && faults->faults.count == 0)
		complaint_about(&faults->warnings, config, &config->identity.secret,
		    "identity.secret: none is given; a random one is used, so nothing that was "
		    "counted is known again after a restart");
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		if (*headers[i] && config->trusted_proxies.count == 0)
			complaint_about(&faults->warnings, config, headers[i],
			    "%s: is believed from nobody, trusted_proxies is empty",
			    *headers[i]);
}

/* One body gets half of what is free at the most (daemon/allowance.h), and its reader some. */
static void check_inspect(const struct config *config, struct config_faults *faults)
{
	if (config->inspect.decoded_bytes < config->inspect.body_bytes)
		complaint_about(&faults->faults, config, &config->inspect.decoded_bytes,
		    "inspect.decoded_limit: must not be below inspect.body_limit");
	if (config->inspect.held_bytes / 4 < config->inspect.body_bytes)
		complaint_about(&faults->faults, config, &config->inspect.held_bytes,
		    "inspect.held_limit: must be at least four times inspect.body_limit");
}

static void check_redis(const struct config *config, struct config_faults *faults)
{
	if (!is_in_file(config, &config->store.redis.servers))
		complaint_about(&faults->faults, config, &config->store.kind,
		    "store.kind: redis needs store.redis.servers");
	else if (config->store.redis.server_count > 1)
		complaint_about(&faults->faults, config, &config->store.redis.servers,
		    "store.redis.servers: kind redis takes one server");
	if (!has_secret(&config->identity.secret))
		complaint_about(&faults->faults, config, &config->store.kind,
		    "store.kind: redis needs identity.secret, the same in the whole fleet");
}

static void check_store(const struct config *config, struct config_faults *faults)
{
	if (config->store.kind == CONFIG_STORE_REDIS)
		check_redis(config, faults);
	if (config->store.snapshot && !has_secret(&config->identity.secret))
		complaint_about(&faults->warnings, config, &config->store.snapshot,
		    "store.snapshot: means nothing after a restart without identity.secret");
}

static bool has_tls(const struct config *config)
{
	for (size_t i = 0; i < config->listen_count; i++)
		if (config->listen[i].has_tls)
			return true;
	return false;
}

/* Parts of a key that nothing in this configuration can ever tell. */
static void check_parts(
    const struct config *config, const struct config_limit *limit, struct config_faults *faults)
{
	const struct {
		enum config_part part;
		bool is_known;
		const char *why;
	} rows[] = {
		{ CONFIG_PART_ASN, config->network.asn_database,
		    "network.asn_database is null" },
		{ CONFIG_PART_JA3, has_tls(config) || config->network.ja3_header,
		    "no listener has tls, and network.ja3_header is null" },
		{ CONFIG_PART_JA4, has_tls(config) || config->network.ja4_header,
		    "no listener has tls, and network.ja4_header is null" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (limit->key & 1u << rows[i].part && !rows[i].is_known)
			complaint_about(&faults->warnings, config, &limit->key,
			    "limits.key: %s is never known: %s",
			    choice_word(&choice_parts, (int)rows[i].part), rows[i].why);
}

/* Distinct accounts an account are one: such a limit never fires, or always. */
static void check_measure(
    const struct config *config, const struct config_limit *limit, struct config_faults *faults)
{
	static const struct {
		enum config_measure measure;
		enum config_part part;
	} rows[] = {
		{ CONFIG_MEASURE_ACCOUNTS, CONFIG_PART_ACCOUNT },
		{ CONFIG_MEASURE_IPS, CONFIG_PART_IP },
		{ CONFIG_MEASURE_ASNS, CONFIG_PART_ASN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (limit->measure == rows[i].measure && limit->key & 1u << rows[i].part)
			complaint_about(&faults->faults, config, &limit->measure,
			    "limits.count: %s is always 1, for %s is part of the key",
			    choice_word(&choice_measures, (int)limit->measure),
			    choice_word(&choice_parts, (int)rows[i].part));
}

static void check_limits(const struct config *config, struct config_faults *faults)
{
	for (size_t i = 0; i < config->limit_count; i++) {
		const struct config_limit *limit = &config->limits[i];
		bool is_taken = false;

		for (size_t j = 0; j < i; j++)
			is_taken |= limit->name && config->limits[j].name &&
				    strcmp(limit->name, config->limits[j].name) == 0;
		if (is_taken)
			complaint_about(&faults->faults, config, &limit->name,
			    "limits.name: there is an earlier \"%s\"", limit->name);
		check_parts(config, limit, faults);
		check_measure(config, limit, faults);
	}
}

static void check_detection(const struct config *config, struct config_faults *faults)
{
	if (config->detection.watch_evidence > config->detection.tag_evidence)
		complaint_about(&faults->faults, config, &config->detection.watch_evidence,
		    "detection.watch_evidence: must not be above detection.tag_evidence");
	if (config->detection.has_candidate && config->detection.candidate.watch_evidence >
						   config->detection.candidate.tag_evidence)
		complaint_about(&faults->faults, config,
		    &config->detection.candidate.watch_evidence,
		    "detection.candidate.watch_evidence: must not be above its tag_evidence");
	if (config->detection.probe.enabled == CONFIG_SWITCH_ON &&
	    config->detection.mode != CONFIG_MODE_ENFORCE)
		complaint_about(&faults->warnings, config, &config->detection.probe.enabled,
		    "detection.probe.enabled: probes refuse honest requests, though "
		    "detection.mode is %s",
		    choice_word(&choice_modes, (int)config->detection.mode));
	if (config->detection.displacement.enabled == CONFIG_SWITCH_ON &&
	    config->detection.mode != CONFIG_MODE_ENFORCE)
		complaint_about(&faults->warnings, config,
		    &config->detection.displacement.enabled,
		    "detection.displacement.enabled: trials refuse honest requests, though "
		    "detection.mode is %s",
		    choice_word(&choice_modes, (int)config->detection.mode));
}

static void check_admin(const struct config *config, struct config_faults *faults)
{
	if (config->admin.address.text && !endpoint_is_local(&config->admin.address) &&
	    !has_secret(&config->admin.token))
		complaint_about(&faults->warnings, config, &config->admin.address,
		    "admin.address: others can read it, and without admin.token nobody can "
		    "change anything there");
}

void check_policy(const struct config *config, struct config_faults *faults)
{
	check_identity(config, faults);
	check_inspect(config, faults);
	check_store(config, faults);
	check_limits(config, faults);
	check_detection(config, faults);
	check_admin(config, faults);
}
