#ifndef REFRESH_H
#define REFRESH_H

/*
 * Keeps the addresses of upstream names fresh: asks again as often as upstreams[].resolve_every
 * says, beside everything else, and tells the workers what has changed. What cannot be resolved
 * keeps its addresses; that is said once, and once when it is over. Main thread only.
 */
struct control;
struct refresh;

struct refresh *refresh_start(struct control *control);
void refresh_stop(struct refresh *refresh); /* NULL is allowed */

#endif
