#ifndef REFERENCES_H
#define REFERENCES_H

#include "evidence/envelope.h"

/*
 * Loads DIR/weights.table and every other DIR/NAME.table into a sealed envelope. On failure the
 * envelope is returned unsealed and |fault| says why: population evidence is then off, and
 * nothing else.
 */
struct envelope *references_load(const char *folder, struct fault *fault);

/* The folder to use: |asked|, else conf/reference here, else the installed one. */
const char *references_folder(const char *asked);

/* A whole file; at == NULL on failure. The caller frees |at|. */
struct bytes references_read(const char *path);

#endif
