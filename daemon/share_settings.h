#ifndef SHARE_SETTINGS_H
#define SHARE_SETTINGS_H

#include "base/fault.h"
#include "config/item.h"
#include "share_state.h"

#include <openssl/ssl.h>

/* How a table is shared through Redis. */
struct limit_table;

struct share_redis_settings {
	struct limit_table *table; /* borrowed */
	const struct config_address *servers;
	size_t server_count;
	const char *username, *password; /* NULL = none */
	const char *prefix;              /* of every key */
	SSL_CTX *tls;                    /* NULL = clear; a reference is taken */
	const char *sni;                 /* NULL = the server's host */
	bool is_verified;
	int64_t sync_interval_us;
	int64_t timeout_us; /* longest silence of a Redis that owes an answer */

	/* Called on the thread when sharing begins or ends, once for each change; |words| say
	 * why.
	 */
	void (*on_change)(void *arg, enum share_status status, const char *words);
	void *arg;
};

/* Everything that a start can refuse; -1 with a fault. */
int share_settings_check(const struct share_redis_settings *settings, struct fault *fault);

/* A copy that owns all that it names, but for the table. */
void share_settings_copy(
    struct share_redis_settings *to, const struct share_redis_settings *from);
void share_settings_free(struct share_redis_settings *settings);

/* Whether the server needs no name to be resolved. */
bool share_settings_is_address(const struct config_address *server);

#endif
