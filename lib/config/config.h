#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/fault.h"
#include "base/text.h"
#include "config/settings.h"

#include <stdio.h>

/*
 * One YAML file, bound by the key table (config/key.h): the parser, the printer, the reference
 * file and the reload difference all read that table.
 */

#define CONFIG_FAULTS  64
#define CONFIG_CHANGES 64

/* What is wrong, in the order of discovery; |count| goes on where the list is full. */
struct config_list {
	int count;
	int passing; /* of them, those that may pass without a change of the file */
	struct fault list[CONFIG_FAULTS];
};
struct config_faults {
	struct config_list faults, warnings;
};

/* Reads and checks a file; |faults| is cleared first. NULL when there is any fault; warnings
 * may come with either. */
struct config *config_load(const char *path, struct config_faults *faults);

/* The same from |yaml|; |name| stands for the file in faults and for relative paths. */
struct config *config_parse(struct bytes yaml, const char *name, struct config_faults *faults);

void config_free(struct config *config); /* NULL is allowed; the memory is wiped */

/* Writes a fault about a setting that |field| points to, with its place in the file when it
 * stands there: for what is found later, when something that is named was opened. Returns -1.
 */
int config_say(struct fault *fault, const struct config *config, const void *field,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One line a fault, "file:line:col: text", then "… and N more"; warnings begin "warning: ". */
void config_faults_print(const struct config_faults *faults, FILE *out);

/*
 * Reads a secret from its file, or by |env| (getenv) from its variable, without its last line
 * end. 0, or -1 with a fault: none named, unreadable, empty, or larger than the room in |out|.
 * The caller wipes |out|.
 */
typedef char *config_env_fn(const char *name);
int config_secret_read(const struct config_secret *secret, config_env_fn *env, struct text *out,
    struct fault *fault);

/* The effective configuration as YAML that loads again as the same. Secrets are shown by their
 * place only. */
void config_print(const struct config *config, FILE *out);

/* The commented reference file: every key with its default, from the key table alone. */
void config_reference(FILE *out);

struct config_change {
	char key[120]; /* "limits[2].quota" */
	bool needs_restart;
};
struct config_changes {
	int count, restart_count; /* go on where the list is full */
	struct config_change list[CONFIG_CHANGES];
};

/* What differs between two configurations, in the order of the key table. */
void config_difference(
    const struct config *old, const struct config *new, struct config_changes *changes);

#endif
