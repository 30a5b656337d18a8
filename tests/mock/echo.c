/*
 * Shows a test what reached the upstream, in a reply or in the log. It writes credentials in
 * clear on purpose: a mock's clients hold none that are worth anything.
 */
#include "echo.h"

#include <time.h>

static void add_headers(struct pile *page, const struct request *request)
{
	pile_add_text(page, "[");
	for (size_t i = 0; i < request->field_count; i++) {
		pile_add_text(page, i ? ",[" : "[");
		pile_add_json(page, request->fields[i].name);
		pile_add_text(page, ",");
		pile_add_json(page, request->fields[i].value);
		pile_add_text(page, "]");
	}
	pile_add_text(page, "]");
}

static void add_digest(struct pile *page, const struct request *request)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	unsigned len = 0;
	EVP_MD_CTX *copy = EVP_MD_CTX_new();

	if (request->digest && EVP_MD_CTX_copy_ex(copy, request->digest) &&
	    EVP_DigestFinal_ex(copy, digest, &len))
		bytes_to_hex(digest, len, hex);
	EVP_MD_CTX_free(copy);
	pile_add_format(page, "\"body_sha256\":\"%s\"", hex);
}

void echo_add(struct pile *page, struct peer *peer)
{
	const struct request *request = &peer->request;

	pile_add_text(page, "{\"method\":");
	pile_add_json(page, request->method);
	pile_add_text(page, ",\"target\":");
	pile_add_json(page, request->target);
	pile_add_text(page, ",\"version\":");
	pile_add_json(page, bytes_of(request->version.at, 8));
	pile_add_format(page,
	    ",\"connection\":%llu,\"request\":%llu,\"is_tls\":%s,\"body_bytes\":%llu,",
	    (unsigned long long)peer->number, (unsigned long long)peer->answer.reply.number,
	    peer->ssl ? "true" : "false", (unsigned long long)request->body_bytes);
	add_digest(page, request);
	pile_add_text(page, ",\"trailers\":");
	pile_add_json(page, pile_bytes(&request->trailers));
	pile_add_text(page, ",\"headers\":");
	add_headers(page, request);
	pile_add_text(page, "}");
}

void echo_add_stats(struct pile *page, const struct mock_counts *counts)
{
	pile_add_format(page,
	    "{\"connections\":%llu,\"handshakes\":%llu,\"requests\":%llu,\"events\":%llu,"
	    "\"whole\":%llu,\"gone\":%llu,\"open\":%llu}",
	    (unsigned long long)counts->connections, (unsigned long long)counts->handshakes,
	    (unsigned long long)counts->requests, (unsigned long long)counts->events,
	    (unsigned long long)counts->whole, (unsigned long long)counts->gone,
	    (unsigned long long)counts->open);
}

static void write_line(struct mock *mock)
{
	fwrite(pile_bytes(&mock->page).at, 1, mock->page.len, mock->log);
	fflush(mock->log);
	pile_clear(&mock->page);
}

void echo_log_request(struct peer *peer)
{
	struct mock *mock = peer->mock;

	if (!mock->log)
		return;
	pile_clear(&mock->page);
	pile_add_text(&mock->page, "{\"event\":\"request\",\"seen\":");
	echo_add(&mock->page, peer);
	pile_add_text(&mock->page, "}\n");
	write_line(mock);
}

void echo_log_end(struct peer *peer, const char *how)
{
	struct mock *mock = peer->mock;
	struct timespec now;

	if (!mock->log)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	pile_clear(&mock->page);
	pile_add_format(&mock->page,
	    "{\"event\":\"end\",\"how\":\"%s\",\"at\":%lld.%06ld,\"connection\":%llu,"
	    "\"request\":%llu,\"steps\":%u}\n",
	    how, (long long)now.tv_sec, now.tv_nsec / 1000, (unsigned long long)peer->number,
	    (unsigned long long)peer->answer.reply.number, peer->answer.step);
	write_line(mock);
}
