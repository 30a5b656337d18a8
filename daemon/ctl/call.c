/*
 * The HTTP client of retortctl. It asks for one answer and a closed connection, so that the
 * whole answer is what comes until the end. The answer is read with the same strict parser as
 * everything else; it must never trust a length that it was told.
 */
#include "call.h"

#include "base/xalloc.h"
#include "wire/http1_body.h"
#include "wire/http1_finder.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MOST (64 << 20)
#define TOKEN_BYTES 512
#define TIMEOUT_S   60 /* a reload resolves names */

static int connect_unix(const char *path, struct fault *fault)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    snprintf(at.sun_path, sizeof(at.sun_path), "%s", path) < (int)sizeof(at.sun_path) &&
	    connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	fault_say(fault, "unix:%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int connect_first(const struct addrinfo *found)
{
	for (; found; found = found->ai_next) {
		int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			continue;
		if (connect(fd, found->ai_addr, found->ai_addrlen) == 0)
			return fd;
		close(fd);
	}
	return -1;
}

/* "host:port", "[::1]:port", with or without "http://" in front. */
static int connect_tcp(const char *address, struct fault *fault)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	const char *colon = strrchr(address, ':');
	char host[256];
	int error, fd;

	if (!colon || colon - address >= (int)sizeof(host))
		return fault_say(fault, "%s is not HOST:PORT", address);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	if (host[0] == '[' && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	error = getaddrinfo(host, colon + 1, &hints, &found);
	if (error)
		return fault_say(fault, "%s: %s", address, gai_strerror(error));
	fd = connect_first(found);
	freeaddrinfo(found);
	if (fd < 0)
		fault_say(fault, "%s: %s", address, strerror(errno));
	return fd;
}

static int connect_admin(const char *address, struct fault *fault)
{
	struct timeval patience = { .tv_sec = TIMEOUT_S };
	int fd;

	if (strncmp(address, "unix:", 5) == 0)
		return connect_unix(address + 5, fault);
	if (strncmp(address, "http://", 7) == 0)
		address += 7;
	fd = connect_tcp(address, fault);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	}
	return fd;
}

/* The token of |options| into |out|, "" where there is none. */
static int read_token(
    const struct ctl_options *options, char out[TOKEN_BYTES], struct fault *fault)
{
	const char *said = getenv("RETORT_TOKEN");
	FILE *file;

	snprintf(out, TOKEN_BYTES, "%s", said ? said : "");
	if (!options->token_file)
		return 0;
	file = fopen(options->token_file, "re");
	if (!file)
		return fault_say(fault, "%s: %s", options->token_file, strerror(errno));
	if (!fgets(out, TOKEN_BYTES, file))
		out[0] = '\0';
	fclose(file);
	out[strcspn(out, "\r\n")] = '\0';
	return out[0] ? 0
		      : fault_say(fault, "%s: there is no token in it", options->token_file);
}

static int send_request(
    int fd, const char *method, const char *path, const char *token, struct fault *fault)
{
	char request[TOKEN_BYTES + 300];
	int len = snprintf(request, sizeof(request),
	    "%s %s HTTP/1.1\r\nHost: retort\r\nConnection: close\r\nContent-Length: 0\r\n"
	    "%s%s%s\r\n",
	    method, path, *token ? "Authorization: Bearer " : "", token, *token ? "\r\n" : "");

	if (write(fd, request, (size_t)len) != len)
		return fault_say(fault, "the daemon took no request: %s", strerror(errno));
	return 0;
}

static int read_all(int fd, struct call_answer *answer, size_t *len, struct fault *fault)
{
	size_t room = 0;

	*len = 0;
	for (;;) {
		ssize_t taken;

		if (*len == room) {
			room = room ? room * 2 : 16384;
			answer->bytes = xalloc_grow(answer->bytes, room, 1);
		}
		taken = read(fd, answer->bytes + *len, room - *len);
		if (taken == 0)
			return 0;
		if (taken < 0)
			return fault_say(fault, "no answer: %s", strerror(errno));
		*len += (size_t)taken;
		if (*len > ANSWER_MOST)
			return fault_say(fault, "the answer has no end");
	}
}

/* Takes the framing off in place: a body is never longer with its framing gone. */
static int unframe(struct call_answer *answer, const struct http1_head *head, struct bytes all,
    struct fault *fault)
{
	struct http1_body body;
	struct bytes span;
	char *start = answer->bytes + (all.at - answer->bytes), *to = start;

	http1_body_init(&body, head->framing, head->content_length, NULL, 0);
	while (http1_body_next(&body, &all, &span) == HTTP1_STEP_SPAN) {
		memmove(to, span.at, span.len);
		to += span.len;
	}
	if (!http1_body_may_end(&body))
		return fault_say(fault, "the answer was cut short");
	answer->body = bytes_of(start, (size_t)(to - start));
	return 0;
}

static int read_answer(
    int fd, bool answers_head, struct call_answer *answer, struct fault *fault)
{
	struct http1_limits limits = HTTP1_LIMITS_DEFAULT;
	struct http1_finder finder = { .is_response = true };
	struct http1_head parsed;
	struct bytes head, all;
	enum http1_fault why;
	size_t len;

	if (read_all(fd, answer, &len, fault))
		return -1;
	all = bytes_of(answer->bytes, len);
	if (http1_finder_next(&finder, all, &limits, &head, &why) != SCAN_DONE ||
	    http1_parse_response(head, &limits, answers_head, &parsed) != HTTP1_FAULT_NONE)
		return fault_say(fault, "what answers there does not speak HTTP");
	answer->status = parsed.status;
	all.len -= (size_t)(head.at + head.len - all.at);
	all.at = head.at + head.len;
	return unframe(answer, &parsed, all, fault);
}

int call_make(const struct ctl_options *options, const char *method, const char *path,
    struct call_answer *answer, struct fault *fault)
{
	char token[TOKEN_BYTES];
	int fd, outcome;

	*answer = (struct call_answer){ 0 };
	if (read_token(options, token, fault))
		return -1;
	fd = connect_admin(options->admin, fault);
	if (fd < 0)
		return -1;
	outcome = send_request(fd, method, path, token, fault) ||
			  read_answer(fd, strcmp(method, "HEAD") == 0, answer, fault)
		      ? -1
		      : 0;
	explicit_bzero(token, sizeof(token));
	close(fd);
	if (outcome)
		call_answer_fini(answer);
	return outcome;
}

void call_answer_fini(struct call_answer *answer)
{
	free(answer->bytes);
	*answer = (struct call_answer){ 0 };
}

bool call_or_say(const struct ctl_options *options, const char *method, const char *path,
    struct call_answer *answer)
{
	struct fault fault;

	if (call_make(options, method, path, answer, &fault) == 0)
		return true;
	fprintf(stderr, "retortctl: %s\n", fault.text);
	return false;
}
