#ifndef REDIS_SERVER_H
#define REDIS_SERVER_H

/*
 * A real redis-server on a port of its own, which dies with the test. And the one place here
 * that asks again until an answer comes.
 */
#include "base/bytes.h"
#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits until |condition| holds; fails the test after twenty seconds. */
#define AWAIT(condition)                                                                       \
	do {                                                                                   \
		int await_left = 20000;                                                        \
		while (!(condition) && await_left-- > 0)                                       \
			poll(NULL, 0, 1);                                                      \
		ck_assert_msg(condition, "in vain: %s", #condition);                           \
	} while (0)

struct redis_server {
	pid_t child;
	int port;
	char text[32];      /* "127.0.0.1:PORT" */
	const char *folder; /* NULL: /tmp */
	const char *options[12];
};

/* Below the ports that the kernel gives to outgoing connections, which would take it again. */
static inline int free_port(void)
{
	static unsigned tried;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd, port, taken;

	do {
		port = 20000 + (int)(((unsigned)getpid() * 7919u + tried++ * 104729u) % 12000);
		address.sin_port = htons((uint16_t)port);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		taken = bind(fd, (struct sockaddr *)&address, sizeof(address));
		close(fd);
	} while (taken);
	return port;
}

/* Starts it, without waiting. The first start chooses the port. */
static inline void redis_start(struct redis_server *server)
{
	char port[8];
	char *arguments[24] = { "redis-server", "--port", port, "--bind", "127.0.0.1", "--save",
		"", "--loglevel", "warning", "--dir",
		(char *)(server->folder ? server->folder : "/tmp") };

	if (!server->port)
		server->port = free_port();
	snprintf(port, sizeof(port), "%d", server->port);
	snprintf(server->text, sizeof(server->text), "127.0.0.1:%d", server->port);
	for (int i = 0; server->options[i]; i++)
		arguments[11 + i] = (char *)server->options[i];
	server->child = fork();
	ck_assert_int_ge(server->child, 0);
	if (server->child > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	execvp("redis-server", arguments);
	_exit(127);
}

/* The answer to one command as text until the next call; "" where it cannot be reached. */
static inline const char *redis_ask(struct redis_server *server, const char *format, ...)
{
	static char answer[512];
	redisContext *context = redisConnectWithTimeout(
	    "127.0.0.1", server->port, (struct timeval){ .tv_sec = 5 });
	redisReply *reply = NULL;
	va_list list;

	va_start(list, format);
	if (context && !context->err)
		reply = redisvCommand(context, format, list);
	va_end(list);
	if (reply && reply->type == REDIS_REPLY_INTEGER)
		snprintf(answer, sizeof(answer), "%lld", reply->integer);
	else
		snprintf(answer, sizeof(answer), "%s", reply && reply->str ? reply->str : "");
	if (reply)
		freeReplyObject(reply);
	if (context)
		redisFree(context);
	return answer;
}

/* A server that is killed breaks pipes, and they are no more than that to the daemon either. */
static inline void redis_run(struct redis_server *server)
{
	signal(SIGPIPE, SIG_IGN);
	redis_start(server);
	AWAIT(strcmp(redis_ask(server, "PING"), "PONG") == 0);
}

/* As a machine that lost its power. */
static inline void redis_kill(struct redis_server *server)
{
	kill(server->child, SIGKILL);
	waitpid(server->child, NULL, 0);
}

#endif
