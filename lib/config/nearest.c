/*
 * Edit distance over a small table on the stack. It must stay cheap for any input: both words
 * are cut to a fixed length.
 */
#include "config/nearest.h"

#define MOST 32

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return c == '-' ? '_' : c;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

int nearest_distance(struct bytes a, struct bytes b)
{
	int row[3][MOST + 1]; /* rows i-2, i-1 and i of the table, in turn */
	int *above = row[0], *last = row[1], *now = row[2];
	int n = least((int)(a.len < MOST ? a.len : MOST), MOST);
	int m = least((int)(b.len < MOST ? b.len : MOST), MOST);

	for (int j = 0; j <= m; j++)
		now[j] = j;
	for (int i = 1; i <= n; i++) {
		int *spare = above;

		above = last;
		last = now;
		now = spare;
		now[0] = i;
		for (int j = 1; j <= m; j++) {
			int cost = fold(a.at[i - 1]) != fold(b.at[j - 1]);

			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && fold(a.at[i - 1]) == fold(b.at[j - 2]) &&
			    fold(a.at[i - 2]) == fold(b.at[j - 1]))
				now[j] = least(now[j], above[j - 2] + 1);
		}
	}
	return now[m];
}

void nearest_offer(struct nearest *nearest, struct bytes word)
{
	int distance = nearest_distance(nearest->word, word);

	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->best = word;
}
