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
#include <sys/stat.h>
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
	struct stat status;
	size_t room;

	if (!file) {
		fault_say_at(fault, path, 0, 0, "%s", strerror(errno));
		return -1;
	}
	if (fstat(fileno(file), &status) != 0 || status.st_size >= FILE_BYTES)
		status.st_size = 0;
	room = (size_t)status.st_size + 1; /* a byte more tells that it is no longer */
	*text = xalloc(room);
	*len = fread(*text, 1, room, file);
	if (ferror(file) || *len == room) {
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

int reference_folder_write(
    const char *folder, const char *name, struct bytes text, struct fault *fault)
{
	char *path = xalloc_format("%s/%s.table", folder, name);
	char *next = xalloc_format("%s.next", path);
	FILE *file;
	bool is_whole;

	mkdir(folder, 0755); /* what else is wrong with it the file will say */
	file = fopen(next, "we");
	is_whole = file && fwrite(text.at, 1, text.len, file) == text.len;
	if (file && fclose(file) != 0)
		is_whole = false;
	is_whole = is_whole && rename(next, path) == 0;
	if (!is_whole) {
		fault_say_at(fault, path, 0, 0, "%s", strerror(errno));
		unlink(next);
	}
	free(next);
	free(path);
	return is_whole ? 0 : -1;
}

struct bytes reference_folder_weights(const char *folder)
{
	char *path = xalloc_format("%s/" WEIGHTS, folder), *text = NULL;
	struct fault fault;
	size_t len = 0;
	int result = read_file(path, &text, &len, &fault);

	free(path);
	return result == 0 ? bytes_of(text, len) : (struct bytes){ 0 };
}

static int copy_class(
    const char *folder, const char *beside, const char *name, struct fault *fault)
{
	char *there = xalloc_format("%s/%s", folder, name);
	char *here = xalloc_format("%s/%s", beside, name), *text = NULL, *stem;
	bool is_there = access(there, F_OK) == 0;
	size_t len = 0;
	int result = is_there ? 0 : read_file(here, &text, &len, fault);

	if (!is_there && result == 0) {
		stem = xalloc_format("%.*s", (int)(strlen(name) - strlen(".table")), name);
		result = reference_folder_write(folder, stem, bytes_of(text, len), fault);
		free(stem);
		free(text);
	}
	free(here);
	free(there);
	return result;
}

int reference_folder_complete(const char *folder, const char *beside, struct fault *fault)
{
	struct dirent **list = NULL;
	int count = scandir(beside, &list, is_class, alphasort), result = 0;

	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = copy_class(folder, beside, list[i]->d_name, fault);
		free(list[i]);
	}
	free(list);
	return result;
}
