#ifndef EVIDENCE_DISPLACEMENT_H
#define EVIDENCE_DISPLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Displacement (§5b), content-free: members are split by a keyed hash into T, which may be held
 * to 70 % in an epoch whose fair coin says so, and U, which never is. |u_count| is what U sent
 * in the epoch.
 */
struct displacement {
	double ln_e;
	double mean, var; /* of U's past epochs */
	uint32_t epochs;
};
#define DISPLACEMENT_EPOCH_S 30
#define DISPLACEMENT_SHARE   0.7
#define DISPLACEMENT_WARMUP  20 /* epochs that only teach mean and variance */

void displacement_epoch(struct displacement *displacement, double u_count, bool was_held);

#endif
