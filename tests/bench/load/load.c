/*
 * bench_load: a load generator that lies about nothing. Closed loop (as fast as the other side
 * answers) or a clock (latencies count from when a request should have started); kept
 * connections or a new one each; plain replies or event streams; or many connections held open.
 * One thread. Prints one JSON line. It must stay cheaper than what it measures.
 */
#include "load.h"

#include "prompt.h"
#include "shot.h"
#include "tally.h"

#include <arpa/inet.h>
#include <event2/event_struct.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: bench_load --target ADDRESS:PORT [--tls] [--connections N] [--accounts N]\n"
    "  [--warm-ms N] [--run-ms N] [--requests N] [--rate PER-SECOND]\n"
    "  [--body-bytes N] [--reply-bytes N] [--expect STATUS] [--watch PID,PID]\n"
    "  [--fresh]    a new connection, and handshake, for each request\n"
    "  [--stream --events N --pace-ms N]\n"
    "  [--held]     one request on each connection (two events with --stream), then\n"
    "               {\"ready\":N} and silence until standard input ends\n";

struct run {
	struct load load;
	struct shots *shots;
	struct tally latencies;
	struct event warm, end, tick, input;
	uint64_t start_us, due, taken, from_us, from_cpu_ns, until_us;
};

static struct run run; /* callbacks of one process-wide run */

uint64_t load_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void load_done(struct load *load, uint64_t at_us, enum load_error error)
{
	if (!load->is_measured)
		return;
	load->done++;
	load->errors[error]++;
	if (error == LOAD_ERROR_NONE)
		tally_add(&run.latencies, load_now_us() - at_us);
	if (load->options.requests && load->done == load->options.requests)
		event_base_loopbreak(load->base);
}

bool load_next(struct load *load, uint64_t *at_us)
{
	const struct load_options *options = &load->options;

	if (options->rate) {
		if (run.taken == run.due)
			return false;
		*at_us = run.start_us + run.taken++ * 1000000 / options->rate;
		return true;
	}
	if (options->requests && run.taken == options->requests)
		return false;
	run.taken++;
	*at_us = load_now_us();
	return true;
}

void load_ready(struct load *load)
{
	if (++load->ready < load->options.connections)
		return;
	printf("{\"ready\":%u}\n", load->ready);
	fflush(stdout);
}

static void begin_measuring(void)
{
	run.load.is_measured = true;
	run.from_us = load_now_us();
	run.from_cpu_ns = tally_cpu_ns(run.load.options.watch);
}

static void on_warm(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	begin_measuring();
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	event_base_loopbreak(run.load.base);
}

/* The clock of the open loop. libevent's own timers are no finer than a millisecond. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	uint64_t ticks;

	(void)what;
	(void)arg;
	if (read(fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	run.due += ticks;
	shot_wake(run.shots);
}

static void start_clock(struct event_base *base, unsigned rate)
{
	long gap = 1000000000L / rate;
	struct itimerspec every = { .it_interval = { gap / 1000000000L, gap % 1000000000L },
		.it_value = { gap / 1000000000L, gap % 1000000000L } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	run.start_us = load_now_us() + (uint64_t)gap / 1000;
	timerfd_settime(fd, 0, &every, NULL);
	event_assign(&run.tick, base, fd, EV_READ | EV_PERSIST, on_tick, NULL);
	event_add(&run.tick, NULL);
}

static void arm(struct event *event, unsigned ms, event_callback_fn callback)
{
	struct timeval delay = { ms / 1000, (ms % 1000) * 1000 };

	evtimer_assign(event, run.load.base, callback, NULL);
	event_add(event, &delay);
}

static void report(void)
{
	static const char *const names[LOAD_ERROR_COUNT] = { "none", "connect", "handshake",
		"closed", "reset", "framing", "status" };
	const struct load *load = &run.load;
	double seconds = (double)(run.until_us - run.from_us) / 1e6;
	double cpu_us = (double)(tally_cpu_ns(load->options.watch) - run.from_cpu_ns) / 1e3;
	const char *comma = "";

	tally_sort(&run.latencies);
	printf("{\"seconds\":%.6f,\"sent\":%llu,\"done\":%llu,\"ok\":%llu,\"events\":%llu,"
	       "\"bytes\":%llu,\"cpu_us\":%.1f,\"errors\":{",
	    seconds, (unsigned long long)load->sent, (unsigned long long)load->done,
	    (unsigned long long)load->errors[LOAD_ERROR_NONE], (unsigned long long)load->events,
	    (unsigned long long)load->bytes, cpu_us);
	for (int i = LOAD_ERROR_NONE + 1; i < LOAD_ERROR_COUNT; i++) {
		if (!load->errors[i])
			continue;
		printf("%s\"%s\":%llu", comma, names[i], (unsigned long long)load->errors[i]);
		comma = ",";
	}
	printf("},\"p50_us\":%u,\"p90_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n",
	    tally_at(&run.latencies, .5), tally_at(&run.latencies, .9),
	    tally_at(&run.latencies, .99), tally_at(&run.latencies, 1));
}

static bool read_target(struct sockaddr_in *target, const char *text)
{
	struct bytes port = bytes_of_text(text), host = bytes_split(&port, ':');
	char name[64] = "";
	uint64_t number;

	if (host.len >= sizeof(name) || !bytes_to_number(port, &number) || number > 65535)
		return false;
	memcpy(name, host.at, host.len);
	*target = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)number) };
	return inet_pton(AF_INET, name, &target->sin_addr) == 1;
}

static unsigned number_of(const char *text)
{
	uint64_t value;

	if (bytes_to_number(bytes_of_text(text), &value) && value <= INT32_MAX)
		return (unsigned)value;
	fputs(usage, stderr);
	exit(2);
}

/* Options that take a number, by their letter in |read_options|. */
static unsigned *number_at(struct load_options *options, int letter)
{
	switch (letter) {
	case 'c':
		return &options->connections;
	case 'a':
		return &options->accounts;
	case 'w':
		return &options->warm_ms;
	case 'm':
		return &options->run_ms;
	case 'r':
		return &options->rate;
	case 'b':
		return &options->body_bytes;
	case 'y':
		return &options->reply_bytes;
	case 'e':
		return &options->events;
	case 'p':
		return &options->pace_ms;
	case 'x':
		return &options->expect;
	default:
		return NULL;
	}
}

static void read_options(struct load_options *options, int argc, char **argv)
{
	static const struct option names[] = { { "target", 1, 0, 't' }, { "tls", 0, 0, 'T' },
		{ "fresh", 0, 0, 'F' }, { "stream", 0, 0, 'S' }, { "held", 0, 0, 'H' },
		{ "connections", 1, 0, 'c' }, { "accounts", 1, 0, 'a' },
		{ "warm-ms", 1, 0, 'w' }, { "run-ms", 1, 0, 'm' }, { "rate", 1, 0, 'r' },
		{ "requests", 1, 0, 'n' }, { "body-bytes", 1, 0, 'b' },
		{ "reply-bytes", 1, 0, 'y' }, { "events", 1, 0, 'e' }, { "pace-ms", 1, 0, 'p' },
		{ "expect", 1, 0, 'x' }, { "watch", 1, 0, 'W' }, { 0 } };
	int letter;

	while ((letter = getopt_long(argc, argv, "", names, NULL)) != -1) {
		unsigned *number = number_at(options, letter);

		options->is_tls |= letter == 'T';
		options->is_fresh |= letter == 'F';
		options->is_stream |= letter == 'S';
		options->is_held |= letter == 'H';
		if (number)
			*number = number_of(optarg);
		else if (letter == 'n')
			options->requests = number_of(optarg);
		else if (letter == 'W')
			snprintf(options->watch, sizeof(options->watch), "%s", optarg);
		else if (letter == '?' ||
			 (letter == 't' && !read_target(&options->target, optarg))) {
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (!options->target.sin_port || !options->connections) {
		fputs(usage, stderr);
		exit(2);
	}
}

/* Full handshakes only: no session is ever kept. */
static SSL_CTX *open_tls(void)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	static const unsigned char http1[] = "\x08http/1.1";

	SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_protos(tls, http1, sizeof(http1) - 1);
	return tls;
}

static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Says when to begin measuring and when to end. */
static void schedule(const struct load_options *options)
{
	if (options->requests || options->is_held || !options->warm_ms)
		begin_measuring();
	else
		arm(&run.warm, options->warm_ms, on_warm);
	if (options->rate)
		start_clock(run.load.base, options->rate);
	if (options->is_held) {
		event_assign(&run.input, run.load.base, STDIN_FILENO, EV_READ, on_end, NULL);
		event_add(&run.input, NULL);
	} else if (!options->requests) {
		arm(&run.end, options->warm_ms + options->run_ms, on_end);
	}
}

int main(int argc, char **argv)
{
	struct load_options *options = &run.load.options;
	struct prompts *prompts;

	*options = (struct load_options){ .connections = 16,
		.accounts = 1000,
		.run_ms = 1000,
		.body_bytes = 1024,
		.reply_bytes = 1024,
		.events = 20,
		.expect = 200 };
	read_options(options, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();
	run.load.base = event_base_new();
	run.load.tls = options->is_tls ? open_tls() : NULL;
	prompts = prompt_new(options);
	schedule(options);
	run.shots = shot_open(&run.load, prompts);
	event_base_dispatch(run.load.base);
	run.until_us = load_now_us();
	report();
	shot_close(run.shots);
	prompt_free(prompts);
	tally_free(&run.latencies);
	event_base_free(run.load.base);
	SSL_CTX_free(run.load.tls);
	return 0;
}
