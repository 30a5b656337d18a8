/*
 * `retortctl calibrate`: reference tables from captures, records or an operator's own decision
 * log, or from scenarios run with given seeds; with --check, benign alarms against their bound.
 */
#include "calibrate_log.h"
#include "ctl.h"
#include "reference_folder.h"
#include "sim_run.h"

#include "base/xalloc.h"
#include "evidence/ledger.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>

static const struct option OPTIONS[] = {
	{ "seeds", required_argument, NULL, 's' },
	{ "class", required_argument, NULL, 'n' },
	{ "config", required_argument, NULL, 'C' },
	{ "json", no_argument, NULL, 'j' },
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

#define EVIDENCE_MOST 1e15 /* a higher A than this is not tried */

struct order {
	unsigned first, last; /* seeds */
	const char *out;
	struct calibrate_log log;
	double tag_evidence;
	bool is_check, is_json, may_repeat; /* standard input is read only once */
};

static void on_bet(void *arg, const struct engine_bet *bet)
{
	struct collector *collector = arg;
	const char *name = collector->run->report.labels[collector->run->label].name;
	int class;

	if (strstr(name, "-customers")) /* neither a tool of honest people nor the pool */
		return;
	class = calibration_class(collector->calibration, name);
	if (class < 0)
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

static bool is_scenario(const char *path)
{
	return bytes_end_with(bytes_of_text(path), BYTES(".yaml"));
}

static int fail(const struct fault *fault)
{
	char words[512];

	fprintf(stderr, "retortctl: %s\n", fault_words(fault, words, sizeof(words)));
	return CTL_FAILED;
}

static int run_scenarios(
    struct calibration *calibration, const struct order *order, int count, char **paths)
{
	struct scenario *scenario = xalloc(sizeof(*scenario));
	struct fault fault = { 0 };
	int result = 0;

	for (int i = 0; i < count && result == 0; i++) {
		result = scenario_read(paths[i], scenario, &fault);
		for (unsigned seed = order->first; result == 0 && seed <= order->last; seed++)
			run_seed(calibration, scenario, seed);
	}
	free(scenario);
	return result == 0 ? CTL_OK : fail(&fault);
}

static int write_out(struct calibration *calibration, const struct order *order)
{
	const char *beside = reference_folder_usual(order->log.folder);
	struct bytes weights = reference_folder_weights(beside);
	struct fault fault = { 0 };
	int result = calibration_finish(calibration, weights, &fault);

	if (result == 0)
		result = calibration_write(calibration, order->out, beside, &fault);
	free((char *)weights.at);
	if (result != 0)
		return fail(&fault);
	if (order->is_json)
		calibration_print_json(calibration, stdout);
	else
		calibration_print(calibration, stdout);
	return CTL_OK;
}

static int build(const struct order *order, int count, char **paths)
{
	struct calibration *calibration = calibration_new();
	int result;

	if (is_scenario(paths[0]))
		result = run_scenarios(calibration, order, count, paths);
	else
		result = calibrate_log_read(calibration, &order->log, count, paths)
			     ? CTL_OK
			     : CTL_FAILED;
	if (result == CTL_OK)
		result = write_out(calibration, order);
	calibration_free(calibration);
	return result;
}

/* Benign alarms of one run, and the bets that bound them. */
static void check_seed(
    struct calibrate_tally *tally, const struct scenario *scenario, struct sim_setup *setup)
{
	struct sim_run run;
	struct engine_counts counts;

	setup->scenario = scenario;
	setup->on_bet = calibrate_log_on_bet;
	setup->on_bet_arg = tally;
	sim_run(&run, setup);
	sim_run_counts(&run, &counts);
	tally->tags += (double)counts.tags;
	sim_run_fini(&run);
}

static bool check_scenarios(struct calibrate_tally *tally, const struct order *order,
    double tag_evidence, int count, char **paths)
{
	struct scenario *scenario = xalloc(sizeof(*scenario));
	struct fault fault = { 0 };
	struct envelope *envelope;
	struct sim_setup setup = { .memory_bytes = (size_t)1 << 30,
		.tag_evidence = tag_evidence };
	int result = reference_folder_read(
	    reference_folder_usual(order->log.folder), &envelope, &fault);

	setup.envelope = envelope;
	for (int i = 0; i < count && result == 0; i++) {
		result = scenario_read(paths[i], scenario, &fault);
		for (setup.seed = order->first; result == 0 && setup.seed <= order->last;
		     setup.seed++)
			check_seed(tally, scenario, &setup);
	}
	if (result != 0)
		fail(&fault);
	envelope_free(envelope);
	free(scenario);
	return result == 0;
}

struct finding {
	double tags, bets, bound;
	bool must_rise;
};

/* Expected false tags are at most Σ n_d·v_d / A; more than three deviations above is no chance.
 */
static bool check_at(struct finding *finding, const struct order *order, double tag_evidence,
    int count, char **paths)
{
	struct calibrate_tally tally = { { 0 }, 0 };
	bool is_done = is_scenario(paths[0])
			   ? check_scenarios(&tally, order, tag_evidence, count, paths)
			   : calibrate_log_check(
				 &tally, &order->log, tag_evidence, count, paths);

	*finding = (struct finding){ .tags = tally.tags };
	for (int i = 0; i < COHORT_DEPTHS; i++) {
		finding->bets += tally.bets[i];
		finding->bound += tally.bets[i] * ledger_shares[i] / tag_evidence;
	}
	finding->must_rise = finding->tags > finding->bound + 3 * sqrt(finding->bound);
	return is_done;
}

static void print_finding(
    const struct finding *finding, const struct order *order, double needed)
{
	char rise[64] = "null";

	if (needed > 0)
		snprintf(rise, sizeof(rise), "%g", needed);
	if (order->is_json)
		printf("{\"bets\":%.0f,\"tags\":%.0f,\"bound\":%g,\"tag_evidence\":%g,"
		       "\"must_rise\":%s,\"tag_evidence_needed\":%s}\n",
		    finding->bets, finding->tags, finding->bound, order->tag_evidence,
		    finding->must_rise ? "true" : "false", rise);
	else if (!finding->must_rise)
		printf("%.0f benign tags of %.0f bets at A = %g, expected at most %g: it "
		       "holds\n",
		    finding->tags, finding->bets, order->tag_evidence, finding->bound);
	else
		printf("%.0f benign tags of %.0f bets at A = %g, expected at most %g: A must "
		       "rise%s%s, or the traffic needs a class of its own\n",
		    finding->tags, finding->bets, order->tag_evidence, finding->bound,
		    needed > 0 ? ", to " : "", needed > 0 ? rise : "");
}

static int check(const struct order *order, int count, char **paths)
{
	struct finding finding, higher;
	double needed = order->tag_evidence;

	if (!check_at(&finding, order, order->tag_evidence, count, paths))
		return CTL_FAILED;
	higher = finding;
	while (order->may_repeat && higher.must_rise && needed < EVIDENCE_MOST) {
		needed *= 10;
		if (!check_at(&higher, order, needed, count, paths))
			return CTL_FAILED;
	}
	print_finding(&finding, order, higher.must_rise ? 0 : needed);
	return finding.must_rise ? CTL_UNSAFE : CTL_OK;
}

static bool read_seeds(struct order *order)
{
	order->last = 0;
	if (sscanf(optarg, "%u-%u", &order->first, &order->last) == 1)
		order->last = order->first;
	return order->last >= order->first;
}

static bool read_option(struct order *order, int letter)
{
	switch (letter) {
	case 's':
		return read_seeds(order);
	case 'o':
		order->out = optarg;
		return true;
	case 'r':
		order->log.folder = optarg;
		return true;
	case 'n':
		order->log.class = optarg;
		return true;
	case 'C':
		order->log.config = optarg;
		return true;
	case 'A':
		order->tag_evidence = strtod(optarg, NULL);
		return order->tag_evidence >= 10;
	case 'c':
		return order->is_check = true;
	case 'j':
		return order->is_json = true;
	default:
		return false;
	}
}

static bool is_order(const struct order *order, int count, char **paths)
{
	for (int i = 0; i < count; i++)
		if (is_scenario(paths[i]) != is_scenario(paths[0]))
			return false;
	if (order->log.class && (!calibration_is_name(order->log.class) ||
				    strncmp(order->log.class, "campaign", 8) == 0))
		return false;
	return count && (order->is_check || order->out);
}

int ctl_calibrate(struct ctl_options *options, int argc, char **argv)
{
	static char *from_standard_input[] = { "-" };
	struct order order = { .first = 1,
		.last = 1,
		.tag_evidence = 1e9,
		.is_json = options->is_json,
		.may_repeat = true };
	int letter, count;
	char **paths;

	optind = 0;
	while ((letter = getopt_long(argc, argv, "s:n:C:jo:cr:A:", OPTIONS, NULL)) != -1)
		if (!read_option(&order, letter))
			return CTL_USAGE;
	count = optind < argc ? argc - optind : 1;
	paths = optind < argc ? argv + optind : from_standard_input;
	for (int i = 0; i < count; i++)
		order.may_repeat &= strcmp(paths[i], "-") != 0;
	if (!is_order(&order, count, paths)) {
		fputs("retortctl: calibrate takes --out FOLDER or --check, and scenarios or "
		      "logs, not both; a class is named in a-z, 0-9 and -\n",
		    stderr);
		return CTL_USAGE;
	}
	return order.is_check ? check(&order, count, paths) : build(&order, count, paths);
}
