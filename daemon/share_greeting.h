#ifndef SHARE_GREETING_H
#define SHARE_GREETING_H

#include "base/fault.h"
#include "base/text.h"
#include "limit/share_plan.h"

/*
 * The first words with a Redis: who we are, what time it is there, and a write, which proves
 * that this server takes writes and keeps them (a replica, a full or a loading one does not).
 */
#define SHARE_GREETING_BYTES 4096

/* The answer that comes next. */
enum share_greeting_step {
	SHARE_GREETING_OVER,
	SHARE_GREETING_TIME, /* two texts, seconds and microseconds, or an error */
	SHARE_GREETING_SECONDS,
	SHARE_GREETING_MICROSECONDS,
	SHARE_GREETING_AUTH,
	SHARE_GREETING_PROBE,
	SHARE_GREETING_COUNT
};

struct share_greeting {
	enum share_greeting_step step;
	int64_t clock_ahead_us; /* of the server's clock before ours */
};

struct share_credentials {
	const char *username, *password; /* NULL = none */
	struct bytes probe_key;          /* what is written; it ends by itself after a minute */
};

/* Writes all of the greeting, or only its last step, and expects the answers to it. */
void share_greeting_begin(struct share_greeting *greeting,
    const struct share_credentials *credentials, struct text *out);
void share_greeting_probe(struct share_greeting *greeting,
    const struct share_credentials *credentials, struct text *out);

/* Hears the next element of an answer. -1 with a fault: this is no server for us. */
int share_greeting_hear(struct share_greeting *greeting, const char *server,
    const struct share_reply *reply, struct fault *fault);

#endif
