/*
 * Reference tables from a folder. One file that is refused leaves the envelope shut: a null
 * that lacks a class would be too sure of itself. It must never end the start: a daemon without
 * references still proxies, limits, and weighs probes.
 */
#include "reference_folder.h"

#include "base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INSTALLED  "/usr/share/retort/reference"
#define BESIDE     "conf/reference" /* of a checkout, where the command was started */
#define WEIGHTS    "weights.table"
#define FILE_BYTES (4 * 1024 * 1024) /* many times what a file has */

const char *reference_folder_usual(const char *asked)
{
	if (asked)
		return asked;
	return access(BESIDE "/" WEIGHTS, R_OK) == 0 ? BESIDE : INSTALLED;
}

static int read_file(const char *path, char **text, size_t *len, struct fault *fault)
{
	FILE *file = fopen(path, "re");

	if (!file) {
		fault_say_at(fault, path, 0, 0, "%s", strerror(errno));
		return -1;
	}
	*text = xalloc(FILE_BYTES);
	*len = fread(*text, 1, FILE_BYTES, file);
	if (ferror(file) || *len == FILE_BYTES) {
		fclose(file);
		free(*text);
		fault_say_at(fault, path, 0, 0, "cannot be read whole");
		return -1;
	}
	fclose(file);
	return 0;
}

static int take_file(
    struct envelope *envelope, const char *folder, const char *name, struct fault *fault)
{
	char *path = xalloc_format("%s/%s", folder, name), *text = NULL;
	size_t len = 0;
	int result = read_file(path, &text, &len, fault);

	if (result == 0) {
		result = strcmp(name, WEIGHTS) == 0
			     ? envelope_weights(envelope, bytes_of(text, len), fault)
			     : envelope_class(envelope, bytes_of(text, len), fault);
		free(text);
		if (result)
			snprintf(
			    fault->file, sizeof(fault->file), "%.*s", FAULT_FILE - 1, path);
	}
	free(path);
	return result;
}

static int is_class(const struct dirent *entry)
{
	struct bytes name = bytes_of_text(entry->d_name);

	return bytes_end_with(name, BYTES(".table")) && !bytes_equal(name, BYTES(WEIGHTS));
}

int reference_folder_read(const char *folder, struct envelope **envelope, struct fault *fault)
{
	struct dirent **list = NULL;
	int count = 0, result;

	*envelope = envelope_new();
	if (!folder)
		return fault_say(fault, "detection.reference is null");
	result = take_file(*envelope, folder, WEIGHTS, fault);
	if (result == 0)
		count = scandir(folder, &list, is_class, alphasort);
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = take_file(*envelope, folder, list[i]->d_name, fault);
		free(list[i]);
	}
	free(list);
	return result ? result : envelope_seal(*envelope, fault);
}
