/*
 * Reload: load, check, build, open, and only then commit. A file with any fault changes
 * nothing. It must never touch a counter, a window, a connection or a stream.
 */
#include "reload.h"

#include "admin.h"
#include "clock.h"
#include "config/complaint.h"
#include "control_inside.h"
#include "crew.h"
#include "engine_thread.h"
#include "journal.h"
#include "json_out.h"
#include "log.h"

#include <inttypes.h>
#include <systemd/sd-daemon.h>

static bool are_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What is opened for the new generation: the last things that can fail. */
static bool open_named_files(
    struct control *control, struct snapshot *next, struct reload_outcome *outcome)
{
	const char *old = control->snapshot->config->log.decisions;
	const char *const *path = &next->config->log.decisions;
	struct fault fault;

	if (admin_read_token(control->admin, next->config, &fault)) {
		complaint_add(&outcome->faults.faults, &fault);
		return false;
	}
	if (are_same(old, *path) || journal_reopen(control->journal, *path, &fault) == 0)
		return true;
	complaint_about(&outcome->faults.faults, next->config, path, "%s", fault.text);
	return false;
}

static struct snapshot *prepare(struct control *control, struct reload_outcome *outcome)
{
	struct config *config = config_load(control->config_path, &outcome->faults);
	struct snapshot *next;

	if (!config)
		return NULL;
	config_difference(control->booted, config, &outcome->changes);
	next = snapshot_new(config, control->snapshot, &outcome->faults.faults);
	if (next && !open_named_files(control, next, outcome)) {
		snapshot_unref(next);
		next = NULL;
	}
	return next;
}

static void commit(struct control *control, struct snapshot *next)
{
	struct snapshot *old = control->snapshot;

	control->snapshot = next;
	log_set_level((enum log_level)next->config->log.level);
	admin_adopt_token(control->admin);
	engine_thread_adopt(control->engine, next->config);
	crew_adopt(control->crew, next);
	snapshot_unref(old);
}

static void say_list(enum log_level level, const struct config_list *list)
{
	for (int i = 0; i < list->count && i < CONFIG_FAULTS; i++)
		log_fault(level, "reload", &list->list[i]);
}

static void say_outcome(const struct reload_outcome *outcome)
{
	const struct config_changes *changes = &outcome->changes;

	say_list(LOG_LEVEL_ERROR, &outcome->faults.faults);
	say_list(LOG_LEVEL_WARNING, &outcome->faults.warnings);
	if (!outcome->is_done) {
		log_say(LOG_LEVEL_ERROR, "reload",
		    "refused with %d faults; generation %" PRIu64 " stays",
		    outcome->faults.faults.count, outcome->generation);
		return;
	}
	for (int i = 0; i < changes->count && i < CONFIG_CHANGES; i++)
		if (changes->list[i].needs_restart)
			log_say(LOG_LEVEL_WARNING, "reload",
			    "%s has changed: it needs a restart", changes->list[i].key);
	log_say(LOG_LEVEL_NOTICE, "reload", "generation %" PRIu64 " is in force",
	    outcome->generation);
}

static void tell_systemd(bool is_over)
{
	if (is_over)
		sd_notify(0, "READY=1");
	else
		sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		    (long long)clock_us(CLOCK_MONOTONIC));
}

void reload_now(struct control *control, struct reload_outcome *outcome)
{
	struct snapshot *next;

	memset(outcome, 0, sizeof(*outcome));
	tell_systemd(false);
	next = prepare(control, outcome);
	if (next)
		commit(control, next);
	outcome->is_done = next != NULL;
	outcome->generation = control->snapshot->generation;
	metrics_count(control->metrics, METRIC_RELOADS,
	    next ? METRICS_OUTCOME_OK : METRICS_OUTCOME_FAILED);
	metrics_set(control->metrics, METRIC_RELOAD_OK, next != NULL);
	metrics_set(control->metrics, METRIC_GENERATION, outcome->generation);
	say_outcome(outcome);
	tell_systemd(true);
}

static void write_list(const char *name, const struct config_list *list, FILE *out)
{
	fprintf(out, ",\"%s\":[", name);
	for (int i = 0; i < list->count && i < CONFIG_FAULTS; i++) {
		fputs(i ? "," : "", out);
		json_out_fault(out, &list->list[i]);
	}
	putc(']', out);
}

void reload_write_json(const struct reload_outcome *outcome, FILE *out)
{
	const struct config_changes *changes = &outcome->changes;
	const char *separator = "";

	fprintf(out, "{\"reloaded\":%s,\"generation\":%" PRIu64,
	    outcome->is_done ? "true" : "false", outcome->generation);
	write_list("faults", &outcome->faults.faults, out);
	write_list("warnings", &outcome->faults.warnings, out);
	fputs(",\"needs_restart\":[", out);
	for (int i = 0; i < changes->count && i < CONFIG_CHANGES; i++) {
		if (!changes->list[i].needs_restart)
			continue;
		fputs(separator, out);
		json_out_text(out, changes->list[i].key);
		separator = ",";
	}
	fputs("]}\n", out);
}
