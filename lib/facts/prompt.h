#ifndef FACTS_PROMPT_H
#define FACTS_PROMPT_H

#include "facts/dialect.h"

#include <stdbool.h>
#include <stdint.h>

/* How much of the body the facts rest on. */
enum prompt_state {
	PROMPT_ABSENT,    /* no body, or a call that carries no prompt */
	PROMPT_WHOLE,     /* read to its end */
	PROMPT_TRUNCATED, /* only a prefix was read: |why|; what stands here is true of the
			     prefix */
	PROMPT_OPAQUE,    /* not read, or given up: |why|; nothing below stands */
	PROMPT_MALFORMED, /* not what it claims to be: |why|; what stands here came before */
	PROMPT_STATE_COUNT
};

/* Why a state is not WHOLE; one metric label each. */
enum prompt_why {
	PROMPT_WHY_NONE,
	PROMPT_WHY_BODY_LIMIT,      /* inspect.body_limit reached */
	PROMPT_WHY_DECODED_LIMIT,   /* inspect.decoded_limit reached, or a bomb's ratio */
	PROMPT_WHY_ENDED_EARLY,     /* the body ended inside a value, or its sender went away */
	PROMPT_WHY_UNKNOWN_CODING,  /* a Content-Encoding nobody here reads */
	PROMPT_WHY_BAD_CODING,      /* the coded bytes are not that coding */
	PROMPT_WHY_UNKNOWN_DIALECT, /* no dialect reads this */
	PROMPT_WHY_NOT_JSON,        /* a structural or literal fault, NaN, trailing bytes */
	PROMPT_WHY_BAD_UTF8,
	PROMPT_WHY_BAD_ESCAPE, /* an unknown escape or a lone surrogate */
	PROMPT_WHY_TOO_DEEP,
	PROMPT_WHY_TOO_LONG,   /* a name or number beyond its limit */
	PROMPT_WHY_DUPLICATE,  /* a second `messages` (or its like): two readers could differ */
	PROMPT_WHY_NO_MEMORY,  /* the exchange's arena was full */
	PROMPT_WHY_HELD_LIMIT, /* inspect.held_limit: too much was held already */
	PROMPT_WHY_COUNT
};

/* What a request asks for, as bits of |elicitation|; conf/elicitation.txt names the phrases. */
enum prompt_elicitation {
	PROMPT_ELICIT_REASONING = 1 << 0, /* think step by step and show it */
	PROMPT_ELICIT_RESTATE = 1 << 1,   /* restate, repeat or translate your reasoning */
	PROMPT_ELICIT_RUBRIC = 1 << 2,    /* grade this by a rubric, be the judge */
	PROMPT_ELICIT_TAGS = 1 << 3,      /* put the reasoning between these tags */
	PROMPT_ELICIT_SYNTHESIS =
	    1 << 4, /* come up with N diverse tasks, instructions, samples */
	PROMPT_ELICIT_VERBATIM =
	    1 << 5 /* print your instructions or system prompt word by word */
};

enum prompt_flag {
	PROMPT_STREAM = 1 << 0,
	PROMPT_LOGPROBS = 1 << 1,     /* log probabilities of the answer were asked for */
	PROMPT_THINKING = 1 << 2,     /* reasoning or thinking switched on or given an effort */
	PROMPT_STRUCTURED = 1 << 3,   /* a schema or JSON mode for the answer */
	PROMPT_SINGLE_TURN = 1 << 4,  /* one user turn, no assistant turn, no tool result */
	PROMPT_LARGE_OUTPUT = 1 << 5, /* max_tokens ≥ 4096 */
	PROMPT_MANY_SAMPLES = 1 << 6, /* n, best_of or candidateCount > 1 */
	PROMPT_BATCH = 1 << 7 /* several requests in one body; the facts are the first's */
};

#define PROMPT_BANDS      8
#define PROMPT_EARLIER    8
#define PROMPT_SIGNATURES 4
#define PROMPT_UNSET      UINT16_MAX /* of temperature_milli and top_p_milli */

/*
 * What a request asks for, without a word of it: keyed hashes (0: absent) and numbers. Made by
 * api/prompt_reader.h, travels by value through the ring, may be copied freely. Counts and
 * lengths stop at their type's maximum.
 */
struct prompt_facts {
	uint8_t state, why, dialect;               /* enum prompt_state, prompt_why, dialect */
	uint8_t elicitation;                       /* bits of enum prompt_elicitation */
	uint8_t flags;                             /* bits of enum prompt_flag */
	uint8_t earlier_count, signature_count, n; /* n: samples asked for, 1 when unsaid */
	uint16_t messages, user_turns, assistant_turns, tool_results, images, tools;
	uint16_t temperature_milli, top_p_milli;
	uint32_t max_tokens; /* 0: unsaid */
	uint32_t body_bytes; /* decoded bytes read */
	uint32_t system_bytes, user_bytes,
	    text_bytes;              /* of text: system, last user turn, all */
	uint32_t conversation_bytes; /* of text in the chain: all but the system's */
	uint64_t model;              /* HASH_MODEL of its name */
	uint64_t system;             /* of the whole system text */
	uint64_t toolset;            /* of the tools' names, in order */
	uint64_t environment;        /* of the environment lines agents write */
	uint64_t payload;            /* of the last user turn, when it has ≥ 64 bytes */
	/* The last user turn's template. |skeleton| is equal only for equal skeletons; two
	 * texts of one template probably share a band; |head| and |tail| are its first and last
	 * words. */
	uint64_t skeleton, head, tail;
	uint64_t bands[PROMPT_BANDS]; /* all 0 when there are too few words */
	/* The conversation up to the reply now due, and at the points where replies were due
	 * before, newest first: a request extends another if the other's |conversation| is
	 * among its |earlier|. */
	uint64_t conversation, earlier[PROMPT_EARLIER];
	uint64_t signatures[PROMPT_SIGNATURES]; /* of signed thinking blocks, newest first */
};
_Static_assert(
    sizeof(struct prompt_facts) <= 320, "it travels through a ring, once an exchange");

/* The short names used in records and metric labels: "truncated", "body-limit". */
const char *prompt_state_name(enum prompt_state state);
const char *prompt_why_name(enum prompt_why why);

/* The names of the bits of |elicitation| and |flags|, lowest first; NULL beyond the last. */
const char *prompt_elicitation_name(unsigned bit);
const char *prompt_flag_name(unsigned bit);

#endif
