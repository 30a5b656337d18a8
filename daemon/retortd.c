/*
 * retortd's door: the command line and nothing else.
 */
#include "control.h"

#include "version.h"

#include <event2/event.h>
#include <getopt.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdio.h>

#define USAGE_STATUS 2

/* Held bodies from here on go back to the system when they have gone on; else the allocator
 * would learn from the first of them to keep all. */
#define LARGE_BYTES  (512 * 1024)

/* Kept for the next bodies: faulting pages in anew costs more than reading a body. */
#define SPARE_BYTES  (16 * LARGE_BYTES)

static const struct option OPTIONS[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "test", no_argument, NULL, 't' },
	{ "print", no_argument, NULL, 'T' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void print_help(FILE *out)
{
	fputs(
	    "usage: retortd -c FILE [-t | -T]\n\n"
	    "  -c, --config FILE  the configuration (YAML)\n"
	    "  -t, --test         say whether it is good, and leave\n"
	    "  -T, --print        print it as it takes effect, secrets left out, and leave\n"
	    "  -V, --version      version and build\n"
	    "  -h, --help         this\n\n"
	    "signals: TERM drains, then leaves; a second TERM or INT leaves now; HUP reloads;\n"
	    "         USR1 opens the decision log anew\n"
	    "exit:    0 fine, 1 failed while running, 2 usage, 78 bad configuration\n",
	    out);
}

static int refuse_usage(void)
{
	print_help(stderr);
	return USAGE_STATUS;
}

int main(int argc, char **argv)
{
	int (*act)(const char *config_path) = control_run;
	const char *config_path = NULL;
	int letter;

	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	mallopt(M_TRIM_THRESHOLD, SPARE_BYTES);
	while ((letter = getopt_long(argc, argv, "c:tTVh", OPTIONS, NULL)) != -1) {
		switch (letter) {
		case 'c':
			config_path = optarg;
			break;
		case 't':
			act = control_test;
			break;
		case 'T':
			act = control_print;
			break;
		case 'V':
			printf("retortd %s (%s), %s, libevent %s\n", RETORT_VERSION,
			    RETORT_BUILD_TYPE, OpenSSL_version(OPENSSL_VERSION),
			    event_get_version());
			return 0;
		case 'h':
			print_help(stdout);
			return 0;
		default:
			return refuse_usage();
		}
	}
	if (!config_path || optind < argc)
		return refuse_usage();
	return act(config_path);
}
