/*
 * mock-llm: an LLM API that says nothing of worth, on time. The upstream of flow tests and
 * benches: speaks OpenAI, Anthropic and Google, streams without coalescing, and misbehaves on
 * request. One thread; prints the address it listens on, and leaves on TERM or INT.
 */
#include "peer.h"

#include <arpa/inet.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

static const char usage[] =
    "usage: mock-llm [--listen HOST:PORT] [--tls CERT KEY] [--log FILE] [--NAME VALUE]…\n"
    "  --hang --reset --garbage --early --echo, or --behaviour NAME\n"
    "  --status N --events N --pace-ms N --delay-ms N --reply-bytes N --split-bytes N\n"
    "  --input-tokens N --output-tokens N --read-after-ms N\n"
    "  --fail-every N --fail-first N --fail-status N --retry-after SECONDS\n"
    "A request overrides them with header fields: mock-NAME: VALUE\n"
    "GET /mock/stats tells what happened so far; /echo answers what it received.\n";

struct options {
	const char *listen, *certificate, *key, *log;
};

static void fail(const char *what)
{
	fprintf(stderr, "mock-llm: %s\n", what);
	exit(1);
}

/* Takes the argument at |argv| and returns how many words it was, 0 when it is not known. */
static int take_option(struct options *options, struct plan *plan, char **argv, int left)
{
	static const char *const flags[] = { "hang", "reset", "garbage", "early", "echo" };
	const char *name = argv[0] + 2;

	if (strncmp(argv[0], "--", 2) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(name, flags[i]))
			return plan_set(plan, BYTES("behaviour"), bytes_of_text(name)) ? 1 : 0;
	if (!strcmp(name, "tls") && left > 2) {
		options->certificate = argv[1];
		options->key = argv[2];
		return 3;
	}
	if (left < 2)
		return 0;
	if (!strcmp(name, "listen"))
		options->listen = argv[1];
	else if (!strcmp(name, "log"))
		options->log = argv[1];
	else if (!plan_set(plan, bytes_of_text(name), bytes_of_text(argv[1])))
		return 0;
	return 2;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char http1[] = "\x08http/1.1";

	(void)ssl;
	(void)arg;
	return SSL_select_next_proto((unsigned char **)out, out_len, http1, sizeof(http1) - 1,
		   in, in_len) == OPENSSL_NPN_NEGOTIATED
		   ? SSL_TLSEXT_ERR_OK
		   : SSL_TLSEXT_ERR_NOACK;
}

static SSL_CTX *open_tls(const struct options *options)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
	SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(tls, on_alpn, NULL);
	if (SSL_CTX_use_certificate_chain_file(tls, options->certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, options->key, SSL_FILETYPE_PEM) != 1)
		fail("cannot use the certificate or its key");
	return tls;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *arg)
{
	(void)listener;
	(void)address;
	(void)len;
	peer_open(arg, fd);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	event_base_loopbreak(((struct mock *)arg)->base);
}

/* libevent's own parser refuses port 0. */
static void parse_address(const char *where, struct sockaddr_in *address)
{
	struct bytes rest = bytes_of_text(where), host = bytes_split(&rest, ':');
	char name[64] = "";
	uint64_t port = 0;

	if (host.len >= sizeof(name) || !bytes_to_number(rest, &port) || port > 65535)
		fail("--listen wants HOST:PORT");
	memcpy(name, host.at, host.len);
	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	if (inet_pton(AF_INET, name, &address->sin_addr) != 1)
		fail("--listen wants an IPv4 address");
}

static struct evconnlistener *open_listener(struct mock *mock, const char *where)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	struct evconnlistener *listener;
	char name[INET_ADDRSTRLEN];

	parse_address(where, &address);
	listener = evconnlistener_new_bind(mock->base, on_accept, mock,
	    LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 4096,
	    (struct sockaddr *)&address, sizeof(address));
	if (!listener)
		fail("cannot listen there");
	getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &len);
	inet_ntop(AF_INET, &address.sin_addr, name, sizeof(name));
	printf("mock-llm listening on %s:%u\n", name, ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}

static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void run(struct mock *mock, const char *where)
{
	struct evconnlistener *listener = open_listener(mock, where);
	struct event *term = evsignal_new(mock->base, SIGTERM, on_signal, mock);
	struct event *interrupt = evsignal_new(mock->base, SIGINT, on_signal, mock);

	event_add(term, NULL);
	event_add(interrupt, NULL);
	event_base_dispatch(mock->base);
	event_free(term);
	event_free(interrupt);
	evconnlistener_free(listener);
	peer_close_all(mock);
}

int main(int argc, char **argv)
{
	static struct mock mock;
	struct options options = { .listen = "127.0.0.1:0" };

	plan_init(&mock.defaults);
	for (int i = 1; i < argc;) {
		int taken = take_option(&options, &mock.defaults, argv + i, argc - i);

		if (!taken) {
			fputs(usage, !strcmp(argv[i], "--help") ? stdout : stderr);
			return strcmp(argv[i], "--help") ? 2 : 0;
		}
		i += taken;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	mock.base = event_base_new();
	mock.tls = options.certificate ? open_tls(&options) : NULL;
	mock.log = options.log ? fopen(options.log, "ae") : NULL;
	if (options.log && !mock.log)
		fail("cannot open the log");
	run(&mock, options.listen);
	pile_free(&mock.head);
	pile_free(&mock.page);
	SSL_CTX_free(mock.tls);
	if (mock.log)
		fclose(mock.log);
	event_base_free(mock.base);
	libevent_global_shutdown();
	return 0;
}
