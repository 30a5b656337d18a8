/*
 * The PROXY header. Trust: it names any address it likes, so it is read only on listeners that
 * say so and only from trusted peers; there it must come, and what it says replaces the
 * socket's peer.
 */
#include "client_door.h"

#include "facts/cidr_list.h"
#include "log.h"
#include "wire/proxy_protocol.h"

#include <errno.h>
#include <sys/socket.h>

bool client_door_expects_header(const struct client *client)
{
	const struct snapshot *snapshot = client->worker->lease->snapshot;

	return snapshot->listens[client->listener].config->is_proxy_protocol &&
	       cidr_list_has(snapshot->trusted, &client->peer);
}

static void enter(struct client *client, const struct proxy_protocol *header)
{
	char *input = client->worker->input;

	/* the header is taken off the socket, and not a byte of what follows */
	if (recv(client->link.fd, input, header->consumed, 0) != (ssize_t)header->consumed) {
		client_close(client, true);
		return;
	}
	setsockopt(client->link.fd, SOL_SOCKET, SO_RCVLOWAT, &(int){ 1 }, sizeof(int));
	if (header->has_addresses)
		client->peer = address_from_v6(header->source, header->source_port);
	client_begin(client);
}

/* What was only peeked at keeps the socket readable: the bell is to ring when there is more
 * than that. */
static void await_more(struct client *client, int peeked)
{
	int least = peeked + 1;

	setsockopt(client->link.fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof(least));
}

void client_door_readable(struct client *client)
{
	char *input = client->worker->input;
	ssize_t got = recv(client->link.fd, input, PROXY_PROTOCOL_V2_MOST, MSG_PEEK);
	struct proxy_protocol header;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		client_close(client, true);
		return;
	}
	switch (proxy_protocol_parse(bytes_of(input, (size_t)got), &header)) {
	case SCAN_DONE:
		enter(client, &header);
		return;
	case SCAN_MORE:
		await_more(client, (int)got);
		return;
	default:
		metrics_count(client->worker->seat.metrics, METRIC_CLIENT_FAULTS, 0);
		client_close(client, true);
	}
}
