/*
 * retortctl account: credentials to the hashes that records, lists and the owners' file know
 * accounts by. They come by standard input alone, for arguments can be seen by everybody, and
 * none is printed or kept.
 */
#include "ctl.h"
#include "kit.h"
#include "lines.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct option OPTIONS[] = {
	{ "config", required_argument, NULL, 'c' },
	{ 0 },
};

/* As the header would hold it: bare, or behind its scheme. 0: nothing stands there. */
static uint64_t account_of(
    const struct identity *identity, struct keyed_hash *hash, struct bytes line)
{
	struct identity_search search;

	while (line.len && (unsigned char)line.at[line.len - 1] <= ' ')
		line.len--;
	identity_begin(&search, identity);
	identity_offer_header(&search, BYTES("authorization"), line);
	return identity_account(&search, hash);
}

static void print_accounts(const struct identity *identity, struct keyed_hash *hash)
{
	struct lines lines;
	struct bytes line;

	if (!lines_open(&lines, "-"))
		return;
	while (lines_next(&lines, &line)) {
		uint64_t account = account_of(identity, hash, line);

		if (account)
			printf("%016" PRIx64 "\n", account);
	}
	lines_close(&lines);
}

static int run(const struct config *config)
{
	static const char *const header[] = { "authorization" };
	struct capture_kit kit;
	struct fault fault;
	struct identity *identity;
	bool is_made;

	if (!kit_has_secret(config)) {
		fputs("retortctl: without the daemon's secret no hash is its own: --config or "
		      "$RETORT_IDENTITY_KEY\n",
		    stderr);
		return CTL_FAILED;
	}
	identity = identity_new(header, 1, &fault);
	is_made = kit_make(&kit, config, &fault);
	if (is_made)
		print_accounts(identity, kit.prompt.keys.hash);
	else
		fprintf(stderr, "retortctl: %s\n", fault.text);
	kit_free(&kit);
	identity_free(identity);
	return is_made ? CTL_OK : CTL_FAILED;
}

int ctl_account(struct ctl_options *options, int argc, char **argv)
{
	struct config_faults faults;
	struct config *config = NULL;
	const char *path = NULL;
	int letter, result;

	(void)options;
	optind = 0;
	while ((letter = getopt_long(argc, argv, "c:", OPTIONS, NULL)) != -1) {
		if (letter != 'c')
			return CTL_USAGE;
		path = optarg;
	}
	if (optind != argc) {
		fputs("retortctl: account reads credentials from standard input\n", stderr);
		return CTL_USAGE;
	}
	if (path)
		config = config_load(path, &faults);
	if (path && !config) {
		config_faults_print(&faults, stderr);
		return CTL_FAILED;
	}
	result = run(config);
	config_free(config);
	return result;
}
