#ifndef CONFIG_BIND_H
#define CONFIG_BIND_H

#include "config/config.h"

#include <yaml.h>

/*
 * Fills |config| (zeroed but for its file name and memory) from |document| by the key table;
 * keys that are not there get their default. |folder| is what relative paths are joined to. All
 * that is wrong with single keys goes to |faults|; the configuration is then not to be used.
 */
void bind_document(yaml_document_t *document, struct bytes folder, struct config *config,
    struct config_faults *faults);

#endif
