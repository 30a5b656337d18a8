/* Squeezing is the same on every path that this processor has. */
#include "fingerprint/squeeze.h"

#include "unit.h"

#include <stdlib.h>

typedef size_t squeeze_fn(char *out, const char *at, size_t len);

static void compare(squeeze_fn *squeeze)
{
	static char in[600], fast[600 + SQUEEZE_SLACK], slow[600];
	uint32_t seed = 7;

	for (int round = 0; round < 2000; round++) {
		size_t len = (seed = seed * 1664525 + 1013904223) % sizeof(in), kept = 0;
		char *exact = malloc(len + 1); /* a read beyond shows under the sanitizer */

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = (char)(seed >> 24 & (round % 3 ? 0xFF : 0x3F));
			if ((unsigned char)in[i] > 0x20)
				slow[kept++] = in[i];
		}
		memcpy(exact, in, len);
		ck_assert_uint_eq(squeeze(fast, exact, len), kept);
		ck_assert_mem_eq(fast, slow, kept);
		free(exact);
	}
}

START_TEST(every_path_keeps_the_same_bytes)
{
	compare(squeeze_text);
	compare(squeeze_portable);
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		compare(squeeze_avx2);
	if (__builtin_cpu_supports("avx512vbmi2"))
		compare(squeeze_vbmi2);
#endif
}
END_TEST

UNIT_MAIN("squeeze", every_path_keeps_the_same_bytes)
