#ifndef API_PROMPT_READER_H
#define API_PROMPT_READER_H

#include "base/arena.h"
#include "facts/prompt.h"
#include "fingerprint/prompt_shape.h"

/*
 * From the bytes of a request body, as they pass, to the facts of its prompt: undoes the
 * Content-Encoding on a copy, scans the JSON, reads the dialect's members. Nothing a body holds
 * is an error to its sender: what cannot be read shows in |state| and |why|.
 */
struct prompt_reader;

struct prompt_reader_ask {
	enum dialect dialect;
	struct bytes path;             /* some dialects name the model there */
	struct bytes content_encoding; /* the header's value, empty if absent */
	uint64_t body_limit;           /* inspect.body_limit: coded bytes looked at */
	uint64_t decoded_limit;        /* inspect.decoded_limit */
};

/*
 * A reader in |arena| (some 30 KB there as it goes, and a decoder's memory apart). |kit| must
 * outlive it; |ask| is read here only. NULL when the arena is full; the other calls take that
 * NULL, and the facts then say so. Ends with prompt_reader_finish, in any case.
 */
struct prompt_reader *prompt_reader_new(
    struct arena *arena, const struct prompt_kit *kit, const struct prompt_reader_ask *ask);

/* The next bytes of the body. False once more of them would change nothing. */
bool prompt_reader_take(struct prompt_reader *reader, struct bytes chunk);

/* Nobody waits for the rest, although it comes: the facts are of what was read, for |why|. */
void prompt_reader_leave(struct prompt_reader *reader, enum prompt_why why);

/* What it keeps outside of its arena: the windows of decoders. */
size_t prompt_reader_bytes(const struct prompt_reader *reader);

/* The body ended: whole, or |is_cut| short by its sender. Writes all of |facts| and frees what
 * stands outside the arena; the reader is then dead. */
void prompt_reader_finish(
    struct prompt_reader *reader, bool is_cut, struct prompt_facts *facts);

#endif
