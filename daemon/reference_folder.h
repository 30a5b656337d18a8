#ifndef REFERENCE_FOLDER_H
#define REFERENCE_FOLDER_H

#include "evidence/envelope.h"

/*
 * Reads the tables of honest tools: FOLDER/weights.table, then every other FOLDER/NAME.table.
 * Always gives an envelope; when anything is missing, unreadable or does not add up, it is
 * unsealed (population evidence is off, nothing else) and |fault| says why. |fault| is written
 * on failure only; the return value is 0 or −1.
 */
int reference_folder_read(const char *folder, struct envelope **envelope, struct fault *fault);

/* Writes FOLDER/NAME.table whole or not at all; the folder is made when it is not there. 0, or
 * −1 with a fault. */
int reference_folder_write(
    const char *folder, const char *name, struct bytes text, struct fault *fault);

/* Copies the classes of |beside| that are not in |folder|, so that it can be loaded. */
int reference_folder_complete(const char *folder, const char *beside, struct fault *fault);

/* FOLDER/weights.table; empty when it cannot be read. The caller frees |at|. */
struct bytes reference_folder_weights(const char *folder);

/* The folder for a command that was not told one: |asked|, else conf/reference where it was
 * started, else the installed one. */
const char *reference_folder_usual(const char *asked);

#endif
