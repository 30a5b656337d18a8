/*
 * A configuration from bytes to a checked struct, and its end. It must never open what the file
 * names: that is for whoever builds from it.
 */
#include "config/config.h"

#include "base/xalloc.h"
#include "config/bind.h"
#include "config/check.h"
#include "config/complaint.h"
#include "config/document.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Far beyond what DOCUMENT_MOST_BYTES and the steps of the walk can fill. */
#define MEMORY_CEILING ((size_t)256 << 20)

static struct config *new_config(const char *name)
{
	struct config *config = xalloc(sizeof(*config));

	arena_init(&config->memory, MEMORY_CEILING);
	config->file = arena_copy(&config->memory, bytes_of_text(name)).at;
	assert(config->file);
	return config;
}

/* The folder in |name|: "" when there is none, "/" at the root. */
static struct bytes folder_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	if (!slash)
		return BYTES("");
	return bytes_of(name, slash == name ? 1 : (size_t)(slash - name));
}

struct config *config_parse(struct bytes yaml, const char *name, struct config_faults *faults)
{
	struct config *config;
	yaml_document_t document;
	struct fault fault;

	faults->faults.count = faults->warnings.count = 0;
	if (document_load(yaml, name, &document, &fault)) {
		complaint_add(&faults->faults, &fault);
		return NULL;
	}
	config = new_config(name);
	bind_document(&document, folder_of(name), config, faults);
	yaml_document_delete(&document);
	check_traffic(config, faults);
	check_policy(config, faults);
	complaint_sort(&faults->faults);
	complaint_sort(&faults->warnings);
	if (faults->faults.count == 0)
		return config;
	config_free(config);
	return NULL;
}

struct config *config_load(const char *path, struct config_faults *faults)
{
	struct config *config = NULL;
	FILE *file = fopen(path, "rb");
	char *at = xalloc(DOCUMENT_MOST_BYTES + 1);
	size_t len = file ? fread(at, 1, DOCUMENT_MOST_BYTES + 1, file) : 0;
	struct fault fault;

	faults->faults.count = faults->warnings.count = 0;
	if (!file || ferror(file)) {
		fault_say_at(&fault, path, 0, 0, "cannot be read: %s", strerror(errno));
		complaint_add(&faults->faults, &fault);
	} else {
		config = config_parse(bytes_of(at, len), path, faults);
	}
	if (file)
		fclose(file);
	free(at);
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	place_fini(config);
	arena_fini(&config->memory);
	free(config);
}

int config_say(struct fault *fault, const struct config *config, const void *field,
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complaint_write(fault, config, field, format, arguments);
	va_end(arguments);
	return -1;
}

static void print_list(const struct config_list *list, const char *head, FILE *out)
{
	char words[FAULT_FILE + FAULT_TEXT + 32];

	for (int i = 0; i < list->count && i < CONFIG_FAULTS; i++) {
		const struct fault *fault = &list->list[i];
		struct fault marked = *fault;

		snprintf(marked.text, sizeof(marked.text), "%s%.*s", head,
		    (int)(sizeof(marked.text) - 1 - strlen(head)), fault->text);
		fprintf(out, "%s\n", fault_words(&marked, words, sizeof(words)));
	}
	if (list->count > CONFIG_FAULTS)
		fprintf(out, "... and %d more\n", list->count - CONFIG_FAULTS);
}

void config_faults_print(const struct config_faults *faults, FILE *out)
{
	print_list(&faults->faults, "", out);
	print_list(&faults->warnings, "warning: ", out);
}
