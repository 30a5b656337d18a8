#ifndef ADMIN_H
#define ADMIN_H

#include "base/fault.h"

#include <stdbool.h>

/*
 * The admin listener: probes, metrics, statistics, the live page, and the few requests that
 * change something. Served by the main thread, so it can never be in a worker's way. What
 * changes something needs the token, unless it comes through a unix socket, whose file
 * permissions say who may.
 */
struct admin;
struct config;
struct control;
struct inherit;

#define ADMIN_TOKEN_BYTES 512

/* Opens the listener of |control|'s booted configuration; one that is null gives an admin that
 * nobody can reach. NULL with a fault when the address or the token is not to be had. */
struct admin *admin_open(struct control *control, struct inherit *inherit, struct fault *fault);
void admin_close(struct admin *admin); /* NULL is allowed */

/* From now on what the engine's thread answers is sent to who asked. */
void admin_watch_answers(struct admin *admin);

/* Where it listens, or "" when it does not. */
const char *admin_name(const struct admin *admin);

/* Reads the token of a configuration that may come into force; it does with
 * |admin_adopt_token|. -1 with a fault. */
int admin_read_token(struct admin *admin, const struct config *config, struct fault *fault);
void admin_adopt_token(struct admin *admin);

#endif
