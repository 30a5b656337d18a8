#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include "base/bytes.h"
#include "base/fault.h"

#include <yaml.h>

/*
 * YAML as a tree of nodes with their places. Anchors and aliases share nodes; whoever walks the
 * tree must bound its steps.
 */

#define DOCUMENT_MOST_BYTES (1 << 20)
#define DOCUMENT_MOST_DEPTH 64

/* Reads the one document in |yaml|. 0, and the caller deletes |document|; or -1 with a fault:
 * not YAML, not UTF-8, empty, too large, too deep, or more than one document. */
int document_load(
    struct bytes yaml, const char *name, yaml_document_t *document, struct fault *fault);

/* A plain scalar that YAML reads as null, or the empty one. */
bool document_is_null(const yaml_node_t *node);

/* The scalar's text; only for scalars. */
struct bytes document_text(const yaml_node_t *node);

#endif
