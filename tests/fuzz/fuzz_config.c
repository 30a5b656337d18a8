/*
 * Any bytes are a configuration or a list of faults; and what loads prints as YAML that loads
 * as the same.
 */
#include "config/config.h"

#include <assert.h>
#include <stdlib.h>

static struct config_faults faults;
static struct config_changes changes;

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct config *config = config_parse(bytes_of(at, len), "fuzz.yaml", &faults), *again;
	char *text = NULL;
	size_t text_len = 0;
	FILE *out = open_memstream(&text, &text_len);

	config_faults_print(&faults, out);
	assert((config == NULL) == (faults.faults.count > 0));
	rewind(out);
	if (config) {
		config_print(config, out);
		fclose(out);
		again = config_parse(bytes_of(text, text_len), "fuzz.yaml", &faults);
		assert(again);
		config_difference(config, again, &changes);
		assert(changes.count == 0);
		config_free(again);
		config_free(config);
	} else {
		fclose(out);
	}
	free(text);
	return 0;
}
