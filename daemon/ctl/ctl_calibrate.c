/*
 * `retortctl calibrate`: reference tables from labelled records or from scenarios run with
 * given seeds; with --check, benign alarms of such a run against their bound.
 */
#include "calibration.h"
#include "ctl.h"
#include "reference_folder.h"
#include "sim_run.h"

#include "base/xalloc.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>

static const struct option OPTIONS[] = {
	{ "seeds", required_argument, NULL, 's' },
	{ "out", required_argument, NULL, 'o' },
	{ "check", no_argument, NULL, 'c' },
	{ "reference", required_argument, NULL, 'r' },
	{ "tag-evidence", required_argument, NULL, 'A' },
	{ 0 },
};

struct collector {
	struct calibration *calibration;
	struct sim_run *run;
	uint64_t salt;
	uint64_t bets;
};

struct tally {
	unsigned seed;
	double tags, bets;
};

struct order {
	unsigned first, last; /* seeds */
	const char *out, *folder;
	double tag_evidence;
	bool is_check;
};

static void on_bet(void *arg, const struct engine_bet *bet)
{
	struct collector *collector = arg;
	const char *name = collector->run->report.labels[collector->run->label].name;
	int class = calibration_class(collector->calibration, name);

	if (strstr(name, "-customers")) /* neither a tool of honest people nor the pool */
		return;
	collector->bets++;
	calibration_expose(
	    collector->calibration, class, bet->seen->facts->owner ^ collector->salt);
	calibration_take(collector->calibration, class, collector->salt, bet);
}

static void run_seed(
    struct calibration *calibration, const struct scenario *scenario, unsigned seed)
{
	struct envelope *envelope = envelope_new();
	struct sim_run run;
	struct collector collector = { calibration, &run, (uint64_t)seed << 40, 0 };
	const struct sim_setup setup = { .scenario = scenario,
		.envelope = envelope,
		.seed = seed,
		.memory_bytes = (size_t)1 << 30,
		.tag_evidence = 1e9,
		.on_bet = on_bet,
		.on_bet_arg = &collector };

	sim_run(&run, &setup);
	fprintf(stderr, "%s, seed %u: %llu exchanges, %llu bets, %.0f s\n", scenario->name,
	    seed, (unsigned long long)run.report.exchanges, (unsigned long long)collector.bets,
	    run.report.seconds);
	sim_run_fini(&run);
	envelope_free(envelope);
}

static int build(const struct order *order, int count, char **paths)
{
	struct calibration *calibration = calibration_new();
	struct scenario *scenario = xalloc(sizeof(*scenario));
	struct fault fault = { 0 };
	char words[512];
	int result = 0;

	for (int i = 0; i < count && result == 0; i++) {
		result = scenario_read(paths[i], scenario, &fault);
		for (unsigned seed = order->first; result == 0 && seed <= order->last; seed++)
			run_seed(calibration, scenario, seed);
	}
	if (result == 0)
		result = calibration_write(calibration, order->out, &fault);
	if (result == 0)
		calibration_print(calibration, stdout);
	else
		fprintf(stderr, "retortctl: %s\n", fault_words(&fault, words, sizeof(words)));
	calibration_free(calibration);
	free(scenario);
	return result == 0 ? CTL_OK : CTL_FAILED;
}

/* Benign alarms of one run, and the bets that bound them. */
static void check_seed(const struct order *order, const struct scenario *scenario,
    const struct envelope *envelope, struct tally *tally)
{
	struct sim_run run;
	struct engine_counts counts;
	const struct sim_setup setup = { .scenario = scenario,
		.envelope = envelope,
		.seed = tally->seed,
		.memory_bytes = (size_t)1 << 30,
		.tag_evidence = order->tag_evidence };

	sim_run(&run, &setup);
	engine_counts(run.engine, &counts);
	tally->tags += (double)counts.tags;
	tally->bets += (double)counts.bets;
	sim_run_fini(&run);
}

static int check(const struct order *order, int count, char **paths)
{
	struct scenario *scenario = xalloc(sizeof(*scenario));
	struct fault fault = { 0 };
	struct envelope *envelope;
	struct tally tally = { 0 };
	double bound;
	char words[512];
	int result = reference_folder_read(
	    reference_folder_usual(order->folder), &envelope, &fault);

	for (int i = 0; i < count && result == 0; i++) {
		result = scenario_read(paths[i], scenario, &fault);
		for (tally.seed = order->first; result == 0 && tally.seed <= order->last;
		     tally.seed++)
			check_seed(order, scenario, envelope, &tally);
	}
	envelope_free(envelope);
	free(scenario);
	if (result != 0) {
		fprintf(stderr, "retortctl: %s\n", fault_words(&fault, words, sizeof(words)));
		return CTL_FAILED;
	}
	bound = tally.bets / order->tag_evidence;
	printf("{\"bets\":%.0f,\"tags\":%.0f,\"bound\":%.6f,\"tag_evidence\":%g,"
	       "\"must_rise\":%s}\n",
	    tally.bets, tally.tags, bound, order->tag_evidence,
	    tally.tags > bound + 3 * sqrt(bound) ? "true" : "false");
	return tally.tags > bound + 3 * sqrt(bound) ? CTL_FAILED : CTL_OK;
}

static bool read_option(struct order *order, int letter)
{
	switch (letter) {
	case 's':
		order->last = 0;
		if (sscanf(optarg, "%u-%u", &order->first, &order->last) == 1)
			order->last = order->first;
		return order->last >= order->first;
	case 'o':
		order->out = optarg;
		return true;
	case 'r':
		order->folder = optarg;
		return true;
	case 'A':
		order->tag_evidence = strtod(optarg, NULL);
		return order->tag_evidence >= 10;
	case 'c':
		order->is_check = true;
		return true;
	default:
		return false;
	}
}

int ctl_calibrate(struct ctl_options *options, int argc, char **argv)
{
	struct order order = { 1, 1, NULL, NULL, 1e9, false };
	int letter;

	(void)options;
	optind = 0;
	while ((letter = getopt_long(argc, argv, "s:o:cr:A:", OPTIONS, NULL)) != -1)
		if (!read_option(&order, letter))
			return CTL_USAGE;
	if (optind == argc || (!order.is_check && !order.out)) {
		fputs(
		    "retortctl: calibrate takes --out FOLDER or --check, and files\n", stderr);
		return CTL_USAGE;
	}
	return order.is_check ? check(&order, argc - optind, argv + optind)
			      : build(&order, argc - optind, argv + optind);
}
