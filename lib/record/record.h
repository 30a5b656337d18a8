#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/fault.h"
#include "base/text.h"
#include "facts/facts.h"
#include "facts/prompt.h"
#include "facts/reply.h"
#include "record/record_course.h"

/*
 * The decision record: one exchange as one line of NDJSON, in keyed hashes and numbers; no
 * prompt text and no credential. It is what the journal writes and what replay reads, and it
 * holds all that the engine sees. The rows are in record.def.
 */
#define RECORD_BYTES   8192 /* no line is longer */
#define RECORD_REASONS 160
#define RECORD_VERSION 1

enum record_verdict {
	RECORD_VERDICT_PASS,
	RECORD_VERDICT_WATCH,
	RECORD_VERDICT_TAG,
	RECORD_VERDICT_THROTTLE,
	RECORD_VERDICT_BLOCK,
	RECORD_VERDICT_COUNT
};

/* The probe's coin of this exchange (detection.md §5a). */
enum record_coin {
	RECORD_COIN_NONE,    /* not drawn: not eligible, or probing is off */
	RECORD_COIN_SPARED,  /* W = 0: drawn, and passed on */
	RECORD_COIN_REFUSED, /* W = 1: drawn, and answered with an honest 429 */
	RECORD_COIN_COUNT
};

/* What displacement (detection.md §5b) made of this exchange of the cohort |trial|. */
enum record_hold {
	RECORD_HOLD_NONE, /* no cohort of it is under trial */
	RECORD_HOLD_OFF,  /* the epoch's coin is 0: passed on */
	RECORD_HOLD_ON,   /* it is 1: passed on all the same */
	RECORD_HOLD_HELD, /* it is 1: answered with an honest 429 */
	RECORD_HOLD_COUNT
};

enum record_mode { /* in the order of the configuration's modes */
	RECORD_MODE_SHADOW,
	RECORD_MODE_TAG,
	RECORD_MODE_ENFORCE,
	RECORD_MODE_COUNT
};

enum record_store {
	RECORD_STORE_LOCAL, /* decided on this node's counts alone */
	RECORD_STORE_SHARED,
	RECORD_STORE_COUNT
};

struct record {
	struct facts facts;
	struct prompt_facts prompt;
	struct reply_facts reply;

	uint8_t verdict;     /* enum record_verdict: what was decided */
	uint8_t score;       /* 0–100 as sent upstream */
	uint8_t mode;        /* enum record_mode of the detection */
	uint8_t store;       /* enum record_store */
	uint8_t coin;        /* enum record_coin */
	uint8_t hold;        /* enum record_hold */
	uint8_t is_limited;  /* a limit of the configuration refused it, before any coin */
	uint8_t is_shaped;   /* the cohort's token bucket refused it */
	uint32_t generation; /* of the configuration it began under */
	uint64_t cohort;     /* the one that decided, 0: none */
	uint64_t trial;      /* the cohort that |hold| is about */
	uint64_t total_us, own_us;    /* arrival to end; of that, ours without the upstream */
	uint64_t request_bytes;       /* of the body as sent */
	char method[12];              /* "POST" */
	char station[12];             /* where the exchange ended */
	char reasons[RECORD_REASONS]; /* "account-rpm, cohort"; limits' names, then cohort */
	char label[32];               /* of a labelled capture; "" in live traffic */
	struct record_course course;
	struct record_heard heard;
	struct record_evidence evidence;
};

/* Appends |word| to the reasons; what does not fit whole is left out. */
void record_reason(struct record *record, const char *word);

/*
 * Appends the record as one line with its line end. A text without room for RECORD_BYTES more
 * may be cut (|is_cut|), and then nothing of the line is in it.
 */
void record_write(struct text *text, const struct record *record);

/*
 * Reads one line (its line end is optional) into |record|, which is cleared first. Unknown
 * members are skipped, so newer records can be read. 0, or -1 with a fault whose column counts
 * from 1: not an object, another version or kind, a value of the wrong sort or beyond its
 * member's range. Reading what record_write wrote gives the same record, byte for byte.
 */
int record_read(struct bytes line, struct record *record, struct fault *fault);

/* The words of the closed lists: "tag", "refused", "enforce", "shared". */
const char *record_verdict_name(enum record_verdict verdict);
const char *record_coin_name(enum record_coin coin);
const char *record_hold_name(enum record_hold hold);

#endif
