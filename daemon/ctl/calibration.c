/*
 * From bets to tables. The ratios are naive Bayes between the pools and the mean of the honest
 * classes; they only buy power. What must hold is counted afterwards: how often each class
 * falls into each bin of the one scalar.
 */
#include "calibration.h"

#include "base/xalloc.h"
#include "reference_folder.h"

#include <math.h>
#include <stdlib.h>

#define CLASSES    ENVELOPE_CLASSES
#define TEXT_ROOM  (1 << 21)
#define ENOUGH     100   /* accounts for a share to be read off */
#define RARE_SHARE 0.003 /* a level rarer than this on both sides is worth nothing */
#define EVEN_SHARE 0.02  /* of the odds, spread over all bins */

struct sample {
	uint64_t account, cohort;
	uint8_t class, group, depth, phase;
	uint8_t levels[FEATURE_COUNT];
};

struct exposure {
	uint64_t account;
	int class;
};

struct voice { /* what one account said for its class at one place */
	uint64_t key;
	uint32_t sample, bets;
};

struct keys_seen { /* open addressing */
	uint64_t *at;
	size_t count, room;
};

struct calibration {
	char names[CLASSES][ENVELOPE_NAME];
	int class_count;
	uint32_t accounts[CLASSES];
	struct sample *samples;
	size_t count, room;
	struct exposure *exposures;
	size_t exposure_count, exposure_room;
	struct keys_seen seen, left_accounts, left_cohorts;
	size_t accounts_left_out, bets_left_out;
	struct voice *voices; /* open addressing, as well */
	size_t voice_count, voice_room;
	struct reference_weights weights;
	struct bytes weights_text; /* as it stands in weights.table */
	char *weights_room;
	bool are_weights_kept;
	int classes_in_force; /* of the folder that was written */
};

struct calibration *calibration_new(void)
{
	return xalloc(sizeof(struct calibration));
}

void calibration_free(struct calibration *calibration)
{
	free(calibration->samples);
	free(calibration->exposures);
	free(calibration->voices);
	free(calibration->seen.at);
	free(calibration->left_accounts.at);
	free(calibration->left_cohorts.at);
	free(calibration->weights_room);
	free(calibration);
}

static bool is_campaign(const struct calibration *calibration, int class)
{
	return strncmp(calibration->names[class], "campaign", 8) == 0;
}

bool calibration_is_name(const char *name)
{
	return *name && strlen(name) < ENVELOPE_NAME && strcmp(name, "weights") != 0 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

int calibration_class(struct calibration *calibration, const char *name)
{
	for (int i = 0; i < calibration->class_count; i++)
		if (!strcmp(calibration->names[i], name))
			return i;
	if (calibration->class_count == CLASSES)
		return -1;
	snprintf(calibration->names[calibration->class_count], ENVELOPE_NAME, "%.31s", name);
	return calibration->class_count++;
}

static size_t place_of(const struct keys_seen *keys, uint64_t key)
{
	size_t at = (key ^ key >> 32) & (keys->room - 1);

	while (keys->at[at] && keys->at[at] != key)
		at = (at + 1) & (keys->room - 1);
	return at;
}

static bool is_in(const struct keys_seen *keys, uint64_t key)
{
	return keys->room && keys->at[place_of(keys, key)] == key;
}

static void grow(struct keys_seen *keys)
{
	struct keys_seen larger = { .room = keys->room ? keys->room * 2 : 1 << 12,
		.count = keys->count };

	larger.at = xalloc_array(larger.room, sizeof(*larger.at));
	for (size_t i = 0; i < keys->room; i++)
		if (keys->at[i])
			larger.at[place_of(&larger, keys->at[i])] = keys->at[i];
	free(keys->at);
	*keys = larger;
}

/* True when the key was not there. */
static bool put(struct keys_seen *keys, uint64_t key)
{
	size_t at;

	if (keys->count * 2 >= keys->room)
		grow(keys);
	at = place_of(keys, key);
	if (keys->at[at])
		return false;
	keys->at[at] = key;
	keys->count++;
	return true;
}

static bool is_first(struct calibration *calibration, uint64_t a, uint64_t b)
{
	uint64_t key = (a ^ b * 0xc4ceb9fe1a85ec53ULL) * 0x9e3779b97f4a7c15ULL;

	return put(&calibration->seen, (key ^ key >> 32) | 1);
}

void calibration_leave_out(struct calibration *calibration, uint64_t account)
{
	if (account)
		put(&calibration->left_accounts, account);
}

void calibration_leave_out_cohort(struct calibration *calibration, uint64_t cohort)
{
	if (cohort)
		put(&calibration->left_cohorts, cohort);
}

void calibration_expose(struct calibration *calibration, int class, uint64_t account)
{
	if (!is_first(calibration, account, 1000 + (uint64_t) class))
		return;
	if (calibration->exposure_count == calibration->exposure_room) {
		calibration->exposure_room = calibration->exposure_room
						 ? calibration->exposure_room * 2
						 : 4096;
		calibration->exposures = xalloc_grow(calibration->exposures,
		    calibration->exposure_room, sizeof(*calibration->exposures));
	}
	calibration->exposures[calibration->exposure_count++] = (struct exposure){ account,
		class };
}

static struct voice *find_voice(struct voice *voices, size_t room, uint64_t key)
{
	size_t at = key & (room - 1);

	while (voices[at].key && voices[at].key != key)
		at = (at + 1) & (room - 1);
	return voices + at;
}

static void make_room(struct calibration *calibration)
{
	size_t room = calibration->voice_room ? calibration->voice_room * 2 : 1 << 16;
	struct voice *larger = xalloc_array(room, sizeof(*larger));

	for (size_t i = 0; i < calibration->voice_room; i++)
		if (calibration->voices[i].key)
			*find_voice(
			    larger, room, calibration->voices[i].key) = calibration->voices[i];
	free(calibration->voices);
	calibration->voices = larger;
	calibration->voice_room = room;
}

/* The voice of |account| at |what|; |bets| 0: it is new. */
static struct voice *voice_of(struct calibration *calibration, uint64_t account, uint64_t what)
{
	uint64_t key = (account ^ what * 0xc4ceb9fe1a85ec53ULL) * 0x9e3779b97f4a7c15ULL;
	struct voice *voice;

	key = (key ^ key >> 32) | 1;
	if (calibration->voice_count * 2 >= calibration->voice_room)
		make_room(calibration);
	voice = find_voice(calibration->voices, calibration->voice_room, key);
	calibration->voice_count += !voice->key;
	voice->key = key;
	return voice;
}

/* Any of an account's bets at a place may come to speak for it, each with the same chance: its
 * first ones are not like the others. */
static struct sample *choose(struct calibration *calibration, struct voice *voice)
{
	uint64_t x = voice->key + ++voice->bets * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 32) * 0xff51afd7ed558ccdULL;
	if (voice->bets > 1)
		return (x ^ x >> 29) % voice->bets ? NULL
						   : calibration->samples + voice->sample;
	if (calibration->count == calibration->room) {
		calibration->room = calibration->room ? calibration->room * 2 : 65536;
		calibration->samples = xalloc_grow(
		    calibration->samples, calibration->room, sizeof(*calibration->samples));
	}
	voice->sample = (uint32_t)calibration->count;
	return calibration->samples + calibration->count++;
}

void calibration_take(
    struct calibration *calibration, int class, uint64_t salt, const struct engine_bet *bet)
{
	uint64_t account = bet->seen->facts->owner ^ salt;
	struct sample *sample = choose(calibration,
	    voice_of(calibration, account,
		(uint64_t) class * 64 + bet->place.group * 8u + bet->place.depth + 1));

	if (!sample)
		return;
	*sample = (struct sample){ .account = account,
		.cohort = bet->cohort->key,
		.class = (uint8_t) class,
		.group = bet->place.group,
		.depth = bet->place.depth,
		.phase = bet->place.phase };
	memcpy(sample->levels, bet->levels, FEATURE_COUNT);
}

struct shares { /* of levels, by class, at one place */
	double level[CLASSES][FEATURE_COUNT][FEATURE_LEVELS];
	double n[CLASSES];
};

static void count_levels(const struct calibration *calibration,
    const struct envelope_place *place, struct shares *shares)
{
	memset(shares, 0, sizeof(*shares));
	for (size_t i = 0; i < calibration->count; i++) {
		const struct sample *sample = calibration->samples + i;

		if (sample->group != place->group || sample->depth != place->depth)
			continue;
		shares->n[sample->class]++;
		for (int j = 0; j < FEATURE_COUNT; j++)
			shares->level[sample->class][j][sample->levels[j]]++;
	}
}

static double share_of(const struct shares *shares, int class, int feature, int level)
{
	return (shares->level[class][feature][level] + 0.5) / (shares->n[class] + 4);
}

/* The share of a level over the honest classes: the root mean square, which listens to those
 * that come nearest. */
static double honest_share(
    const struct calibration *calibration, const struct shares *shares, int feature, int level)
{
	double sum = 0, count = 0, share;

	for (int i = 0; i < calibration->class_count; i++) {
		if (is_campaign(calibration, i) || shares->n[i] < ENOUGH)
			continue;
		share = share_of(shares, i, feature, level);
		sum += share * share;
		count++;
	}
	return count > 0 ? sqrt(sum / count) : 0;
}

/* Of the pool |campaign|, or the mean of all pools where too few of its accounts came. */
static double pool_share(const struct calibration *calibration, const struct shares *shares,
    int campaign, int feature, int level)
{
	double sum = 0, count = 0;

	if (shares->n[campaign] >= ENOUGH)
		return share_of(shares, campaign, feature, level);
	for (int i = 0; i < calibration->class_count; i++)
		if (is_campaign(calibration, i) && shares->n[i] >= ENOUGH) {
			sum += share_of(shares, i, feature, level);
			count++;
		}
	return count > 0 ? sum / count : 0;
}

static float ratio_of(double q, double p, int feature)
{
	float ratio = q > RARE_SHARE || p > RARE_SHARE ? (float)log(q / p) : 0;

	ratio = fmaxf(-features[feature].most, fminf(features[feature].most, ratio));
	return roundf(fmaxf(-2, fminf(3, ratio)) * 100) / 100;
}

static void compute_ratios(struct calibration *calibration, const struct envelope_place *place)
{
	struct shares *shares = xalloc(sizeof(*shares));
	struct reference_weights *weights = &calibration->weights;
	int pool = 0;

	count_levels(calibration, place, shares);
	for (int class = 0; class < calibration->class_count && pool < ENVELOPE_POOLS;
	     class ++) {
		if (!is_campaign(calibration, class))
			continue;
		for (int i = 0; i < FEATURE_COUNT; i++)
			for (int level = 1; level < FEATURE_LEVELS; level++)
				weights->ratios[place->group][place->depth][i][level][pool] =
				    ratio_of(pool_share(calibration, shares, class, i, level),
					honest_share(calibration, shares, i, level), i);
		pool++;
	}
	free(shares);
}

static int bin_of(const struct calibration *calibration, const struct sample *sample)
{
	const struct envelope_place place = { sample->group, sample->depth, sample->phase };
	float nats[FEATURE_COUNT];

	return envelope_bin_of(
	    reference_score(&calibration->weights, &place, sample->levels, nats));
}

static void compute_odds(struct calibration *calibration, const struct envelope_place *place)
{
	double k[CLASSES][ENVELOPE_BINS] = { { 0 } }, n[CLASSES] = { 0 }, mean[ENVELOPE_BINS];
	double *odds = calibration->weights.odds[place->group][place->depth];

	for (size_t i = 0; i < calibration->count; i++) {
		const struct sample *sample = calibration->samples + i;

		if (sample->group != place->group || sample->depth != place->depth ||
		    !is_campaign(calibration, sample->class))
			continue;
		k[sample->class][bin_of(calibration, sample)]++;
		n[sample->class]++;
	}
	for (int bin = 0; bin < ENVELOPE_BINS; bin++) {
		mean[bin] = 0;
		for (int i = 0; i < CLASSES; i++)
			mean[bin] += n[i] > 0 ? k[i][bin] / n[i] : 0;
	}
	for (int bin = 0; bin < ENVELOPE_BINS; bin++) {
		double below = mean[bin ? bin - 1 : 0];
		double above = mean[bin < ENVELOPE_BINS - 1 ? bin + 1 : bin];

		odds[bin] = (below + 2 * mean[bin] + above) / 4 + EVEN_SHARE / ENVELOPE_BINS;
	}
}

/* Drops what nobody knows to be honest, and counts what is left. */
static void leave_out(struct calibration *calibration)
{
	size_t kept = 0;

	for (size_t i = 0; i < calibration->count; i++) {
		const struct sample *sample = calibration->samples + i;

		if (!is_in(&calibration->left_accounts, sample->account) &&
		    !is_in(&calibration->left_cohorts, sample->cohort))
			calibration->samples[kept++] = *sample;
	}
	calibration->bets_left_out = calibration->count - kept;
	calibration->count = kept;
	for (size_t i = 0; i < calibration->exposure_count; i++) {
		const struct exposure *exposure = calibration->exposures + i;
		bool is_out = is_in(&calibration->left_accounts, exposure->account);

		calibration->accounts_left_out += is_out;
		calibration->accounts[exposure->class] += !is_out;
	}
}

static bool has_side(const struct calibration *calibration, bool of_campaigns)
{
	for (int i = 0; i < calibration->class_count; i++)
		if (is_campaign(calibration, i) == of_campaigns && calibration->accounts[i])
			return true;
	return false;
}

static void name_sides(struct calibration *calibration)
{
	struct reference_weights *weights = &calibration->weights;

	for (int i = 0; i < calibration->class_count; i++)
		if (!is_campaign(calibration, i))
			memcpy(weights->classes[weights->class_count++], calibration->names[i],
			    ENVELOPE_NAME);
		else if (weights->pool_count < ENVELOPE_POOLS)
			memcpy(weights->pools[weights->pool_count++], calibration->names[i],
			    ENVELOPE_NAME);
}

static void make_weights(struct calibration *calibration)
{
	struct text text;

	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (uint8_t depth = 0; depth < COHORT_DEPTHS; depth++) {
			const struct envelope_place place = { group, depth, 0 };

			compute_ratios(calibration, &place);
			compute_odds(calibration, &place);
		}
	name_sides(calibration);
	calibration->weights_room = xalloc(TEXT_ROOM);
	text = text_in(calibration->weights_room, TEXT_ROOM);
	reference_write_weights(&text, &calibration->weights);
	calibration->weights_text = text_bytes(&text);
}

int calibration_finish(
    struct calibration *calibration, struct bytes weights, struct fault *fault)
{
	leave_out(calibration);
	if (!has_side(calibration, false))
		return fault_say(
		    fault, "no honest account is left to count: nothing is written");
	calibration->are_weights_kept = !has_side(calibration, true);
	if (!calibration->are_weights_kept) {
		make_weights(calibration);
		return 0;
	}
	if (!weights.len)
		return fault_say(fault, "without a campaign, weights are needed: --reference");
	calibration->weights_room = xalloc(weights.len);
	memcpy(calibration->weights_room, weights.at, weights.len);
	calibration->weights_text = bytes_of(calibration->weights_room, weights.len);
	return reference_read_weights(weights, &calibration->weights, fault);
}

static void fill_class(
    const struct calibration *calibration, int class, struct reference_class *made)
{
	uint32_t seen = 0;

	snprintf(made->name, sizeof(made->name), "%s", calibration->names[class]);
	made->accounts = calibration->accounts[class];
	for (size_t i = 0; i < calibration->count; i++) {
		const struct sample *sample = calibration->samples + i;
		struct reference_table *table =
		    &made->tables[sample->group][sample->depth][sample->phase];

		if (sample->class != class)
			continue;
		table->n++;
		table->k[bin_of(calibration, sample)]++;
		seen++;
	}
	/* Of some, all bets may have been left out. */
	made->accounts = made->accounts < seen ? made->accounts : seen;
}

static int write_class(
    const struct calibration *calibration, int class, const char *folder, struct fault *fault)
{
	struct reference_class *made = xalloc(sizeof(*made));
	char *room = xalloc(TEXT_ROOM);
	struct text text = text_in(room, TEXT_ROOM);
	int result;

	fill_class(calibration, class, made);
	reference_write_class(&text, made, reference_mark(calibration->weights_text));
	result = reference_folder_write(folder, made->name, text_bytes(&text), fault);
	free(made);
	free(room);
	return result;
}

/* As a daemon will. */
static int try_folder(struct calibration *calibration, const char *folder, struct fault *fault)
{
	struct envelope *envelope;
	int result = reference_folder_read(folder, &envelope, fault);

	calibration->classes_in_force = envelope_class_count(envelope);
	envelope_free(envelope);
	return result;
}

int calibration_write(struct calibration *calibration, const char *folder, const char *beside,
    struct fault *fault)
{
	int result = reference_folder_write(
	    folder, "weights", calibration->weights_text, fault);

	for (int i = 0; i < calibration->class_count && result == 0; i++)
		if (!is_campaign(calibration, i) && calibration->accounts[i])
			result = write_class(calibration, i, folder, fault);
	if (result == 0 && calibration->are_weights_kept)
		result = reference_folder_complete(folder, beside, fault);
	return result == 0 ? try_folder(calibration, folder, fault) : result;
}

static uint32_t count_place(
    const struct calibration *calibration, int class, int group, int depth)
{
	uint32_t count = 0;

	for (size_t i = 0; i < calibration->count; i++) {
		const struct sample *sample = calibration->samples + i;

		count += sample->class == class && sample->group == group &&
			 sample->depth == depth;
	}
	return count;
}

static void print_class(const struct calibration *calibration, int class, FILE *out)
{
	uint32_t most = 0;

	fprintf(out, "%-24s %9u", calibration->names[class], calibration->accounts[class]);
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++) {
			uint32_t n = count_place(calibration, class, group, depth);

			fprintf(out, " %9u", n);
			most = n > most ? n : most;
		}
	fprintf(out, "   %.0f\n", envelope_ceiling(most, calibration->classes_in_force));
}

void calibration_print(const struct calibration *calibration, FILE *out)
{
	fprintf(out, "%-24s %9s", "class", "accounts");
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++)
			fprintf(out, " %6.4s/%-2u", key_group_name((enum key_group)group),
			    feature_depths[depth]);
	fprintf(out, "   largest e\n");
	for (int i = 0; i < calibration->class_count; i++)
		print_class(calibration, i, out);
	fprintf(out, "%s; %d classes in force; left out: %zu accounts, %zu bets\n",
	    calibration->are_weights_kept ? "weights kept" : "weights made anew",
	    calibration->classes_in_force, calibration->accounts_left_out,
	    calibration->bets_left_out);
}

static void print_class_json(const struct calibration *calibration, int class, FILE *out)
{
	int classes = calibration->classes_in_force;
	const char *separator = "";

	fprintf(out, "{\"class\":\"%s\",\"campaign\":%s,\"accounts\":%u,\"tables\":[",
	    calibration->names[class], is_campaign(calibration, class) ? "true" : "false",
	    calibration->accounts[class]);
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++) {
			uint32_t n = count_place(calibration, class, group, depth);

			fprintf(out,
			    "%s{\"group\":\"%s\",\"depth\":%u,\"accounts\":%u,\"largest_e\":%."
			    "1f}",
			    separator, key_group_name((enum key_group)group),
			    feature_depths[depth], n, envelope_ceiling(n, classes));
			separator = ",";
		}
	fputs("]}", out);
}

void calibration_print_json(const struct calibration *calibration, FILE *out)
{
	fputs("{\"classes\":[", out);
	for (int i = 0; i < calibration->class_count; i++) {
		fputs(i ? "," : "", out);
		print_class_json(calibration, i, out);
	}
	fprintf(out,
	    "],\"weights\":\"%s\",\"classes_in_force\":%d,\"left_out\":{\"accounts\":%zu,"
	    "\"bets\":%zu}}\n",
	    calibration->are_weights_kept ? "kept" : "made", calibration->classes_in_force,
	    calibration->accounts_left_out, calibration->bets_left_out);
}
