#ifndef MAGIC_H
#define MAGIC_H

#include <assert.h>
#include <stdint.h>

/*
 * Checked casts: every struct that libevent, OpenSSL or hiredis hands back as a void pointer
 * starts with a magic, and every callback's first line is one of these casts. A struct that is
 * freed has its magic wiped, so a late callback stops the process at once and not somewhere
 * else later.
 */
#define MAGIC_ADMIN       0x52746130u
#define MAGIC_CLIENT      0x52746331u
#define MAGIC_CONTROL     0x52746332u
#define MAGIC_EXCHANGE    0x52746532u
#define MAGIC_LINK        0x52746c33u
#define MAGIC_LISTENER    0x52746f34u
#define MAGIC_REFRESH     0x52747266u
#define MAGIC_SHARE_LINK  0x5274736cu
#define MAGIC_SHARE_REDIS 0x52747372u
#define MAGIC_UPSTREAM    0x52747535u
#define MAGIC_WATCHDOG    0x52746437u
#define MAGIC_WORKER      0x52747736u

static inline void *magic_check(void *object, uint32_t magic)
{
	assert(object && *(const uint32_t *)object == magic);
	return object;
}

#endif
