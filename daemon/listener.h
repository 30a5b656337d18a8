#ifndef LISTENER_H
#define LISTENER_H

#include "worker_inside.h"

/*
 * A worker's listening sockets. Accepting rests while the worker is full or out of descriptors,
 * and ends with a drain; a connection that is not accepted waits in the kernel or goes to
 * another worker.
 */

/* Takes the descriptors of the seat. */
void listener_open_all(struct worker *worker);
void listener_close_all(struct worker *worker);

/* A client has gone: there may be room again. */
void listener_note_room(struct worker *worker);

#endif
