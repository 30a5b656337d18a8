/*
 * Where there is no libFuzzer, a fuzz target is a test: it runs every file of its corpus folder
 * once. A missing or empty corpus is a failure, so that no target can pass by testing nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static int replay_file(const char *path)
{
	struct stat status;
	FILE *file;
	uint8_t *bytes;
	size_t len;

	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return 0;
	file = fopen(path, "rb");
	if (!file)
		return 0;
	bytes = malloc((size_t)status.st_size + 1);
	len = bytes ? fread(bytes, 1, (size_t)status.st_size, file) : 0;
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	return 1;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	int count = 0;

	if (!folder) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return EXIT_FAILURE;
	}
	while ((entry = readdir(folder))) {
		char path[4096];

		if (snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name) <
		    (int)sizeof(path))
			count += replay_file(path);
	}
	closedir(folder);
	printf("%d inputs\n", count);
	return count ? EXIT_SUCCESS : EXIT_FAILURE;
}
