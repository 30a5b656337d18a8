/*
 * Reading and writing the reference files. They are an operator's, but they decide what is
 * believed of strangers: every line is checked, and one odd line refuses the file.
 */
#include "evidence/reference.h"

#include <math.h>
#include <xxhash.h>

#define CLIP_LOW  (-2.0f)
#define CLIP_HIGH 3.0f

struct lines {
	struct bytes text, rest, line;
	int number;
	const char *wrong;
	bool has_ended;
};

uint64_t reference_mark(struct bytes text)
{
	return XXH3_64bits(text.at, text.len);
}

/* The next line that says something; false at the end. */
static bool next_line(struct lines *lines)
{
	while (lines->rest.len) {
		lines->number++;
		lines->line = bytes_split(&lines->rest, '\n');
		lines->line = bytes_trim(bytes_split(&lines->line, '#'));
		if (lines->line.len)
			return true;
	}
	return false;
}

static struct bytes next_word(struct lines *lines)
{
	struct bytes word;

	lines->line = bytes_trim(lines->line);
	word = bytes_split(&lines->line, ' ');
	return word;
}

static void say(struct lines *lines, const char *wrong)
{
	if (!lines->wrong)
		lines->wrong = wrong;
}

static uint32_t next_number(struct lines *lines, uint64_t most)
{
	uint64_t value = 0;

	if (!bytes_to_number(next_word(lines), &value) || value > most) {
		say(lines, "a number is missing or too large");
		return 0;
	}
	return (uint32_t)value;
}

static int next_signed(struct lines *lines)
{
	struct bytes word = next_word(lines);
	bool is_negative = bytes_start_with(word, BYTES("-"));
	uint64_t value = 0;

	if (is_negative)
		word = bytes_of(word.at + 1, word.len - 1);
	if (!bytes_to_number(word, &value) || value > 100000) {
		say(lines, "a ratio is missing or too large");
		return 0;
	}
	return is_negative ? -(int)value : (int)value;
}

static uint64_t next_mark(struct lines *lines)
{
	unsigned char raw[8];
	uint64_t mark = 0;

	if (!bytes_from_hex(next_word(lines), raw, sizeof(raw))) {
		say(lines, "a mark is missing");
		return 0;
	}
	for (int i = 0; i < 8; i++)
		mark = mark << 8 | raw[i];
	return mark;
}

/* The last line names all that stands before it: a number that was changed by hand, or by a
 * disk, is refused and not believed. */
static void read_end(struct lines *lines)
{
	size_t behind = lines->rest.len, before = lines->text.len - behind;

	while (before && lines->text.at[before - 1] == '\n')
		before--;
	while (before && lines->text.at[before - 1] != '\n')
		before--;
	if (next_mark(lines) != reference_mark(bytes_of(lines->text.at, before)))
		say(lines, "it was altered after it was made");
	lines->has_ended = true;
}

static uint8_t next_group(struct lines *lines)
{
	int group = key_group_named(next_word(lines));

	if (group < 0)
		say(lines, "no such key group");
	return group < 0 ? 0 : (uint8_t)group;
}

static uint8_t next_depth(struct lines *lines)
{
	int depth = feature_depth_of(next_number(lines, 64));

	if (depth < 0)
		say(lines, "no such depth");
	return depth < 0 ? 0 : (uint8_t)depth;
}

static void next_name(struct lines *lines, char *name)
{
	struct bytes word = next_word(lines);

	if (!word.len || word.len >= ENVELOPE_NAME) {
		say(lines, "a name of 1 to 31 bytes is missing");
		return;
	}
	memcpy(name, word.at, word.len);
	name[word.len] = '\0';
}

static bool begin(struct lines *lines, struct bytes text, struct bytes kind)
{
	*lines = (struct lines){ .text = text, .rest = text };
	if (!next_line(lines) || !bytes_equal(next_word(lines), kind)) {
		say(lines, "not such a file");
		return false;
	}
	if (next_number(lines, 1000) != REFERENCE_VERSION)
		say(lines, "another version");
	return !lines->wrong;
}

/* The verdict on a file that was read to its end, or to its first fault. */
static int finish(struct lines *lines, struct fault *fault)
{
	if (!lines->wrong && (!lines->has_ended || next_line(lines)))
		lines->wrong = "the file is cut, or goes on behind its end";
	if (lines->wrong)
		return fault_say_at(fault, NULL, lines->number, 1, "%s", lines->wrong);
	return 0;
}

static int feature_named(struct bytes name)
{
	for (int i = 0; i < FEATURE_COUNT; i++)
		if (bytes_equal(name, bytes_of_text(features[i].name)))
			return i;
	return -1;
}

static void read_ratio(struct lines *lines, struct reference_weights *weights)
{
	uint32_t pool = next_number(lines, ENVELOPE_POOLS - 1);
	uint8_t group = next_group(lines), depth = next_depth(lines);
	int feature = feature_named(next_word(lines));

	if (feature < 0 || (int)pool >= weights->pool_count) {
		say(lines, "no such feature or pool");
		return;
	}
	for (int level = 0; level < FEATURE_LEVELS; level++)
		weights->ratios[group][depth][feature][level][pool] = fmaxf(
		    CLIP_LOW, fminf(CLIP_HIGH, (float)next_signed(lines) / 100));
	/* Nothing to say is worth nothing. */
	weights->ratios[group][depth][feature][0][pool] = 0;
}

static void read_odds(struct lines *lines, struct reference_weights *weights)
{
	uint8_t group = next_group(lines), depth = next_depth(lines);
	double sum = 0;

	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		sum += weights->odds[group][depth][bin] = next_number(lines, 100000000);
	for (int bin = 0; sum > 0 && bin < ENVELOPE_BINS; bin++)
		weights->odds[group][depth][bin] /= sum;
}

int reference_read_weights(
    struct bytes text, struct reference_weights *weights, struct fault *fault)
{
	struct lines lines;

	memset(weights, 0, sizeof(*weights));
	weights->mark = reference_mark(text);
	if (!begin(&lines, text, BYTES("retort-weights")))
		return finish(&lines, fault);
	while (!lines.wrong && !lines.has_ended && next_line(&lines)) {
		struct bytes word = next_word(&lines);

		if (bytes_equal(word, BYTES("end")))
			read_end(&lines);
		else if (bytes_equal(word, BYTES("class")) &&
			 weights->class_count < ENVELOPE_CLASSES)
			next_name(&lines, weights->classes[weights->class_count++]);
		else if (bytes_equal(word, BYTES("pool")) &&
			 weights->pool_count < ENVELOPE_POOLS)
			next_name(&lines, weights->pools[weights->pool_count++]);
		else if (bytes_equal(word, BYTES("ratio")))
			read_ratio(&lines, weights);
		else if (bytes_equal(word, BYTES("odds")))
			read_odds(&lines, weights);
		else
			say(&lines, "no such line");
		if (next_word(&lines).len)
			say(&lines, "more words than the line may have");
	}
	if (!weights->class_count || !weights->pool_count)
		say(&lines, "no class or no pool is named");
	return finish(&lines, fault);
}

/* Returns the accounts of the table. */
static uint32_t read_table(struct lines *lines, struct reference_class *class)
{
	uint8_t group = next_group(lines), depth = next_depth(lines);
	uint32_t phase = next_number(lines, ENVELOPE_PHASES - 1), n;
	uint64_t sum = 0;
	struct reference_table *table;

	table = &class->tables[group][depth][phase];
	if (table->n)
		say(lines, "a table stands here twice");
	n = next_number(lines, class->accounts);
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		sum += table->k[bin] = next_number(lines, class->accounts);
	if (sum != n)
		say(lines, "the bins do not add up to the table's accounts");
	table->n = n;
	return n;
}

int reference_read_class(struct bytes text, uint64_t weights_mark,
    struct reference_class *class, struct fault *fault)
{
	struct lines lines;
	uint64_t seen = 0;

	memset(class, 0, sizeof(*class));
	if (!begin(&lines, text, BYTES("retort-reference")))
		return finish(&lines, fault);
	if (!next_line(&lines) || !bytes_equal(next_word(&lines), BYTES("class")))
		say(&lines, "no class");
	next_name(&lines, class->name);
	if (!next_line(&lines) || !bytes_equal(next_word(&lines), BYTES("weights")))
		say(&lines, "no mark of the weights");
	if (next_mark(&lines) != weights_mark)
		say(&lines, "it was counted with other weights");
	if (!next_line(&lines) || !bytes_equal(next_word(&lines), BYTES("accounts")))
		say(&lines, "no accounts");
	class->accounts = next_number(&lines, 1000000000);
	while (!lines.wrong && !lines.has_ended && next_line(&lines)) {
		struct bytes word = next_word(&lines);

		if (bytes_equal(word, BYTES("end")))
			read_end(&lines);
		else if (bytes_equal(word, BYTES("table")))
			seen += read_table(&lines, class);
		else
			say(&lines, "no such line");
		if (next_word(&lines).len)
			say(&lines, "more words than the line may have");
	}
	/* Each account was counted because it bet somewhere: with more of them, tables would
	 * seem to be rarely visited, and a class that is rarely there does not bound the null.
	 */
	if (!class->accounts || seen < class->accounts)
		say(&lines, "fewer accounts stand in its tables than it claims");
	return finish(&lines, fault);
}

static void write_end(struct text *text)
{
	text_add_format(
	    text, "end %016llx\n", (unsigned long long)reference_mark(text_bytes(text)));
}

static void write_table(
    struct text *text, const struct reference_class *class, const struct envelope_place *place)
{
	const struct reference_table *table =
	    &class->tables[place->group][place->depth][place->phase];

	if (!table->n)
		return;
	text_add_format(text, "table %s %u %u %u", key_group_name(place->group),
	    feature_depths[place->depth], place->phase, table->n);
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		text_add_format(text, " %u", table->k[bin]);
	text_add_char(text, '\n');
}

void reference_write_class(
    struct text *text, const struct reference_class *class, uint64_t weights_mark)
{
	text_add_format(text, "retort-reference %d\nclass %s\nweights %016llx\naccounts %u\n",
	    REFERENCE_VERSION, class->name, (unsigned long long)weights_mark, class->accounts);
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (uint8_t depth = 0; depth < COHORT_DEPTHS; depth++)
			for (uint8_t phase = 0; phase < ENVELOPE_PHASES; phase++)
				write_table(text, class,
				    &(struct envelope_place){ group, depth, phase });
	write_end(text);
}

static void write_ratios(
    struct text *text, const struct reference_weights *weights, int group, int depth, int pool)
{
	for (int i = 0; i < FEATURE_COUNT; i++) {
		text_add_format(text, "ratio %d %s %u %s", pool,
		    key_group_name((enum key_group)group), feature_depths[depth],
		    features[i].name);
		for (int level = 0; level < FEATURE_LEVELS; level++)
			text_add_format(text, " %d",
			    (int)lrintf(100 * weights->ratios[group][depth][i][level][pool]));
		text_add_char(text, '\n');
	}
}

static void write_place(
    struct text *text, const struct reference_weights *weights, int group, int depth)
{
	for (int pool = 0; pool < weights->pool_count; pool++)
		write_ratios(text, weights, group, depth, pool);
	text_add_format(
	    text, "odds %s %u", key_group_name((enum key_group)group), feature_depths[depth]);
	for (int bin = 0; bin < ENVELOPE_BINS; bin++)
		text_add_format(
		    text, " %d", (int)lrint(100000 * weights->odds[group][depth][bin]));
	text_add_char(text, '\n');
}

void reference_write_weights(struct text *text, const struct reference_weights *weights)
{
	text_add_format(text, "retort-weights %d\n", REFERENCE_VERSION);
	for (int i = 0; i < weights->class_count; i++)
		text_add_format(text, "class %s\n", weights->classes[i]);
	for (int i = 0; i < weights->pool_count; i++)
		text_add_format(text, "pool %s\n", weights->pools[i]);
	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++)
			write_place(text, weights, group, depth);
	write_end(text);
}

/* One lane a kind of pool: their sums are taken side by side, each in the order of features. */
typedef float lanes __attribute__((vector_size(ENVELOPE_POOLS * sizeof(float))));

double reference_score(const struct reference_weights *weights,
    const struct envelope_place *place, const uint8_t levels[FEATURE_COUNT],
    float nats[FEATURE_COUNT])
{
	const float(*ratios)[FEATURE_LEVELS][ENVELOPE_POOLS] =
	    weights->ratios[place->group][place->depth];
	lanes sums = { 0 }, terms;
	int best = 0;

	for (int i = 0; i < FEATURE_COUNT; i++) {
		memcpy(&terms, ratios[i][levels[i]], sizeof(terms));
		sums += terms;
	}
	for (int pool = 1; pool < weights->pool_count; pool++)
		best = sums[pool] > sums[best] ? pool : best;
	for (int i = 0; i < FEATURE_COUNT; i++)
		nats[i] = ratios[i][levels[i]][best];
	return sums[best];
}
