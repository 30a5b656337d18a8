/*
 * What a replay begins with: sizes, thresholds, references and the secret, from a configuration
 * and from options.
 */
#include "config/config.h"
#include "reference_folder.h"
#include "replay.h"
#include "sim_random.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES ((size_t)512 << 20)

static bool read_config(struct replay *replay)
{
	struct config_faults faults;

	if (!replay->setup.config)
		return true;
	replay->config = config_load(replay->setup.config, &faults);
	if (replay->config)
		engine_side_settings(&replay->settings, replay->config, false, 0);
	else
		config_faults_print(&faults, stderr);
	return replay->config;
}

/* The places of the tables follow from the identity secret, as the daemon's do. */
static bool find_seed(struct replay *replay)
{
	struct fault fault;

	replay->settings.seed = sim_hash(replay->setup.seed ? replay->setup.seed : 1, 0x5a17);
	if (replay->setup.seed || !kit_has_secret(replay->config))
		return true;
	replay->has_kit = kit_make(&replay->kit, replay->config, &fault);
	if (!replay->has_kit) {
		kit_free(&replay->kit);
		fprintf(stderr, "retortctl: %s\n", fault.text);
		return false;
	}
	replay->settings.seed = keyed_hash_mark(replay->kit.prompt.keys.hash);
	return true;
}

static void load_references(struct replay *replay)
{
	const char *configured = replay->config ? replay->config->detection.reference : NULL;
	const char *folder = replay->setup.folder ? replay->setup.folder : configured;
	struct fault fault;
	char words[512];

	if (reference_folder_read(reference_folder_usual(folder), &replay->envelope, &fault))
		fprintf(stderr, "retortctl: %s\n", fault_words(&fault, words, sizeof(words)));
}

static void apply_options(struct replay *replay)
{
	const struct replay_setup *setup = &replay->setup;
	struct engine_settings own = replay->settings;

	if (setup->memory_bytes)
		engine_settings_default(&replay->settings, setup->memory_bytes);
	replay->settings.watch_evidence = own.watch_evidence;
	replay->settings.tag_evidence = setup->tag_evidence > 0 ? setup->tag_evidence
								: own.tag_evidence;
	replay->settings.prove_evidence = own.prove_evidence;
	replay->settings.hold_out = own.hold_out;
	replay->settings.probe_rate = setup->probe_rate > 0 ? setup->probe_rate
							    : own.probe_rate;
	replay->settings.seed = own.seed;
}

void replay_begin(struct replay *replay, const struct engine_settings *settings)
{
	engine_side_init(&replay->side, settings, replay->envelope);
	replay->side.is_candidate = true; /* its proofs are told in the report */
	if (replay->setup.on_bet)
		engine_on_bet(
		    replay->side.engine, replay->setup.on_bet, replay->setup.on_bet_arg);
}

bool replay_init(struct replay *replay, const struct replay_setup *setup)
{
	bool is_ready;

	*replay = (struct replay){ .setup = *setup };
	engine_settings_default(&replay->settings, MEMORY_BYTES);
	is_ready = read_config(replay) && find_seed(replay);
	apply_options(replay);
	load_references(replay);
	replay_begin(replay, &replay->settings);
	replay->past = past_new();
	report_init(&replay->report);
	return is_ready;
}

void replay_fini(struct replay *replay)
{
	engine_side_fini(&replay->side);
	envelope_free(replay->envelope);
	past_free(replay->past);
	report_fini(&replay->report);
	if (replay->has_kit)
		kit_free(&replay->kit);
	config_free(replay->config);
}

bool replay_option(struct replay_setup *setup, int letter, const char *value)
{
	switch (letter) {
	case 'R':
		setup->is_as_recorded = true;
		return true;
	case 'x':
		setup->is_strict = true;
		return true;
	case 'c':
		setup->config = value;
		return true;
	case 'r':
		setup->folder = value;
		return true;
	case 's':
		setup->seed = strtoull(value, NULL, 10);
		return setup->seed != 0;
	case 'm':
		setup->memory_bytes = (size_t)strtoull(value, NULL, 10) << 20;
		return setup->memory_bytes != 0;
	case 'A':
		setup->tag_evidence = strtod(value, NULL);
		return setup->tag_evidence >= 10;
	case 'p':
		setup->probe_rate = strtod(value, NULL);
		return setup->probe_rate > 0 && setup->probe_rate < 0.5;
	default:
		return letter == 'j';
	}
}
