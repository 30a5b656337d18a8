/* Template quality on real prompts: those of one template meet, all others do not. */
#include "../api/prompt_rig.h"
#include "vectors.h"

#define PROMPTS_MOST 200

struct prompt {
	struct bytes template;
	struct prompt_facts facts;
};

static struct prompt prompts[PROMPTS_MOST];
static size_t prompt_count;

static bool share_a_key(const struct prompt_facts *a, const struct prompt_facts *b)
{
	bool is_shared = (a->head && a->head == b->head) || (a->tail && a->tail == b->tail) ||
			 (a->skeleton && a->skeleton == b->skeleton);

	for (int i = 0; i < PROMPT_BANDS; i++)
		is_shared |= a->bands[i] && a->bands[i] == b->bands[i];
	return is_shared;
}

static void read_prompts(struct bytes file)
{
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT };

	while (file.len) {
		struct bytes line = bytes_split(&file, '\n');
		struct prompt *prompt = &prompts[prompt_count++];

		ck_assert_uint_lt(prompt_count, PROMPTS_MOST);
		prompt->template = vectors_string(line, "template");
		prompt->facts = prompt_rig_read(&rig, line);
		ck_assert_int_eq(prompt->facts.state, PROMPT_WHOLE);
	}
}

START_TEST(prompts_of_one_template_meet_and_others_do_not)
{
	struct bytes file = vectors_load(VECTOR_PATH("prompts.jsonl"));
	size_t pairs = 0, met = 0, strangers = 0, wrong = 0, campaign = 0, campaign_met = 0;

	read_prompts(file);
	for (size_t i = 0; i < prompt_count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct prompt *a = &prompts[i], *b = &prompts[j];
			bool is_met = share_a_key(&a->facts, &b->facts);
			bool is_campaign = bytes_equal(a->template, BYTES("alpaca"));

			if (!bytes_equal(a->template, b->template)) {
				strangers++;
				wrong += is_met;
				continue;
			}
			pairs++;
			met += is_met;
			campaign += is_campaign;
			campaign_met += is_campaign && is_met;
		}
	vectors_free(file);
	ck_assert_uint_eq(campaign_met, campaign);
	ck_assert_uint_gt(campaign, 20);
	ck_assert_msg(met * 100 >= pairs * 85, "%zu of %zu", met, pairs);
	ck_assert_msg(wrong * 1000 <= strangers, "%zu of %zu", wrong, strangers);
}
END_TEST

UNIT_MAIN("template_vectors", prompts_of_one_template_meet_and_others_do_not)
