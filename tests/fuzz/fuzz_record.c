/* Record lines of anybody: what is read must write and read again as the same line. */
#include "record/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static char first[RECORD_BYTES], second[RECORD_BYTES];
	struct text one = text_in(first, sizeof(first)), two = text_in(second, sizeof(second));
	struct record record, again;
	struct fault fault;

	if (record_read(bytes_of(bytes, len), &record, &fault) != 0)
		return 0;
	record_write(&one, &record);
	if (one.is_cut || record_read(text_bytes(&one), &again, &fault) != 0)
		abort();
	record_write(&two, &again);
	if (!bytes_equal(text_bytes(&one), text_bytes(&two)))
		abort();
	return 0;
}
