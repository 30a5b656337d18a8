/*
 * The engine's state as bytes and back. Both ways walk one list of what is carried, so that
 * they cannot come to differ. Only what is in use is carried, each entry with its place, so an
 * engine that was loaded goes on bit for bit as the one that was saved. It must never trust a
 * byte before the mark over all of them was found right.
 */
#include "base/xalloc.h"
#include "engine/room.h"

#include <stdlib.h>
#include <xxhash.h>

#define FORMAT      4
#define GATHER      65536
#define TABLE_SIZES 7

struct head { /* equal byte for byte, or the state is another engine's */
	char magic[8];
	uint32_t format, entry_bytes[TABLE_SIZES];
	uint64_t seed, places[TABLE_SIZES];
};

struct carrier {
	bool is_loading, has_failed;
	struct bytes left; /* loading: what was not read yet */
	engine_write_fn *write;
	void *arg;
	struct fault *fault;
	XXH3_state_t *mark;
	size_t gathered;
	char *gather;
};

static struct head head_of(const struct engine *engine)
{
	const struct slots *slots[] = { &engine->accounts, &engine->owners,
		&engine->conversations, &engine->cohorts.candidates, &engine->cohorts.slots };
	struct head head;

	memset(&head, 0, sizeof(head));
	memcpy(head.magic, "RETORTEV", sizeof(head.magic));
	head.format = FORMAT;
	head.seed = engine->settings.seed;
	for (int i = 0; i < 5; i++) {
		head.entry_bytes[i] = (uint32_t)slots[i]->entry_bytes;
		head.places[i] = slots_capacity(slots[i]);
	}
	head.entry_bytes[5] = sizeof(struct sketch);
	head.places[5] = engine->cohorts.sketch_count;
	head.entry_bytes[6] = sizeof(struct rarity);
	head.places[6] = pairs_buckets(&engine->pairs);
	return head;
}

static void write_out(struct carrier *carrier)
{
	if (!carrier->gathered || carrier->has_failed)
		return;
	XXH3_64bits_update(carrier->mark, carrier->gather, carrier->gathered);
	carrier->has_failed = carrier->write(carrier->arg,
				  bytes_of(carrier->gather, carrier->gathered),
				  carrier->fault) != 0;
	carrier->gathered = 0;
}

/* Both ways: |at| goes out, or is filled. */
static void carry(struct carrier *carrier, void *at, size_t len)
{
	if (carrier->has_failed)
		return;
	if (carrier->is_loading) {
		carrier->has_failed = carrier->left.len < len;
		if (carrier->has_failed)
			return;
		memcpy(at, carrier->left.at, len);
		carrier->left = bytes_of(carrier->left.at + len, carrier->left.len - len);
		return;
	}
	for (size_t done = 0; done < len;) {
		size_t part = len - done < GATHER - carrier->gathered
				  ? len - done
				  : GATHER - carrier->gathered;

		memcpy(carrier->gather + carrier->gathered, (char *)at + done, part);
		carrier->gathered += part;
		done += part;
		if (carrier->gathered == GATHER)
			write_out(carrier);
	}
}

/*
 * One step through the numbers of a table that are in use: |from| on when saving, what the
 * bytes say when loading. |places| is the end; loading never goes back and never beyond.
 */
static uint64_t carry_number(
    struct carrier *carrier, uint64_t number, uint64_t from, uint64_t places)
{
	carry(carrier, &number, sizeof(number));
	if (carrier->is_loading && !carrier->has_failed)
		carrier->has_failed = number < from || number > places;
	return carrier->has_failed ? places : number;
}

static uint64_t next_used(const struct slots *slots, uint64_t from, uint64_t places)
{
	while (from < places && !slots->tags[from])
		from++;
	return from;
}

static void carry_slots(struct carrier *carrier, struct slots *slots)
{
	uint64_t places = slots_capacity(slots), number = 0, used = 0;

	carry(carrier, &slots->used, sizeof(slots->used));
	carry(carrier, &slots->evicted, sizeof(slots->evicted));
	for (;; number++, used++) {
		uint64_t next = carrier->is_loading ? 0 : next_used(slots, number, places);

		number = carry_number(carrier, next, number, places);
		if (number == places)
			break;
		carry(carrier, slots->tags + number, sizeof(*slots->tags));
		carry(
		    carrier, slots->entries + number * slots->entry_bytes, slots->entry_bytes);
		carrier->has_failed |= !slots->tags[number];
	}
	carrier->has_failed |= used != slots->used;
}

static void carry_pairs(struct carrier *carrier, struct pairs *pairs)
{
	uint64_t places = pairs_buckets(pairs) * 8, number = 0;

	carry(carrier, &pairs->used, sizeof(pairs->used));
	carry(carrier, &pairs->refused, sizeof(pairs->refused));
	carry(carrier, &pairs->sweep, sizeof(pairs->sweep));
	for (;; number++) {
		uint64_t next = number;

		while (!carrier->is_loading && next < places && !pairs->at[next])
			next++;
		number = carry_number(carrier, next, number, places);
		if (number == places)
			break;
		carry(carrier, pairs->at + number, sizeof(*pairs->at));
	}
	carrier->has_failed |= pairs->sweep >= places;
}

static void carry_sketches(struct carrier *carrier, struct cohorts *cohorts)
{
	uint64_t places = cohorts->sketch_count, number = 0;

	carry(carrier, &cohorts->sketches_refused, sizeof(cohorts->sketches_refused));
	carry(carrier, &cohorts->free_count, sizeof(cohorts->free_count));
	carrier->has_failed |= cohorts->free_count > places;
	if (carrier->has_failed)
		return;
	carry(carrier, cohorts->free_sketches,
	    cohorts->free_count * sizeof(*cohorts->free_sketches));
	for (;; number++) {
		uint64_t next = number;

		while (!carrier->is_loading && next < places && !cohorts->sketches[next].life)
			next++;
		number = carry_number(carrier, next, number, places);
		if (number == places)
			return;
		carry(carrier, cohorts->sketches + number, sizeof(*cohorts->sketches));
	}
}

/* Everything that the future depends on, and the counts. */
static void carry_engine(struct carrier *carrier, struct engine *engine)
{
	carry(carrier, &engine->clock, sizeof(engine->clock));
	carry(carrier, &engine->began_us, sizeof(engine->began_us));
	carry(carrier, &engine->counts, sizeof(engine->counts));
	carry(carrier, engine->swept_s, sizeof(engine->swept_s));
	carry(carrier, &engine->slice, sizeof(engine->slice));
	carry(carrier, &engine->rarity, sizeof(engine->rarity));
	carry_slots(carrier, &engine->accounts);
	carry_slots(carrier, &engine->owners);
	carry_slots(carrier, &engine->conversations);
	carry_slots(carrier, &engine->cohorts.candidates);
	carry_slots(carrier, &engine->cohorts.slots);
	carry_sketches(carrier, &engine->cohorts);
	carry_pairs(carrier, &engine->pairs);
	carry(carrier, engine->displacing, sizeof(*engine->displacing));
}

int engine_save(
    const struct engine *engine, engine_write_fn *write, void *arg, struct fault *fault)
{
	struct head head = head_of(engine);
	struct carrier carrier = { .write = write, .arg = arg, .fault = fault };
	uint64_t mark;
	int result;

	carrier.gather = xalloc(GATHER);
	carrier.mark = XXH3_createState();
	if (!carrier.mark)
		abort();
	XXH3_64bits_reset(carrier.mark);
	carry(&carrier, &head, sizeof(head));
	/* Saving only reads: the list is one for both ways. */
	carry_engine(&carrier, (struct engine *)engine);
	write_out(&carrier);
	mark = XXH3_64bits_digest(carrier.mark);
	result = carrier.has_failed || write(arg, bytes_of(&mark, sizeof(mark)), fault) != 0
		     ? -1
		     : 0;
	XXH3_freeState(carrier.mark);
	free(carrier.gather);
	return result;
}

/* Numbers that index other tables must stay inside them. */
static bool is_in_bounds(const struct engine *engine)
{
	const struct cohorts *cohorts = &engine->cohorts;
	size_t places = slots_capacity(&cohorts->slots);

	for (size_t i = 0; i < places; i++) {
		const struct cohort *cohort = slots_at(&cohorts->slots, i);

		if (cohort &&
		    (cohort->sketch > cohorts->sketch_count || cohort->kind >= KEY_KIND_COUNT ||
			cohort->state >= ENGINE_STATE_COUNT))
			return false;
	}
	for (size_t i = 0; i < slots_capacity(&cohorts->candidates); i++) {
		const struct candidate *candidate = slots_at(&cohorts->candidates, i);

		if (candidate && candidate->cohort > places)
			return false;
	}
	for (uint32_t i = 0; i < cohorts->free_count; i++)
		if (cohorts->free_sketches[i] >= cohorts->sketch_count)
			return false;
	return engine->slice < SWEEP_SLICES && displacing_is_in_bounds(engine->displacing);
}

static int check_head(
    const struct engine *engine, const struct bytes *saved, struct fault *fault)
{
	struct head own = head_of(engine), head;
	uint64_t mark;

	if (saved->len < sizeof(head) + sizeof(mark))
		return fault_say(fault, "it is cut short");
	memcpy(&head, saved->at, sizeof(head));
	if (memcmp(head.magic, own.magic, sizeof(head.magic)) != 0)
		return fault_say(fault, "it is no evidence");
	if (head.format != own.format)
		return fault_say(fault, "it is of format %u, and this program keeps format %u",
		    head.format, own.format);
	if (memcmp(head.entry_bytes, own.entry_bytes, sizeof(head.entry_bytes)) != 0)
		return fault_say(fault, "it is of another version");
	if (head.seed != own.seed)
		return fault_say(fault, "it was kept under another identity.secret");
	if (memcmp(head.places, own.places, sizeof(head.places)) != 0)
		return fault_say(fault, "its tables have other sizes");
	memcpy(&mark, saved->at + saved->len - sizeof(mark), sizeof(mark));
	if (XXH3_64bits(saved->at, saved->len - sizeof(mark)) != mark)
		return fault_say(fault, "it is cut short or altered");
	return 0;
}

static void start_anew(struct engine *engine)
{
	struct engine *fresh = engine_new(&engine->settings, engine->envelope);
	struct engine spoilt = *engine;

	*engine = *fresh;
	engine_on_bet(engine, spoilt.on_bet, spoilt.on_bet_arg);
	*fresh = spoilt;
	engine_free(fresh);
}

int engine_load(struct engine *engine, struct bytes saved, struct fault *fault)
{
	struct carrier carrier = { .is_loading = true };

	if (check_head(engine, &saved, fault))
		return -1;
	carrier.left = bytes_of(
	    saved.at + sizeof(struct head), saved.len - sizeof(struct head) - sizeof(uint64_t));
	carry_engine(&carrier, engine);
	if (!carrier.has_failed && !carrier.left.len && is_in_bounds(engine))
		return 0;
	start_anew(engine);
	return fault_say(fault, "it does not hold together");
}

void engine_republish(struct engine *engine, engine_publish_fn *publish, void *arg)
{
	uint32_t now_s = (uint32_t)(engine->clock.now_us / 1000000);
	const struct cohort *cohort;
	size_t number = 0;

	while ((cohort = engine_next_cohort(engine, &number, false)))
		if (states_has_line(cohort))
			publish(arg, &(struct verdict_change){
					 cohort->key, states_verdict(engine, cohort, now_s) });
	for (size_t i = 0; i < slots_capacity(&engine->accounts); i++) {
		struct account *account = slots_at(&engine->accounts, i);

		if (account)
			account->published_s = 0;
	}
}
