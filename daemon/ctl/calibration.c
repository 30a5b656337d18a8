/*
 * From bets to tables. The ratios are naive Bayes between the pools and the mean of the honest
 * classes; they only buy power. What must hold is counted afterwards: how often each class
 * falls into each bin of the one scalar.
 */
#include "calibration.h"

#include "base/xalloc.h"

#include <math.h>
#include <stdlib.h>

#define CLASSES    ENVELOPE_CLASSES
#define TEXT_ROOM  (1 << 20)
#define RARE_SHARE 0.003 /* a level rarer than this on both sides is worth nothing */
#define EVEN_SHARE 0.02  /* of the odds, spread over all bins */

struct sample {
	uint8_t class, group, depth, phase;
	uint8_t levels[FEATURE_COUNT];
};

struct calibration {
	char names[CLASSES][ENVELOPE_NAME];
	int class_count;
	uint32_t accounts[CLASSES];
	struct sample *samples;
	size_t count, room;
	uint64_t *seen; /* open addressing */
	size_t seen_count, seen_room;
	struct reference_weights weights;
};

struct calibration *calibration_new(void)
{
	struct calibration *calibration = xalloc(sizeof(*calibration));

	calibration->seen_room = 1 << 20;
	calibration->seen = xalloc_array(calibration->seen_room, sizeof(uint64_t));
	return calibration;
}

void calibration_free(struct calibration *calibration)
{
	free(calibration->samples);
	free(calibration->seen);
	free(calibration);
}

static bool is_campaign(const struct calibration *calibration, int class)
{
	return strncmp(calibration->names[class], "campaign", 8) == 0;
}

int calibration_class(struct calibration *calibration, const char *name)
{
	for (int i = 0; i < calibration->class_count; i++)
		if (!strcmp(calibration->names[i], name))
			return i;
	if (calibration->class_count == CLASSES)
		return CLASSES - 1;
	snprintf(calibration->names[calibration->class_count], ENVELOPE_NAME, "%.31s", name);
	return calibration->class_count++;
}

static bool put(uint64_t *seen, size_t room, uint64_t key)
{
	size_t at = key & (room - 1);

	for (; seen[at]; at = (at + 1) & (room - 1))
		if (seen[at] == key)
			return false;
	seen[at] = key;
	return true;
}

static bool is_first(struct calibration *calibration, uint64_t a, uint64_t b)
{
	uint64_t key = (a ^ b * 0xc4ceb9fe1a85ec53ULL) * 0x9e3779b97f4a7c15ULL, *larger;

	key = (key ^ key >> 32) | 1;
	if (!put(calibration->seen, calibration->seen_room, key))
		return false;
	if (++calibration->seen_count * 2 > calibration->seen_room) {
		larger = xalloc_array(calibration->seen_room * 2, sizeof(uint64_t));
		for (size_t i = 0; i < calibration->seen_room; i++)
			if (calibration->seen[i])
				put(larger, calibration->seen_room * 2, calibration->seen[i]);
		free(calibration->seen);
		calibration->seen = larger;
		calibration->seen_room *= 2;
	}
	return true;
}

void calibration_expose(struct calibration *calibration, int class, uint64_t account)
{
	if (is_first(calibration, account, 1000 + (uint64_t) class))
		calibration->accounts[class]++;
}

void calibration_take(
    struct calibration *calibration, int class, uint64_t salt, const struct engine_bet *bet)
{
	uint64_t account = bet->seen->facts->owner ^ salt;
	struct sample *sample;

	if (!is_first(calibration, account,
		(uint64_t) class * 64 + bet->place.group * 8u + bet->place.depth + 1))
		return;
	if (calibration->count == calibration->room) {
		calibration->room = calibration->room ? calibration->room * 2 : 65536;
		calibration->samples = xalloc_grow(
		    calibration->samples, calibration->room, sizeof(*calibration->samples));
	}
	sample = calibration->samples + calibration->count++;
	*sample = (struct sample){ (uint8_t) class, bet->place.group, bet->place.depth,
		bet->place.phase, { 0 } };
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

/* The share of a level over the classes of one side: the mean of the pools, where each has the
 * same voice; of the honest classes the root mean square, which listens to those that come
 * nearest. */
static double side_share(const struct calibration *calibration, const struct shares *shares,
    bool of_campaigns, int feature, int level)
{
	double sum = 0, count = 0, share;

	for (int i = 0; i < calibration->class_count; i++) {
		if (is_campaign(calibration, i) != of_campaigns ||
		    shares->n[i] < REFERENCE_ENOUGH / 4.0)
			continue;
		share = (shares->level[i][feature][level] + 0.5) / (shares->n[i] + 4);
		sum += of_campaigns ? share : share * share;
		count++;
	}
	if (!(count > 0))
		return 0;
	return of_campaigns ? sum / count : sqrt(sum / count);
}

static void compute_ratios(struct calibration *calibration, const struct envelope_place *place)
{
	struct shares *shares = xalloc(sizeof(*shares));

	count_levels(calibration, place, shares);
	for (int i = 0; i < FEATURE_COUNT; i++)
		for (int level = 1; level < FEATURE_LEVELS; level++) {
			double q = side_share(calibration, shares, true, i, level);
			double p = side_share(calibration, shares, false, i, level);
			float *ratio =
			    &calibration->weights.ratios[place->group][place->depth][i][level];

			*ratio = q > RARE_SHARE || p > RARE_SHARE ? (float)log(q / p) : 0;
			*ratio = fmaxf(-features[i].most, fminf(features[i].most, *ratio));
			*ratio = roundf(*ratio * 100) / 100;
		}
	free(shares);
}

static int bin_of(const struct calibration *calibration, const struct sample *sample)
{
	double sum = 0;

	for (int i = 0; i < FEATURE_COUNT; i++) {
		double ratio = calibration->weights
				   .ratios[sample->group][sample->depth][i][sample->levels[i]];

		sum += fmax(-2, fmin(3, ratio));
	}
	return envelope_bin_of(sum);
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

static int write_file(
    const char *folder, const char *name, struct bytes text, struct fault *fault)
{
	char path[4096];
	FILE *file;
	size_t wrote;

	snprintf(path, sizeof(path), "%s/%s.table", folder, name);
	file = fopen(path, "w");
	if (!file)
		return fault_say_at(fault, path, 0, 0, "cannot be written");
	wrote = fwrite(text.at, 1, text.len, file);
	return fclose(file) == 0 && wrote == text.len
		   ? 0
		   : fault_say_at(fault, path, 0, 0, "cannot be written");
}

static int write_class(const struct calibration *calibration, int class, uint64_t mark,
    const char *folder, struct fault *fault)
{
	struct reference_class *made = xalloc(sizeof(*made));
	char *room = xalloc(TEXT_ROOM);
	struct text text = text_in(room, TEXT_ROOM);
	int result;

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
	}
	reference_write_class(&text, made, mark);
	result = write_file(folder, made->name, text_bytes(&text), fault);
	free(made);
	free(room);
	return result;
}

int calibration_write(struct calibration *calibration, const char *folder, struct fault *fault)
{
	char *room = xalloc(TEXT_ROOM);
	struct text text = text_in(room, TEXT_ROOM);
	uint64_t mark;
	int result;

	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (uint8_t depth = 0; depth < COHORT_DEPTHS; depth++) {
			const struct envelope_place place = { group, depth, 0 };

			compute_ratios(calibration, &place);
			compute_odds(calibration, &place);
		}
	for (int i = 0; i < calibration->class_count; i++)
		if (!is_campaign(calibration, i))
			memcpy(calibration->weights.classes[calibration->weights.class_count++],
			    calibration->names[i], ENVELOPE_NAME);
	reference_write_weights(&text, &calibration->weights);
	mark = reference_mark(text_bytes(&text));
	result = write_file(folder, "weights", text_bytes(&text), fault);
	for (int i = 0; result == 0 && i < calibration->class_count; i++)
		if (!is_campaign(calibration, i))
			result = write_class(calibration, i, mark, folder, fault);
	free(room);
	return result;
}

void calibration_print(const struct calibration *calibration, FILE *out)
{
	double l = log((double)ENVELOPE_BINS * ENVELOPE_PHASES * calibration->class_count /
		       ENVELOPE_DELTA);

	fprintf(out, "%-24s %9s", "class", "accounts");
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++)
			fprintf(out, " %6.4s/%-2u", key_group_name((enum key_group)group),
			    feature_depths[depth]);
	fprintf(out, "   largest e\n");
	for (int i = 0; i < calibration->class_count; i++) {
		uint32_t n[KEY_GROUP_COUNT][COHORT_DEPTHS] = { { 0 } }, most = 0;

		for (size_t j = 0; j < calibration->count; j++)
			if (calibration->samples[j].class == i)
				n[calibration->samples[j].group]
				 [calibration->samples[j].depth]++;
		fprintf(out, "%-24s %9u", calibration->names[i], calibration->accounts[i]);
		for (int group = 0; group < KEY_GROUP_COUNT; group++)
			for (int depth = 0; depth < COHORT_DEPTHS; depth++) {
				fprintf(out, " %9u", n[group][depth]);
				most = n[group][depth] > most ? n[group][depth] : most;
			}
		fprintf(out, "   %.0f\n", most ? most / (2 * l) : 0);
	}
}
