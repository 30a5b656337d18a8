#ifndef CONTROL_H
#define CONTROL_H

/*
 * The main thread: it builds the house, opens the doors, listens for signals and for the admin
 * listener, and takes everything down again in the opposite order.
 */

/* sysexits(3)'s EX_CONFIG: trying again with the same file will not help. */
#define CONTROL_BAD_CONFIG 78

/* Runs the daemon on a configuration file until it is told to leave. Returns the exit status:
 * 0, 1 when the world failed us (or only a resolver that may yet answer), CONTROL_BAD_CONFIG
 * with every fault on standard error. */
int control_run(const char *config_path);

/* Whether the daemon would start on this file: reads it and everything that it names. Prints
 * every fault and warning; 0, 1 or CONTROL_BAD_CONFIG as above. */
int control_test(const char *config_path);

/* Prints the effective configuration, secrets by their place only; 0 or CONTROL_BAD_CONFIG. */
int control_print(const char *config_path);

#endif
