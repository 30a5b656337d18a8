/*
 * Counting what was decided, by label and by cohort. It only watches: nothing here reaches the
 * engine.
 */
#include "report.h"

#include "base/xalloc.h"
#include "engine/explanation.h"
#include "evidence/ledger.h"
#include "feature/features.h"

#include <math.h>
#include <stdlib.h>

#define CUSTOMERS "-customers"

void report_init(struct report *report)
{
	*report = (struct report){ .account_room = 1 << 16 };
	report->cohorts = xalloc_array(REPORT_COHORTS, sizeof(*report->cohorts));
	report->accounts = xalloc_array(report->account_room, sizeof(uint64_t));
}

void report_fini(struct report *report)
{
	free(report->cohorts);
	free(report->accounts);
}

static int pool_of(struct report *report, const char *name, int number)
{
	size_t len = strlen(name), end = sizeof(CUSTOMERS) - 1;

	for (int i = 0; len > end && !strcmp(name + len - end, CUSTOMERS) && i < number; i++)
		if (strlen(report->labels[i].name) == len - end &&
		    !memcmp(report->labels[i].name, name, len - end))
			return i;
	return number;
}

int report_label(struct report *report, const char *name, bool is_benign)
{
	struct report_label *label;

	for (int i = 0; i < report->label_count; i++)
		if (!strcmp(report->labels[i].name, name))
			return i;
	if (report->label_count == REPORT_LABELS)
		return REPORT_LABELS - 1;
	label = report->labels + report->label_count;
	snprintf(label->name, sizeof(label->name), "%s", name);
	label->is_benign = is_benign;
	label->pool = pool_of(report, label->name, report->label_count);
	return report->label_count++;
}

static bool put_account(uint64_t *accounts, size_t room, uint64_t key)
{
	size_t at = key & (room - 1);

	for (; accounts[at]; at = (at + 1) & (room - 1))
		if (accounts[at] == key)
			return false;
	accounts[at] = key;
	return true;
}

static uint64_t account_key(int label, uint64_t account)
{
	return (account ^ (uint64_t)label << 56) * 0x9e3779b97f4a7c15ULL | 1;
}

void report_prefetch(const struct report *report, int label, uint64_t account)
{
	__builtin_prefetch(
	    report->accounts + (account_key(label, account) & (report->account_room - 1)));
}

static void count_account(struct report *report, int label, uint64_t account)
{
	uint64_t key = account_key(label, account);

	if (!put_account(report->accounts, report->account_room, key))
		return;
	report->labels[label].accounts++;
	if (++report->account_count * 2 > report->account_room) {
		size_t room = report->account_room * 2;
		uint64_t *larger = xalloc_array(room, sizeof(uint64_t));

		for (size_t i = 0; i < report->account_room; i++)
			if (report->accounts[i])
				put_account(larger, room, report->accounts[i]);
		free(report->accounts);
		report->accounts = larger;
		report->account_room = room;
	}
}

static struct report_cohort *find(
    const struct report *report, const struct engine *engine, uint64_t id)
{
	for (size_t i = 0; i < 64; i++) {
		struct report_cohort *cohort =
		    report->cohorts + ((id * 0x9e3779b97f4a7c15ULL >> 40) + i) % REPORT_COHORTS;

		if (!cohort->id || (cohort->id == id && cohort->engine == engine))
			return cohort;
	}
	return NULL;
}

int report_majority(const struct report *report, const struct report_cohort *cohort)
{
	uint64_t through[REPORT_LABELS] = { 0 };
	int most = 0;

	for (int i = 0; i < report->label_count; i++)
		through[report->labels[i].pool] += cohort->labels[i];
	for (int i = 1; i < report->label_count; i++)
		if (through[i] > through[most])
			most = i;
	return most;
}

static void note_state(struct report *report, struct report_cohort *cohort,
    const struct cohort *now, int64_t at_us)
{
	struct report_label *label = report->labels + report_majority(report, cohort);
	const struct report_moment moment = { label->exchanges, at_us };
	bool is_grave = now->state == ENGINE_STATE_TAGGED || now->state == ENGINE_STATE_PROVEN;

	if (is_grave && !label->first_tag.exchange)
		label->first_tag = moment;
	if (now->state == ENGINE_STATE_PROVEN && !label->first_proof.exchange)
		label->first_proof = moment;
	if (now->state != ENGINE_STATE_RELEASED && now->state > cohort->most)
		cohort->most = now->state;
	cohort->state = now->state;
	cohort->tags = now->tags;
}

/* A probe of what is only watched throttles and says nothing yet. */
static bool is_tagged(const struct record *record)
{
	return record->verdict >= RECORD_VERDICT_TAG &&
	       !(record->coin == RECORD_COIN_REFUSED &&
		   record->heard.state == ENGINE_STATE_WATCH);
}

static void note_trial(struct report_cohort *cohort, const struct displacing_trial *trial)
{
	if (!trial || !(trial->state.bets[0] + trial->state.bets[1]))
		return;
	cohort->was_bet_on = true;
	cohort->peak = fmax(cohort->peak, trial->state.peak);
}

void report_see(
    struct report *report, const struct engine *engine, int label, const struct record *record)
{
	struct report_label *own = report->labels + label;
	uint64_t ids[KEYS_MAX];
	int count = engine_matched(engine, ids);

	report->exchanges++;
	own->exchanges++;
	count_account(report, label, record->facts.account);
	own->watched += record->verdict >= RECORD_VERDICT_WATCH;
	own->tagged += is_tagged(record);
	if (is_tagged(record) && !own->first_tagged.exchange)
		own->first_tagged = (struct report_moment){ own->exchanges,
			record->facts.at_us };
	own->probed += record->coin == RECORD_COIN_REFUSED;
	own->shaped += record->is_shaped;
	own->held += record->hold == RECORD_HOLD_HELD;
	for (int i = 0; i < count; i++) {
		struct report_cohort *cohort = find(report, engine, ids[i]);
		const struct cohort *now = engine_cohort(engine, ids[i]);

		if (!cohort || !now) {
			report->cohorts_dropped++;
			continue;
		}
		cohort->id = ids[i];
		cohort->engine = engine;
		cohort->exchanges++;
		cohort->labels[label]++;
		note_trial(cohort, displacing_of(engine, now));
		if (now->state != cohort->state || now->tags != cohort->tags)
			note_state(report, cohort, now, record->facts.at_us);
	}
}

static void print_moment(FILE *out, const char *name, const struct report_moment *moment)
{
	if (moment->exchange)
		fprintf(out, ",\"%s\":{\"exchange\":%llu,\"at\":%.6f}", name,
		    (unsigned long long)moment->exchange, (double)moment->at_us / 1e6);
	else
		fprintf(out, ",\"%s\":null", name);
}

static void print_label(const struct report_label *label, FILE *out)
{
	fprintf(out, "\"%s\":{\"exchanges\":%llu,\"accounts\":%llu", label->name,
	    (unsigned long long)label->exchanges, (unsigned long long)label->accounts);
	print_moment(out, "first_tag", &label->first_tag);
	print_moment(out, "first_proof", &label->first_proof);
	print_moment(out, "first_tagged", &label->first_tagged);
	fprintf(out,
	    ",\"benign\":%s,\"tagged\":%llu,\"watched\":%llu,\"refused\":%llu,"
	    "\"probed\":%llu,\"shaped\":%llu,\"held\":%llu}",
	    label->is_benign ? "true" : "false", (unsigned long long)label->tagged,
	    (unsigned long long)label->watched,
	    (unsigned long long)(label->probed + label->shaped + label->held),
	    (unsigned long long)label->probed, (unsigned long long)label->shaped,
	    (unsigned long long)label->held);
}

static void print_reasons(const struct cohort *cohort, FILE *out)
{
	bool is_used[FEATURE_COUNT] = { false };

	fprintf(out, ",\"reasons\":[");
	for (int rank = 0; rank < 5; rank++) {
		int best = -1;

		for (int i = 0; i < FEATURE_COUNT; i++)
			if (!is_used[i] && cohort->nats[i] > 0 &&
			    (best < 0 || cohort->nats[i] > cohort->nats[best]))
				best = i;
		if (best < 0)
			break;
		is_used[best] = true;
		fprintf(out, "%s{\"feature\":\"%s\",\"nats\":%.3f}", rank ? "," : "",
		    features[best].name, cohort->nats[best]);
	}
	fprintf(out, "]");
}

static double bounded(double value)
{
	return isfinite(value) ? value : -999;
}

static void print_trial(const struct displacing_trial *trial, FILE *out)
{
	char room[EXPLANATION_BYTES];
	struct text text = text_in(room, sizeof(room));

	explanation_write_trial(&text, trial);
	fprintf(out, ",\"displacement\":%.*s", (int)text.len, text.at);
}

static void print_cohort(const struct report_cohort *seen, const struct engine *engine,
    const struct report *report, FILE *out)
{
	const struct cohort *cohort = engine_cohort(engine, seen->id);
	bool is_first = true;

	fprintf(out,
	    "{\"id\":\"%016llx\",\"key\":\"%s\",\"state\":\"%s\",\"worst\":\"%s\","
	    "\"accounts\":%u,\"exchanges\":%llu,\"ln_m\":%.6f,\"ln_e\":[%.6f,%.6f],"
	    "\"bets\":%u,\"tags\":%u,\"probes\":%u,\"hops\":%u,\"pairs\":%u,\"labels\":{",
	    (unsigned long long)cohort->key, key_kind_name(cohort->kind),
	    verdict_state_name(cohort->state), verdict_state_name(seen->most), cohort->members,
	    (unsigned long long)cohort->exchanges, bounded(ledger_ln_m(cohort)),
	    cohort->proof[0], cohort->proof[1], cohort->bets, cohort->tags, cohort->probes,
	    (unsigned)cohort->hops[0] + cohort->hops[1], cohort->pairs);
	for (int i = 0; i < report->label_count; i++)
		if (seen->labels[i]) {
			fprintf(out, "%s\"%s\":%u", is_first ? "" : ",", report->labels[i].name,
			    seen->labels[i]);
			is_first = false;
		}
	fprintf(out, "}");
	print_reasons(cohort, out);
	print_trial(displacing_of(engine, cohort), out);
	fprintf(out, "}");
}

/* Trials of honest cohorts, and how many of their E ever were 10, 100, 1000 or more: at most
 * 1/10, 1/100, 1/1000 of them should. */
static void print_trials(const struct report *report, FILE *out)
{
	unsigned trials = 0, peaks[3] = { 0 };

	for (size_t i = 0; i < REPORT_COHORTS; i++) {
		const struct report_cohort *cohort = report->cohorts + i;

		if (!cohort->was_bet_on ||
		    !report->labels[report_majority(report, cohort)].is_benign)
			continue;
		trials++;
		for (int j = 0; j < 3; j++)
			peaks[j] += cohort->peak >= (j + 1) * log(10);
	}
	fprintf(out, ",\"trials\":%u,\"trial_peaks\":[%u,%u,%u]", trials, peaks[0], peaks[1],
	    peaks[2]);
}

/* Cohorts that came to be tagged or proven while most of them carry a benign label. */
static void print_alarms(const struct report *report, FILE *out)
{
	unsigned tagged = 0, proven = 0;
	uint64_t exchanges = 0, probed = 0, shaped = 0, held = 0, watched = 0;

	for (size_t i = 0; i < REPORT_COHORTS; i++) {
		const struct report_cohort *cohort = report->cohorts + i;

		if (!cohort->id || !report->labels[report_majority(report, cohort)].is_benign)
			continue;
		tagged += cohort->most >= ENGINE_STATE_TAGGED;
		proven += cohort->most == ENGINE_STATE_PROVEN;
	}
	for (int i = 0; i < report->label_count; i++) {
		const struct report_label *label = report->labels + i;

		if (!label->is_benign)
			continue;
		exchanges += label->exchanges;
		probed += label->probed;
		shaped += label->shaped;
		held += label->held;
		watched += label->watched;
	}
	fprintf(out,
	    "\"benign\":{\"cohorts_tagged\":%u,\"cohorts_proven\":%u,\"exchanges\":%llu,"
	    "\"watched\":%llu,\"probed\":%llu,\"shaped\":%llu,\"held\":%llu",
	    tagged, proven, (unsigned long long)exchanges, (unsigned long long)watched,
	    (unsigned long long)probed, (unsigned long long)shaped, (unsigned long long)held);
	print_trials(report, out);
	fprintf(out, "}");
}

static void print_engine(const struct engine_counts *counts, FILE *out)
{
	fprintf(out,
	    "\"engine\":{\"bets\":%llu,\"tags\":%llu,\"proofs\":%llu,\"releases\":%llu,"
	    "\"probes\":%llu,\"same_hops\":%llu,\"extension_hops\":%llu,\"late\":%llu,"
	    "\"steps\":%llu,\"skipped\":%llu,\"accounts\":%llu,\"cohorts\":%llu,"
	    "\"sketches\":%llu,\"pairs\":%llu,\"pairs_refused\":%llu,\"sketches_refused\":%llu,"
	    "\"candidates\":%llu,\"conversations\":%llu,\"accounts_evicted\":%llu,"
	    "\"cohorts_evicted\":%llu,\"candidates_evicted\":%llu,"
	    "\"conversations_evicted\":%llu,\"bytes\":%zu,"
	    "\"trials\":%llu,\"trial_epochs\":%llu,\"trials_refused\":%llu,\"proofs_by\":{",
	    (unsigned long long)counts->bets, (unsigned long long)counts->tags,
	    (unsigned long long)counts->proofs, (unsigned long long)counts->releases,
	    (unsigned long long)counts->probes, (unsigned long long)counts->same_hops,
	    (unsigned long long)counts->extension_hops, (unsigned long long)counts->late,
	    (unsigned long long)counts->steps, (unsigned long long)counts->skipped,
	    (unsigned long long)counts->accounts, (unsigned long long)counts->cohorts,
	    (unsigned long long)counts->sketches, (unsigned long long)counts->pairs,
	    (unsigned long long)counts->pairs_refused,
	    (unsigned long long)counts->sketches_refused,
	    (unsigned long long)counts->candidates, (unsigned long long)counts->conversations,
	    (unsigned long long)counts->accounts_evicted,
	    (unsigned long long)counts->cohorts_evicted,
	    (unsigned long long)counts->candidates_evicted,
	    (unsigned long long)counts->conversations_evicted, counts->bytes,
	    (unsigned long long)counts->trials, (unsigned long long)counts->trial_epochs,
	    (unsigned long long)counts->trials_refused);
	for (int kind = PROOF_KIND_NONE + 1; kind < PROOF_KIND_COUNT; kind++)
		fprintf(out, "%s\"%s\":%llu", kind > 1 ? "," : "",
		    proof_kind_name((enum proof_kind)kind),
		    (unsigned long long)counts->proofs_by[kind]);
	fprintf(out, "}}");
}

/* Of the report and of the world that it is about: all but the engine and its board. */
static size_t own_bytes(const struct report *report)
{
	return report->world_bytes + report->account_room * sizeof(*report->accounts) +
	       REPORT_COHORTS * sizeof(*report->cohorts);
}

void report_print(const struct report *report, const struct engine_counts *counts, FILE *out)
{
	bool is_first = true;

	fprintf(out,
	    "{\"exchanges\":%llu,\"seconds\":%.3f,\"exchanges_per_second\":%.0f,"
	    "\"bad_lines\":%llu,\"cohorts_dropped\":%llu,\"own_bytes\":%zu,\"labels\":{",
	    (unsigned long long)report->exchanges, report->seconds,
	    (double)report->exchanges / fmax(report->seconds, 1e-9),
	    (unsigned long long)report->bad_lines, (unsigned long long)report->cohorts_dropped,
	    own_bytes(report));
	for (int i = 0; i < report->label_count; i++) {
		if (i)
			fprintf(out, ",");
		print_label(report->labels + i, out);
	}
	fprintf(out, "%s", report->label_count ? "," : "");
	print_alarms(report, out);
	fprintf(out, "},\"cohorts\":[");
	for (size_t i = 0; i < REPORT_COHORTS; i++) {
		const struct report_cohort *seen = report->cohorts + i;

		if (!seen->id || !engine_cohort(seen->engine, seen->id))
			continue;
		fprintf(out, "%s", is_first ? "" : ",");
		is_first = false;
		print_cohort(seen, seen->engine, report, out);
	}
	fprintf(out, "],");
	print_engine(counts, out);
	fprintf(out, "}\n");
}
