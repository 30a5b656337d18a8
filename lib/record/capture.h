#ifndef RECORD_CAPTURE_H
#define RECORD_CAPTURE_H

#include "base/arena.h"
#include "base/fault.h"
#include "wire/json_scan.h"

/*
 * A capture: one exchange as it came, one line of JSON, the raw input of replay and of the
 * fingerprint tool:
 *
 *   {"v":1,"kind":"capture","at":1777777777.123456,"peer":"203.0.113.9","owner":null,
 *    "tls":{"ja3":"..","ja4":"..","hello":"hex"},"http":"1.1","method":"POST",
 *    "path":"/v1/messages","headers":[["x-api-key","sk-.."]],"body":{..},
 *    "reply":{"at":..,"status":200,"input_tokens":10,"output_tokens":900,"signed":["EqQ.."]},
 *    "asn":64500,"retort":{"coin":"refused","shaped":true,"limited":true},"label":"campaign-1"}
 *
 * |v|, |kind|, |at|, |peer| and |headers| must be there; unknown members are skipped. A body
 * may be an object or a string. |asn| counts where no table of networks is at hand, |signed|
 * are the signatures of signed blocks in the reply, |retort| is what was refused by whom.
 * Captures hold credentials and prompts: they are an operator's own.
 */
#define CAPTURE_VERSION 1
#define CAPTURE_HEADERS 64 /* more are left out */
#define CAPTURE_SIGNED  4

struct capture_header {
	struct bytes name, value;
};

/* Absent texts are empty. All runs borrow the line or the arena. */
struct capture {
	int64_t at_us, reply_at_us; /* since the epoch; 0: absent */
	struct bytes peer, owner, ja3, ja4, hello, http, method, path, body, label;
	bool has_body, has_reply;
	uint16_t status;
	uint32_t input_tokens, output_tokens, asn;
	bool is_shaped, is_limited;
	struct bytes coin; /* a word of enum record_coin */
	size_t signed_count;
	struct bytes signed_blocks[CAPTURE_SIGNED];
	size_t header_count;
	struct capture_header headers[CAPTURE_HEADERS];
};

/*
 * Reads one line (its line end is optional). 0, or -1 with a fault: not JSON, a member of the
 * wrong kind, one that is missing, or the arena is full; it needs as many bytes as the line
 * has.
 */
int capture_read(
    struct capture *capture, struct arena *arena, struct bytes line, struct fault *fault);

/* The first header of that name, without regard to case; at is NULL when there is none. */
struct bytes capture_value(const struct capture *capture, const char *name);

#endif
