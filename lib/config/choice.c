/*
 * The words of the closed lists. It must never know what a word means: that is with whoever
 * switches over the enum.
 */
#include "config/choice.h"

#include <assert.h>

#define CHOICE_WORD(value, word) [value] = word,
#define CHOICE(name, list, number)                                                             \
	static const char *const name##_words[number] = { list(CHOICE_WORD) };                 \
	const struct choice choice_##name = { name##_words, number }

CHOICE(modes, CONFIG_MODES, CONFIG_MODE_COUNT);
CHOICE(parts, CONFIG_PARTS, CONFIG_PART_COUNT);
CHOICE(measures, CONFIG_MEASURES, CONFIG_MEASURE_COUNT);
CHOICE(actions, CONFIG_ACTIONS, CONFIG_ACTION_COUNT);
CHOICE(missings, CONFIG_MISSINGS, CONFIG_MISSING_COUNT);
CHOICE(stores, CONFIG_STORES, CONFIG_STORE_COUNT);
CHOICE(alpns, CONFIG_ALPNS, CONFIG_ALPN_COUNT);
CHOICE(switches, CONFIG_SWITCHES, CONFIG_SWITCH_COUNT);
CHOICE(levels, CONFIG_LEVELS, CONFIG_LEVEL_COUNT);

const char *choice_word(const struct choice *choice, int value)
{
	assert(value >= 0 && value < choice->count);
	return choice->words[value];
}

int choice_value(const struct choice *choice, struct bytes word)
{
	for (int i = 0; i < choice->count; i++)
		if (bytes_equal(word, bytes_of_text(choice->words[i])))
			return i;
	return -1;
}
