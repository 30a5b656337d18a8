#ifndef CONFIG_ITEM_H
#define CONFIG_ITEM_H

#include "config/choice.h"

/*
 * The values and the list items of the configuration (struct config, config/settings.h): plain
 * values, durations in µs, sizes in bytes, lists as an array and its count. Texts are
 * terminated and live as long as their struct config; a NULL text means that the key was null.
 * A duration or size of 0 means "off" where a key allows it.
 */

/* Where something stood in the file; counted from 1, 0 = not in the file. Every item of a list
 * begins with its place. */
struct config_place {
	int line, column;
};

struct config_address {
	const char *text; /* as written: "[::]:8443", "unix:/run/retort/admin"; NULL = none */
	const char *path; /* of a unix socket, else NULL */
	const char *host; /* without brackets, else NULL */
	uint16_t port;    /* 0 = any free one */
};

struct config_url {
	const char *text; /* "https://gateway:8443", without a path */
	const char *host; /* without brackets */
	uint16_t port;
	bool is_tls;
};

/* Only the place of a secret, never the secret: see config_secret_read. */
struct config_secret {
	const char *file, *env; /* at most one is not NULL */
};

struct config_texts {
	const char **at;
	size_t count;
};

struct config_certificate {
	struct config_place place;
	const char *certificate, *key; /* PEM files */
};

/* The lone pair of |certificate| and |key| was moved into the list: both are NULL after
 * loading.
 */
struct config_listen_tls {
	const char *certificate, *key;
	struct config_certificate *certificates; /* the first is the default, SNI chooses */
	size_t certificate_count;
	const char *client_ca; /* not NULL: a client certificate is demanded and verified */
};

struct config_listen {
	struct config_place place;
	struct config_address address;
	bool has_tls;
	struct config_listen_tls tls;
	bool is_proxy_protocol; /* v1 or v2, from trusted proxies only */
	uint32_t alpn;          /* bits 1 << enum config_alpn */
};

/* How we check a server that we connect to over TLS. */
struct config_peer_tls {
	const char *ca;  /* PEM file; NULL = the system's */
	const char *sni; /* NULL = the host of the URL */
	bool is_verified;
};

struct config_upstream {
	struct config_place place;
	const char *name;
	struct config_url *servers;
	size_t server_count;
	struct config_peer_tls tls;
	const char *host;             /* Host header to send; NULL = what the client sent */
	int64_t keepalive;            /* idle connections kept, a worker */
	int64_t keepalive_timeout_us; /* how long one is kept */
	int64_t connect_timeout_us;   /* with the TLS handshake */
	int64_t idle_timeout_us;      /* silence during an exchange; 0 = off */
	int64_t failures;             /* in a row before a server is passed over; 0 = never */
	int64_t holddown_us;          /* and for how long */
	int64_t resolve_every_us;     /* its names are asked for again; 0 = never */
};

struct config_route {
	struct config_place place;
	struct {
		const char *path; /* prefix, begins with '/' */
		const char *host; /* NULL = any; "*.example.com" = any below it */
	} match;
	const char *upstream; /* the name of one that exists */
	const char *dialect; /* "auto" or a name of api/dialect.h; checked by who compiles it */
};

struct config_limit {
	struct config_place place;
	const char *name;
	uint32_t key; /* bits 1 << enum config_part; never 0 */
	enum config_measure measure;
	int64_t quota; /* ≥ 1 */
	int64_t window_us;
	enum config_action action;
	enum config_mode mode;
	enum config_missing missing;
};

#endif
