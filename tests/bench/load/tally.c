/*
 * Numbers of one run: latencies, and the CPU time of the processes under test as the scheduler
 * counts it (nanoseconds, not ticks).
 */
#include "tally.h"

#include "base/xalloc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tally_add(struct tally *tally, uint64_t us)
{
	if (tally->count == tally->room) {
		tally->room = tally->room ? tally->room * 2 : 1 << 16;
		tally->us = xalloc_grow(tally->us, tally->room, sizeof(*tally->us));
	}
	tally->us[tally->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void tally_sort(struct tally *tally)
{
	if (tally->count)
		qsort(tally->us, tally->count, sizeof(*tally->us), compare);
}

uint32_t tally_at(const struct tally *tally, double share)
{
	size_t at = (size_t)(share * (double)tally->count);

	if (!tally->count)
		return 0;
	return tally->us[at < tally->count ? at : tally->count - 1];
}

void tally_free(struct tally *tally)
{
	free(tally->us);
}

static uint64_t thread_ns(const char *process, const char *thread)
{
	char path[128];
	unsigned long long ns = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/task/%.32s/schedstat", process, thread);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%llu", &ns) != 1)
		ns = 0;
	fclose(file);
	return ns;
}

uint64_t tally_cpu_ns(const char *ids)
{
	char copy[256], *rest = copy, *id;
	uint64_t sum = 0;

	snprintf(copy, sizeof(copy), "%s", ids);
	while ((id = strtok_r(rest, ",", &rest))) {
		char path[64];
		struct dirent *entry;
		DIR *folder;

		snprintf(path, sizeof(path), "/proc/%.32s/task", id);
		folder = opendir(path);
		while (folder && (entry = readdir(folder)))
			if (entry->d_name[0] != '.')
				sum += thread_ns(id, entry->d_name);
		if (folder)
			closedir(folder);
	}
	return sum;
}
