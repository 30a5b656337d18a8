/*
 * Whom a request is for: the forms of the request target, and Host. A request that names two
 * hosts, or none where one is due, is refused; none is ever guessed.
 */
#include "wire/http1_target.h"

#include "wire/http1_chars.h"

bool http1_target_is_host(struct bytes host)
{
	bool is_ipv6 = host.len && host.at[0] == '[';
	struct bytes port = host, name = bytes_split(&port, is_ipv6 ? ']' : ':');
	uint64_t number;

	if (is_ipv6) {
		name = bytes_of(name.at + 1, name.len - 1);
		if (!port.at || !http1_chars_all(name, HTTP1_CHAR_IPV6))
			return false;
		if (!port.len)
			return true;
		if (bytes_split(&port, ':').len) /* something between bracket and colon */
			return false;
	} else if (!http1_chars_all(name, HTTP1_CHAR_HOST)) {
		return false;
	} else if (!port.at) {
		return true;
	}
	return port.len <= 5 && bytes_to_number(port, &number) && number <= 65535;
}

static enum http1_fault settle_host(struct http1_head *head)
{
	const struct http1_header *host = http1_find(head, HTTP1_HOST);

	if (!host)
		return head->minor ? HTTP1_FAULT_HOST_MISSING : HTTP1_FAULT_NONE;
	if (http1_is_repeated(head, HTTP1_HOST))
		return HTTP1_FAULT_HOST_REPEATED;
	head->host = host->value;
	return http1_target_is_host(host->value) ? HTTP1_FAULT_NONE : HTTP1_FAULT_HOST_INVALID;
}

static void settle_origin(struct http1_head *head, struct bytes rest)
{
	const char *mark = memchr(rest.at, '?', rest.len);

	head->path = rest;
	if (mark) {
		head->path.len = (size_t)(mark - rest.at);
		head->query = bytes_of(mark + 1, rest.len - head->path.len - 1);
	}
}

/* http://host:80 and http://host are one place. */
static struct bytes without_port(struct bytes host, struct bytes port)
{
	if (bytes_end_with(host, port))
		host.len -= port.len;
	return host;
}

static enum http1_fault settle_absolute(struct http1_head *head)
{
	bool is_https = bytes_start_with_nocase(head->target, BYTES("https://"));
	struct bytes port = is_https ? BYTES(":443") : BYTES(":80"), rest = head->target, host;
	size_t cut = is_https ? 8 : 7;

	if (!is_https && !bytes_start_with_nocase(rest, BYTES("http://")))
		return HTTP1_FAULT_TARGET;
	rest = host = bytes_of(rest.at + cut, rest.len - cut);
	for (host.len = 0; host.len < rest.len; host.len++)
		if (rest.at[host.len] == '/' || rest.at[host.len] == '?')
			break;
	rest = bytes_of(rest.at + host.len, rest.len - host.len);
	if (!http1_target_is_host(host))
		return HTTP1_FAULT_TARGET;
	if (head->host.len &&
	    !bytes_equal_nocase(without_port(head->host, port), without_port(host, port)))
		return HTTP1_FAULT_HOST_DISAGREES;
	head->host = host;
	settle_origin(head, rest);
	if (!head->path.len)
		head->path = BYTES("/");
	return HTTP1_FAULT_NONE;
}

enum http1_fault http1_target_settle(struct http1_head *head)
{
	enum http1_fault fault;

	if (bytes_equal(head->method, BYTES("CONNECT")))
		return HTTP1_FAULT_CONNECT;
	fault = settle_host(head);
	if (fault)
		return fault;
	if (head->target.at[0] == '/') {
		settle_origin(head, head->target);
		return HTTP1_FAULT_NONE;
	}
	if (!bytes_equal(head->target, BYTES("*")))
		return settle_absolute(head);
	head->path = head->target;
	return bytes_equal(head->method, BYTES("OPTIONS")) ? HTTP1_FAULT_NONE
							   : HTTP1_FAULT_TARGET;
}
