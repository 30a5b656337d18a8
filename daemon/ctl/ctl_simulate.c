/*
 * `retortctl simulate`: a scenario file against the engine, in virtual time.
 */
#include "ctl.h"
#include "reference_folder.h"
#include "sim_run.h"

#include <getopt.h>
#include <stdlib.h>

static const struct option OPTIONS[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "reference", required_argument, NULL, 'r' },
	{ "records", required_argument, NULL, 'o' },
	{ "captures", required_argument, NULL, 'c' },
	{ "memory", required_argument, NULL, 'm' },
	{ "tag-evidence", required_argument, NULL, 'A' },
	{ "nodes", required_argument, NULL, 'n' },
	{ "no-probe", no_argument, NULL, 'P' },
	{ "no-shape", no_argument, NULL, 'S' },
	{ "no-displacement", no_argument, NULL, 'D' },
	{ "json", no_argument, NULL, 'j' },
	{ 0 },
};

struct wish {
	const char *folder, *records, *captures;
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
	case 'c':
		wish->captures = optarg;
		return true;
	case 'm':
		wish->setup.memory_bytes = (size_t)strtoull(optarg, NULL, 10) << 20;
		return true;
	case 'A':
		wish->setup.tag_evidence = strtod(optarg, NULL);
		return wish->setup.tag_evidence > 0;
	case 'n':
		wish->setup.nodes = atoi(optarg);
		return wish->setup.nodes >= 1 && wish->setup.nodes <= SIM_NODES;
	case 'P':
		wish->setup.may_probe = false;
		return true;
	case 'S':
		wish->setup.may_shape = false;
		return true;
	case 'D':
		wish->setup.may_displace = false;
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
		       "tagged %llu probed %llu shaped %llu held %llu\n",
		    label->name, (unsigned long long)label->exchanges,
		    (unsigned long long)label->accounts,
		    (unsigned long long)label->first_tag.exchange,
		    (unsigned long long)label->first_proof.exchange,
		    (unsigned long long)label->tagged, (unsigned long long)label->probed,
		    (unsigned long long)label->shaped, (unsigned long long)label->held);
	}
}

static bool open_file(const char *path, FILE **file)
{
	*file = path ? fopen(path, "w") : NULL;
	if (path && !*file)
		fprintf(stderr, "retortctl: %s cannot be written\n", path);
	return !path || *file;
}

static bool close_file(const char *path, FILE *file)
{
	bool has_failed = file && ferror(file), is_whole = !file || fclose(file) == 0;

	is_whole = is_whole && !has_failed;
	if (!is_whole)
		fprintf(stderr, "retortctl: %s could not be written whole\n", path);
	return is_whole;
}

static int run_and_write(struct wish *wish, const struct scenario *scenario)
{
	struct sim_run run;
	struct engine_counts counts;
	bool has_records, has_captures;

	if (!open_file(wish->records, &wish->setup.records) ||
	    !open_file(wish->captures, &wish->setup.captures))
		return CTL_FAILED;
	sim_run(&run, &wish->setup);
	has_records = close_file(wish->records, wish->setup.records);
	has_captures = close_file(wish->captures, wish->setup.captures);
	sim_run_counts(&run, &counts);
	if (wish->is_json)
		report_print(&run.report, &counts, stdout);
	else
		print_words(&run, scenario);
	sim_run_fini(&run);
	return has_records && has_captures ? CTL_OK : CTL_FAILED;
}

static int simulate(struct wish *wish, const char *path)
{
	struct scenario *scenario = calloc(1, sizeof(*scenario));
	struct fault fault = { 0 };
	struct envelope *envelope;
	char words[512];
	int result;

	if (!scenario || scenario_read(path, scenario, &fault) != 0) {
		fprintf(stderr, "retortctl: %s\n", fault_words(&fault, words, sizeof(words)));
		free(scenario);
		return CTL_FAILED;
	}
	wish->setup.scenario = scenario;
	if (reference_folder_read(reference_folder_usual(wish->folder), &envelope, &fault))
		fprintf(stderr, "retortctl: %s\n", fault_words(&fault, words, sizeof(words)));
	wish->setup.envelope = envelope;
	result = run_and_write(wish, scenario);
	envelope_free(envelope);
	free(scenario);
	return result;
}

int ctl_simulate(struct ctl_options *options, int argc, char **argv)
{
	struct wish wish = { .setup = { .seed = 1,
				 .memory_bytes = (size_t)512 << 20,
				 .tag_evidence = 1e9,
				 .may_probe = true,
				 .may_shape = true,
				 .may_displace = true },
		.is_json = options->is_json };
	int letter;

	optind = 0;
	while ((letter = getopt_long(argc, argv, "s:r:o:c:m:A:n:PSDj", OPTIONS, NULL)) != -1)
		if (!read_option(&wish, letter))
			return CTL_USAGE;
	if (argc - optind != 1) {
		fputs("retortctl: simulate takes one scenario file\n", stderr);
		return CTL_USAGE;
	}
	return simulate(&wish, argv[optind]);
}
