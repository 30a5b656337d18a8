/*
 * From counted tables to e-values. Whatever is missing, empty or odd makes it less sure, never
 * more: a class that should be there and is not closes the whole of tier 1.
 */
#include "evidence/envelope.h"

#include "base/xalloc.h"
#include "evidence/reference.h"

#include <math.h>
#include <stdlib.h>

#define SCORE_LOW  (-12.0)
#define SCORE_STEP 0.5
#define RARE       0.001 /* fewer of a class's accounts than this are in no such cohort */
#define EXPOSED    5000  /* accounts that a class must rest on before it may be called absent */

struct envelope {
	struct reference_weights weights;
	struct reference_class *classes[ENVELOPE_CLASSES];
	int class_count;
	bool has_weights, is_sealed;
	struct envelope_bin bins[KEY_GROUP_COUNT][COHORT_DEPTHS][ENVELOPE_PHASES]
				[ENVELOPE_BINS];
};

struct envelope *envelope_new(void)
{
	struct envelope *envelope = xalloc(sizeof(*envelope));

	return envelope;
}

void envelope_free(struct envelope *envelope)
{
	if (!envelope)
		return;
	for (int i = 0; i < envelope->class_count; i++)
		free(envelope->classes[i]);
	free(envelope);
}

int envelope_weights(struct envelope *envelope, struct bytes text, struct fault *fault)
{
	if (envelope->class_count)
		return fault_say(fault, "the weights must come before the classes");
	if (reference_read_weights(text, &envelope->weights, fault) != 0)
		return -1;
	envelope->has_weights = true;
	return 0;
}

int envelope_class(struct envelope *envelope, struct bytes text, struct fault *fault)
{
	struct reference_class *class;

	if (!envelope->has_weights)
		return fault_say(fault, "no weights were read");
	if (envelope->class_count == ENVELOPE_CLASSES)
		return fault_say(fault, "more than %d classes", ENVELOPE_CLASSES);
	class = xalloc(sizeof(*class));
	if (reference_read_class(text, envelope->weights.mark, class, fault) != 0) {
		free(class);
		return -1;
	}
	for (int i = 0; i < envelope->class_count; i++)
		if (!strcmp(envelope->classes[i]->name, class->name)) {
			fault_say(fault, "class %s was read before", class->name);
			free(class);
			return -1;
		}
	envelope->classes[envelope->class_count++] = class;
	envelope->is_sealed = false;
	return 0;
}

/* The table that speaks for |class| at |place|: its own, or all phases together when too few
 * accounts were seen in this one. NULL when the class does not come here at all. */
static const struct reference_table *table_of(const struct reference_class *class,
    const struct envelope_place *place, struct reference_table *pooled)
{
	const struct reference_table *own = class->tables[place->group][place->depth];

	if (own[place->phase].n >= REFERENCE_ENOUGH)
		return own + place->phase;
	memset(pooled, 0, sizeof(*pooled));
	for (int phase = 0; phase < ENVELOPE_PHASES; phase++) {
		pooled->n += own[phase].n;
		for (int bin = 0; bin < ENVELOPE_BINS; bin++)
			pooled->k[bin] += own[phase].k[bin];
	}
	if (class->accounts >= EXPOSED && pooled->n < RARE * class->accounts)
		return NULL;
	return pooled;
}

/* n · KL(k/n ‖ p), the exponent of Chernoff's bound. */
static double exponent(double k, double n, double p)
{
	double q = k / n;

	return n *
	       ((q > 0 ? q * log(q / p) : 0) + (q < 1 ? (1 - q) * log((1 - q) / (1 - p)) : 0));
}

/* Of more accounts than the cap no more is learnt. */
static void cap(double *k, double *n)
{
	if (*n <= ENVELOPE_CAP)
		return;
	*k *= ENVELOPE_CAP / *n;
	*n = ENVELOPE_CAP;
}

/* The largest p under which k or fewer of n still have a probability of e^−l: never above
 * k/n + √(2(k/n)l/n) + 2l/n, which is this bound made explicit, and half of it at k = 0. */
static double upper_limit(double k, double n, double l)
{
	double low, high = 1;

	if (n <= 0)
		return 1;
	cap(&k, &n);
	low = k / n;
	for (int i = 0; i < 50 && low < 1; i++) {
		double middle = (low + high) / 2;

		if (exponent(k, n, middle) > l)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* False when that limit surely is no more than |p|: one look, where most need no search. The
 * margin is far wider than what rounding can do to the exponent. */
static bool may_exceed(double k, double n, double l, double p)
{
	if (n <= 0)
		return true;
	cap(&k, &n);
	return k / n >= p || exponent(k, n, p) <= l * (1 + 1e-6);
}

/* L: each limit of each table may be wrong with a probability of δ over their number. */
static double confidence(int classes)
{
	return log((double)ENVELOPE_BINS * classes * ENVELOPE_PHASES / ENVELOPE_DELTA);
}

double envelope_ceiling(uint32_t n, int classes)
{
	return 1 /
	       (ENVELOPE_APART * fmax(ENVELOPE_FLOOR, upper_limit(0, n, confidence(classes))));
}

/* False where no class ever came: nothing is known of honest accounts there. */
static bool raise_null(const struct envelope *envelope, const struct envelope_place *place,
    double *null, uint8_t *nearest)
{
	bool is_known = false;
	double l = confidence(envelope->class_count);

	for (int i = 0; i < envelope->class_count; i++) {
		struct reference_table pooled;
		const struct reference_table *table = table_of(
		    envelope->classes[i], place, &pooled);
		double p = 0; /* not looked for */

		is_known |= table != NULL;
		for (int bin = 0; table && bin < ENVELOPE_BINS; bin++) {
			if (bin && table->k[bin] != table->k[bin - 1]) /* mostly it is 0 */
				p = 0;
			if (!p && may_exceed(table->k[bin], table->n, l, null[bin]))
				p = upper_limit(table->k[bin], table->n, l);
			if (p > null[bin]) {
				null[bin] = p;
				nearest[bin] = (uint8_t)i;
			}
		}
	}
	return is_known;
}

static void compute_place(struct envelope *envelope, const struct envelope_place *place)
{
	struct envelope_bin *bins = envelope->bins[place->group][place->depth][place->phase];
	const double *odds = envelope->weights.odds[place->group][place->depth];
	double null[ENVELOPE_BINS];
	uint8_t nearest[ENVELOPE_BINS] = { 0 };
	bool is_known;

	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		null[bin] = ENVELOPE_FLOOR;
	is_known = raise_null(envelope, place, null, nearest);
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		bins[bin] = (struct envelope_bin){
			is_known ? odds[bin] / (null[bin] * ENVELOPE_APART) : 1, nearest[bin]
		};
}

static bool has_class(const struct envelope *envelope, const char *name)
{
	for (int i = 0; i < envelope->class_count; i++)
		if (!strcmp(envelope->classes[i]->name, name))
			return true;
	return false;
}

int envelope_seal(struct envelope *envelope, struct fault *fault)
{
	envelope->is_sealed = false;
	if (!envelope->has_weights || !envelope->class_count)
		return fault_say(fault, "no reference tables: population evidence is off");
	for (int i = 0; i < envelope->weights.class_count; i++)
		if (!has_class(envelope, envelope->weights.classes[i]))
			return fault_say(fault,
			    "the reference class %s is missing: population evidence is off",
			    envelope->weights.classes[i]);
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (uint8_t depth = 0; depth < COHORT_DEPTHS; depth++)
			for (uint8_t phase = 0; phase < ENVELOPE_PHASES; phase++)
				compute_place(
				    envelope, &(struct envelope_place){ group, depth, phase });
	envelope->is_sealed = true;
	return 0;
}

bool envelope_is_sealed(const struct envelope *envelope)
{
	return envelope->is_sealed;
}

uint8_t envelope_phase(uint32_t members, uint32_t watched_s)
{
	uint8_t size = members < 64 ? 0 : members < 1024 ? 1 : 2;

	return watched_s < ENVELOPE_SETTLED_S ? size : size + ENVELOPE_SIZES;
}

double envelope_score(const struct envelope *envelope, const struct envelope_place *place,
    const uint8_t levels[FEATURE_COUNT], float nats[FEATURE_COUNT])
{
	return reference_score(&envelope->weights, place, levels, nats);
}

int envelope_bin_of(double score)
{
	int bin = (int)floor((score - SCORE_LOW) / SCORE_STEP);

	return bin < 0 ? 0 : bin >= ENVELOPE_BINS ? ENVELOPE_BINS - 1 : bin;
}

struct envelope_bin envelope_at(
    const struct envelope *envelope, const struct envelope_place *place, int bin)
{
	if (!envelope->is_sealed)
		return (struct envelope_bin){ 1, 0 };
	return envelope->bins[place->group][place->depth][place->phase][bin];
}

int envelope_class_count(const struct envelope *envelope)
{
	return envelope->class_count;
}

const char *envelope_class_name(const struct envelope *envelope, int number)
{
	return number < envelope->class_count ? envelope->classes[number]->name : "";
}

uint32_t envelope_accounts(
    const struct envelope *envelope, int number, const struct envelope_place *place)
{
	return envelope->classes[number]->tables[place->group][place->depth][place->phase].n;
}

uint64_t envelope_weights_mark(struct bytes text)
{
	return reference_mark(text);
}
