#ifndef SHELF_H
#define SHELF_H

#include "engine/engine.h"

/*
 * The file that carries the evidence over a restart. It is replaced by a rename, so a crash
 * leaves the old one or the new one; what cannot be understood is set aside as PATH.rejected.
 * The engine's thread only.
 */
struct shelf;

/* |path| NULL = nothing is kept: every call below then does nothing. */
struct shelf *shelf_new(const char *path);
void shelf_free(struct shelf *shelf); /* NULL is allowed; waits for a save that is under way */

/* Fills a new engine. |rate| becomes the probe rate that the kept coins were drawn with. False
 * when there was nothing, or nothing of use: that was said. */
bool shelf_load(struct shelf *shelf, struct engine *engine, double *rate);

/*
 * Writes the engine as it stands. The slow part, the disk, is waited for by a thread of its
 * own, and only here when |is_last|. What fails is said once. True when the file was written.
 */
bool shelf_save(struct shelf *shelf, const struct engine *engine, double rate, bool is_last);

#endif
