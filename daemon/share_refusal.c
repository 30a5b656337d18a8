/*
 * What a Redis says when it does not do what it is asked, in words for the operator. One row a
 * code.
 */
#include "share_refusal.h"

static const struct {
	struct bytes code;
	const char *words;
} refusals[] = {
	{ BYTES("LOADING "), "is still loading its data" },
	{ BYTES("OOM "), "has no memory left" },
	{ BYTES("READONLY "), "is a replica and takes no writes" },
	{ BYTES("MASTERDOWN "), "is a replica that lost its master" },
	{ BYTES("MOVED "), "is part of a cluster, which this store is not configured for" },
	{ BYTES("ASK "), "is part of a cluster, which this store is not configured for" },
	{ BYTES("CLUSTERDOWN "), "is part of a cluster that is down" },
	{ BYTES("NOAUTH "), "wants a password" },
	{ BYTES("WRONGPASS "), "refuses the user or the password" },
	{ BYTES("ERR AUTH "), "refuses the user or the password" },
	{ BYTES("ERR invalid password"), "refuses the user or the password" },
	{ BYTES("NOPERM "), "does not let this user do it" },
	{ BYTES("MISCONF "), "cannot save to its disk and takes no writes" },
	{ BYTES("NOREPLICAS "), "misses its replicas and takes no writes" },
	{ BYTES("BUSY "), "is busy with a script" },
	{ BYTES("NOSCRIPT "), "misses a script, though none is ever asked for" },
	{ BYTES("WRONGTYPE "), "holds something of another program under our prefix" },
	{ BYTES("-DENIED "), "runs in protected mode and takes local clients only" },
	{ BYTES("DENIED "), "runs in protected mode and takes local clients only" },
	{ BYTES("ERR max number of clients"), "has too many clients" },
};

int share_refusal_say(struct fault *fault, const char *server, struct bytes reply)
{
	int len = reply.len < 120 ? (int)reply.len : 120;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (bytes_start_with(reply, refusals[i].code))
			return fault_say(fault, "redis %s %s (%.*s)", server, refusals[i].words,
			    len, reply.at);
	return fault_say(fault, "redis %s refuses: %.*s", server, len, reply.at);
}
