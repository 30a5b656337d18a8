#ifndef CONFIG_CHOICE_H
#define CONFIG_CHOICE_H

#include "base/bytes.h"

/*
 * The closed lists of the configuration: each is written once here, and gives the enum, the
 * words in the file, the words in a fault, and labels for metrics. The first is the harmless
 * one.
 */
#define CONFIG_MODES(X)                                                                        \
	X(CONFIG_MODE_SHADOW, "shadow") /* count and log only */                               \
	X(CONFIG_MODE_TAG, "tag")       /* tell the upstream */                                \
	X(CONFIG_MODE_ENFORCE, "enforce")

#define CONFIG_PARTS(X)                                                                        \
	X(CONFIG_PART_ACCOUNT, "account")                                                      \
	X(CONFIG_PART_OWNER, "owner")                                                          \
	X(CONFIG_PART_IP, "ip")         /* IPv4 address, IPv6 /64 */                           \
	X(CONFIG_PART_PREFIX, "prefix") /* IPv4 /24, IPv6 /48 */                               \
	X(CONFIG_PART_ASN, "asn")                                                              \
	X(CONFIG_PART_JA3, "ja3")                                                              \
	X(CONFIG_PART_JA4, "ja4")                                                              \
	X(CONFIG_PART_HTTP_SHAPE, "http_shape")                                                \
	X(CONFIG_PART_TEMPLATE, "template")                                                    \
	X(CONFIG_PART_MODEL, "model")                                                          \
	X(CONFIG_PART_PATH, "path")

#define CONFIG_MEASURES(X)                                                                     \
	X(CONFIG_MEASURE_REQUESTS, "requests")                                                 \
	X(CONFIG_MEASURE_INPUT_TOKENS, "input tokens")                                         \
	X(CONFIG_MEASURE_OUTPUT_TOKENS, "output tokens")                                       \
	X(CONFIG_MEASURE_ACCOUNTS, "distinct accounts")                                        \
	X(CONFIG_MEASURE_IPS, "distinct ips")                                                  \
	X(CONFIG_MEASURE_ASNS, "distinct asns")                                                \
	X(CONFIG_MEASURE_PROMPTS, "distinct prompts")

#define CONFIG_ACTIONS(X)                                                                      \
	X(CONFIG_ACTION_TAG, "tag")                                                            \
	X(CONFIG_ACTION_THROTTLE, "throttle")                                                  \
	X(CONFIG_ACTION_BLOCK, "block")

/* What a limit makes of an exchange that lacks a part of its key: leave it uncounted, or count
 * all such exchanges together. */
#define CONFIG_MISSINGS(X)                                                                     \
	X(CONFIG_MISSING_SKIP, "skip")                                                         \
	X(CONFIG_MISSING_BUCKET, "bucket")

#define CONFIG_STORES(X)                                                                       \
	X(CONFIG_STORE_MEMORY, "memory")                                                       \
	X(CONFIG_STORE_REDIS, "redis")                                                         \
	X(CONFIG_STORE_CLUSTER, "cluster")                                                     \
	X(CONFIG_STORE_SENTINEL, "sentinel")

#define CONFIG_ALPNS(X)                                                                        \
	X(CONFIG_ALPN_HTTP1, "http/1.1")                                                       \
	X(CONFIG_ALPN_H2, "h2")

#define CONFIG_SWITCHES(X)                                                                     \
	X(CONFIG_SWITCH_AUTO, "auto")                                                          \
	X(CONFIG_SWITCH_OFF, "false")                                                          \
	X(CONFIG_SWITCH_ON, "true")

/* In the order of daemon/log.h. */
#define CONFIG_LEVELS(X)                                                                       \
	X(CONFIG_LEVEL_ERROR, "error")                                                         \
	X(CONFIG_LEVEL_WARNING, "warning")                                                     \
	X(CONFIG_LEVEL_INFO, "info")                                                           \
	X(CONFIG_LEVEL_DEBUG, "debug")

#define CHOICE_VALUE(value, word) value,
enum config_mode { CONFIG_MODES(CHOICE_VALUE) CONFIG_MODE_COUNT };
enum config_part { CONFIG_PARTS(CHOICE_VALUE) CONFIG_PART_COUNT };
enum config_measure { CONFIG_MEASURES(CHOICE_VALUE) CONFIG_MEASURE_COUNT };
enum config_action { CONFIG_ACTIONS(CHOICE_VALUE) CONFIG_ACTION_COUNT };
enum config_missing { CONFIG_MISSINGS(CHOICE_VALUE) CONFIG_MISSING_COUNT };
enum config_store { CONFIG_STORES(CHOICE_VALUE) CONFIG_STORE_COUNT };
enum config_alpn { CONFIG_ALPNS(CHOICE_VALUE) CONFIG_ALPN_COUNT };
enum config_switch { CONFIG_SWITCHES(CHOICE_VALUE) CONFIG_SWITCH_COUNT };
enum config_level { CONFIG_LEVELS(CHOICE_VALUE) CONFIG_LEVEL_COUNT };
#undef CHOICE_VALUE

/* The words of one list, by value. */
struct choice {
	const char *const *words;
	int count;
};

extern const struct choice choice_modes, choice_parts, choice_measures, choice_actions,
    choice_missings, choice_stores, choice_alpns, choice_switches, choice_levels;

/* The word of |value|; a value outside the list is our own mistake. */
const char *choice_word(const struct choice *choice, int value);

/* The value of |word|, or -1. */
int choice_value(const struct choice *choice, struct bytes word);

#endif
