#ifndef BASE_SCAN_H
#define BASE_SCAN_H

/*
 * What an incremental parser of foreign bytes says: it wants more, it has read one whole thing,
 * or these bytes can never become one. DONE and BAD are final.
 */
enum scan { SCAN_MORE, SCAN_DONE, SCAN_BAD, SCAN_COUNT };

#endif
