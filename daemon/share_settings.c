/* The settings of sharing, checked, copied and wiped. It opens nothing. */
#include "share_settings.h"

#include "base/xalloc.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#define CREDENTIAL_MOST 1024

bool share_settings_is_address(const struct config_address *server)
{
	struct in6_addr address;

	return server->path || inet_pton(AF_INET, server->host, &address) == 1 ||
	       inet_pton(AF_INET6, server->host, &address) == 1;
}

int share_settings_check(const struct share_redis_settings *settings, struct fault *fault)
{
	if (settings->server_count == 0)
		return fault_say(fault, "no redis server is named");
	if ((settings->password && strlen(settings->password) > CREDENTIAL_MOST) ||
	    (settings->username && strlen(settings->username) > CREDENTIAL_MOST))
		return fault_say(
		    fault, "a redis user or password has at most %d bytes", CREDENTIAL_MOST);
	if (settings->username && !settings->password)
		return fault_say(fault, "a redis user needs a password");
	if (settings->sync_interval_us < 1000 || settings->timeout_us < 1000)
		return fault_say(fault, "redis intervals are at least 1 ms");
	return 0;
}

void share_settings_copy(
    struct share_redis_settings *to, const struct share_redis_settings *from)
{
	struct config_address *servers = xalloc_array(from->server_count, sizeof(*servers));

	for (size_t i = 0; i < from->server_count; i++)
		servers[i] = (struct config_address){ .text = xalloc_text(
							  from->servers[i].text),
			.path = xalloc_text(from->servers[i].path),
			.host = xalloc_text(from->servers[i].host),
			.port = from->servers[i].port };
	*to = *from;
	to->servers = servers;
	to->username = xalloc_text(from->username);
	to->password = xalloc_text(from->password);
	to->prefix = xalloc_text(from->prefix ? from->prefix : "");
	to->sni = xalloc_text(from->sni);
	if (to->tls)
		SSL_CTX_up_ref(to->tls);
}

void share_settings_free(struct share_redis_settings *settings)
{
	for (size_t i = 0; i < settings->server_count; i++) {
		free((void *)settings->servers[i].text);
		free((void *)settings->servers[i].path);
		free((void *)settings->servers[i].host);
	}
	if (settings->password)
		OPENSSL_cleanse((void *)settings->password, strlen(settings->password));
	free((void *)settings->servers);
	free((void *)settings->username);
	free((void *)settings->password);
	free((void *)settings->prefix);
	free((void *)settings->sni);
	SSL_CTX_free(settings->tls);
}
