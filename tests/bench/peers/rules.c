/*
 * Limits and askers for the benches of limits, alone and shared, so that both speak of the same
 * three rules.
 */
#include "../rules.h"

struct limit_set *rules_three(void)
{
	const uint32_t account = 1u << CONFIG_PART_ACCOUNT, ja4 = 1u << CONFIG_PART_JA4;
	const struct config_limit limits[] = {
		{ .name = "account", .key = account, .quota = 600, .window_us = 60000000 },
		{ .name = "shape",
		    .key = account | ja4,
		    .quota = 9000,
		    .window_us = 3600000000 },
		{ .name = "fanout",
		    .key = ja4 | 1u << CONFIG_PART_ASN,
		    .quota = 20000,
		    .measure = CONFIG_MEASURE_ACCOUNTS,
		    .window_us = 3600000000 },
	};

	return limit_set_new(limits, 3, 42, NULL);
}

struct limit_subject rules_subject(uint64_t account)
{
	return (struct limit_subject){ .part = {
					   [CONFIG_PART_ACCOUNT] = rules_mix(account),
					   [CONFIG_PART_JA4] = 1 + account % 50,
					   [CONFIG_PART_ASN] = 1 + account % 7,
				       } };
}

uint64_t rules_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}
