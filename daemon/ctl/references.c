/*
 * Reference tables from a folder. A file that is refused is refused aloud; the envelope then
 * stays shut, for a null that lacks a class would be too sure of itself.
 */
#include "references.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define INSTALLED "/usr/share/retort/reference"

const char *references_folder(const char *asked)
{
	if (asked)
		return asked;
	return access("conf/reference/weights.table", R_OK) == 0 ? "conf/reference" : INSTALLED;
}

struct bytes references_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t len = 0, room = 0, got;

	if (!file)
		return (struct bytes){ 0 };
	do {
		if (len == room) {
			room = room ? room * 2 : 65536;
			text = realloc(text, room);
		}
		got = text ? fread(text + len, 1, room - len, file) : 0;
		len += got;
	} while (got);
	fclose(file);
	return bytes_of(text, len);
}

static int is_class(const struct dirent *entry)
{
	return bytes_end_with(bytes_of_text(entry->d_name), BYTES(".table")) &&
	       strcmp(entry->d_name, "weights.table") != 0;
}

static int load_file(
    struct envelope *envelope, const char *folder, const char *name, struct fault *fault)
{
	char path[4096];
	struct bytes text;
	int result;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	text = references_read(path);
	if (!text.at)
		return fault_say_at(fault, path, 0, 0, "cannot be read");
	result = strcmp(name, "weights.table") == 0 ? envelope_weights(envelope, text, fault)
						    : envelope_class(envelope, text, fault);
	free((void *)text.at);
	if (result != 0)
		snprintf(fault->file, sizeof(fault->file), "%.*s", FAULT_FILE - 1, path);
	return result;
}

struct envelope *references_load(const char *folder, struct fault *fault)
{
	struct envelope *envelope = envelope_new();
	struct dirent **list = NULL;
	int count, result;

	result = load_file(envelope, folder, "weights.table", fault);
	count = result == 0 ? scandir(folder, &list, is_class, alphasort) : 0;
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = load_file(envelope, folder, list[i]->d_name, fault);
		free(list[i]);
	}
	free(list);
	if (result == 0)
		envelope_seal(envelope, fault);
	return envelope;
}
