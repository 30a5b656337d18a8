#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "base/arena.h"
#include "config/item.h"

/*
 * The whole configuration. It never changes after loading; whoever loaded it owns it. Nothing
 * named in it (certificates, databases, secrets) was opened. Relative paths were joined to the
 * folder of the file.
 */
struct config_mark;
struct config {
	const char *file; /* as the caller named it */
	struct config_listen *listen;
	size_t listen_count;
	struct config_texts trusted_proxies; /* CIDR */
	int64_t workers;                     /* 0 = one a core */
	struct config_upstream *upstreams;
	size_t upstream_count;
	struct config_route *routes; /* in the order of the file */
	size_t route_count;
	struct {
		struct config_secret secret; /* none: a random one that ends with the process */
		struct config_texts account_from; /* header names, "query:name": first wins */
		const char *owners;               /* CSV file: account hash,owner */
		const char *owner_header;         /* believed from trusted proxies only */
	} identity;
	struct {
		const char *asn_database;            /* MaxMind DB file */
		const char *ja3_header, *ja4_header; /* believed from trusted proxies only */
	} network;
	struct {
		int64_t body_bytes, decoded_bytes;
		int64_t held_bytes;      /* over all bodies that are held */
		const char *elicitation; /* lexicon file */
	} inspect;
	struct {
		bool has_ja4, has_asn; /* Retort-JA4, Retort-ASN are sent upstream */
	} headers;
	struct {
		enum config_store kind;
		struct {
			struct config_address *servers;
			size_t server_count;
			const char *username;
			struct config_secret password;
			bool has_tls;
			struct config_peer_tls tls;
			const char *prefix; /* begins every key */
			int64_t sync_interval_us, timeout_us;
		} redis;
		const char *snapshot; /* file; NULL = a restart begins empty */
		int64_t snapshot_interval_us;
		int64_t memory_bytes; /* ceiling of the limit windows */
	} store;
	struct config_limit *limits;
	size_t limit_count;
	struct {
		enum config_mode mode;
		double watch_evidence, tag_evidence, prove_evidence;
		struct {
			enum config_switch enabled; /* auto: in mode enforce only */
			double rate;
		} probe;
		struct {
			enum config_switch enabled; /* auto: in mode enforce only */
		} displacement;
		double hold_out;       /* share of cohorts never shaped */
		const char *reference; /* folder; NULL = no population evidence */
		bool has_candidate;    /* counted beside, never enforced */
		struct {
			double watch_evidence, tag_evidence, prove_evidence;
		} candidate;
		int64_t memory_bytes; /* ceiling of the engine's tables */
	} detection;
	struct {
		const char *decisions; /* NDJSON file; NULL = none is written */
		enum config_level level;
	} log;
	struct {
		struct config_address address; /* text NULL = no admin listener */
		struct config_secret token;
	} admin;
	struct {
		int64_t handshake_us, head_us; /* head: then 408 */
		int64_t body_us, send_us;  /* silence of a client that sends, or should read */
		int64_t idle_us, drain_us; /* between requests; hard cap of a drain */
	} timeouts;
	struct {
		int64_t head_bytes, header_count, body_bytes; /* then 431, 431, 413 */
		int64_t connections; /* over all workers; beyond it none is accepted */
	} http;
	/* private */
	struct arena memory; /* all of the above lies there */
	struct config_mark *marks;
	size_t mark_count, mark_room;
};

#endif
