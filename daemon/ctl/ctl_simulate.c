/*
 * `retortctl simulate`: a scenario file against the engine, in virtual time.
 */
#include "ctl.h"
#include "references.h"
#include "sim_run.h"

#include <getopt.h>
#include <stdlib.h>

static const struct option OPTIONS[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "reference", required_argument, NULL, 'r' },
	{ "records", required_argument, NULL, 'o' },
	{ "memory", required_argument, NULL, 'm' },
	{ "tag-evidence", required_argument, NULL, 'A' },
	{ "no-probe", no_argument, NULL, 'P' },
	{ "no-shape", no_argument, NULL, 'S' },
	{ "json", no_argument, NULL, 'j' },
	{ 0 },
};

struct wish {
	const char *folder, *records;
	struct sim_setup setup;
	bool is_json;
};

static bool read_option(struct wish *wish, int letter)
{
	switch (letter) {
	case 's':
		wish->setup.seed = strtoull(optarg, NULL, 10);
		return true;
	case 'r':
		wish->folder = optarg;
		return true;
	case 'o':
		wish->records = optarg;
		return true;
	case 'm':
		wish->setup.memory_bytes = (size_t)strtoull(optarg, NULL, 10) << 20;
		return true;
	case 'A':
		wish->setup.tag_evidence = strtod(optarg, NULL);
		return wish->setup.tag_evidence >= 10;
	case 'P':
		wish->setup.may_probe = false;
		return true;
	case 'S':
		wish->setup.may_shape = false;
		return true;
	case 'j':
		wish->is_json = true;
		return true;
	default:
		return false;
	}
}

static void print_words(const struct sim_run *run, const struct scenario *scenario)
{
	printf("%s: %llu exchanges, %.1f hours, %.1f s\n", scenario->name,
	    (unsigned long long)run->report.exchanges, run->hours, run->report.seconds);
	for (int i = 0; i < run->report.label_count; i++) {
		const struct report_label *label = run->report.labels + i;

		printf("  %-28s %9llu exchanges %7llu accounts  tag %-7llu proof %-7llu "
		       "tagged %llu probed %llu shaped %llu\n",
		    label->name, (unsigned long long)label->exchanges,
		    (unsigned long long)label->accounts,
		    (unsigned long long)label->first_tag.exchange,
		    (unsigned long long)label->first_proof.exchange,
		    (unsigned long long)label->tagged, (unsigned long long)label->probed,
		    (unsigned long long)label->shaped);
	}
}

static int simulate(struct wish *wish, const char *path)
{
	struct scenario *scenario = calloc(1, sizeof(*scenario));
	struct fault fault = { 0 };
	struct sim_run run;
	char words[512];

	if (!scenario || scenario_read(path, scenario, &fault) != 0) {
		fprintf(stderr, "retortctl: %s\n", fault_words(&fault, words, sizeof(words)));
		free(scenario);
		return CTL_FAILED;
	}
	wish->setup.scenario = scenario;
	wish->setup.envelope = references_load(references_folder(wish->folder), &fault);
	if (!envelope_is_sealed(wish->setup.envelope))
		fprintf(stderr, "retortctl: %s\n", fault_words(&fault, words, sizeof(words)));
	if (wish->records)
		wish->setup.records = fopen(wish->records, "w");
	sim_run(&run, &wish->setup);
	if (wish->setup.records)
		fclose(wish->setup.records);
	if (wish->is_json)
		report_print(&run.report, run.engine, stdout);
	else
		print_words(&run, scenario);
	sim_run_fini(&run);
	envelope_free((struct envelope *)wish->setup.envelope);
	free(scenario);
	return CTL_OK;
}

int ctl_simulate(struct ctl_options *options, int argc, char **argv)
{
	struct wish wish = { .setup = { .seed = 1,
				 .memory_bytes = (size_t)512 << 20,
				 .tag_evidence = 1e9,
				 .may_probe = true,
				 .may_shape = true },
		.is_json = options->is_json };
	int letter;

	optind = 0;
	while ((letter = getopt_long(argc, argv, "s:r:o:m:A:PSj", OPTIONS, NULL)) != -1)
		if (!read_option(&wish, letter))
			return CTL_USAGE;
	if (argc - optind != 1) {
		fputs("retortctl: simulate takes one scenario file\n", stderr);
		return CTL_USAGE;
	}
	return simulate(&wish, argv[optind]);
}
