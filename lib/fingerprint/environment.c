/*
 * Environment lines. A line is judged once, whole, by how it begins; a line longer than any
 * path is never one. Trust: a client may write what it likes here; the hash only groups, it
 * never convicts.
 */
#include "fingerprint/environment.h"

#include "fingerprint/line_head.h"

#include <endian.h>

struct label {
	char text[48]; /* lower case */
	size_t len;    /* at least 4; 0 ends a list */
	enum environment_kind kind;
};

#define LABEL(text, kind)                                                                      \
	{                                                                                      \
		text, sizeof(text) - 1, kind                                                   \
	}

static const struct label c_labels[] = {
	LABEL("current working directory:", ENVIRONMENT_DIRECTORY),
	LABEL("current working directory (", ENVIRONMENT_DIRECTORY),
	LABEL("current workspace directory:", ENVIRONMENT_DIRECTORY),
	LABEL("current workspace directory (", ENVIRONMENT_DIRECTORY),
	LABEL("current directory:", ENVIRONMENT_DIRECTORY),
	LABEL("cwd>", ENVIRONMENT_DIRECTORY),
	LABEL("cwd:", ENVIRONMENT_DIRECTORY),
	LABEL("current date:", ENVIRONMENT_DATE),
	LABEL("current_date>", ENVIRONMENT_DATE),
	{ .len = 0 },
};

static const struct label d_labels[] = { LABEL("default shell:", ENVIRONMENT_SHELL),
	{ .len = 0 } };

static const struct label g_labels[] = {
	LABEL("git remote:", ENVIRONMENT_REPOSITORY),
	LABEL("git repo:", ENVIRONMENT_REPOSITORY),
	{ .len = 0 },
};

static const struct label h_labels[] = { LABEL("home directory:", ENVIRONMENT_HOME),
	{ .len = 0 } };

static const struct label i_labels[] = {
	LABEL("i'm currently working in the directory:", ENVIRONMENT_DIRECTORY),
	LABEL("is directory a git repo:", ENVIRONMENT_SHELL), /* yes or no: tells little */
	{ .len = 0 },
};

static const struct label m_labels[] = {
	LABEL("my operating system is:", ENVIRONMENT_SYSTEM),
	{ .len = 0 },
};

static const struct label o_labels[] = {
	LABEL("os version:", ENVIRONMENT_SYSTEM),
	LABEL("operating system:", ENVIRONMENT_SYSTEM),
	{ .len = 0 },
};

static const struct label p_labels[] = {
	LABEL("platform:", ENVIRONMENT_SYSTEM),
	LABEL("primary working directory:", ENVIRONMENT_DIRECTORY),
	{ .len = 0 },
};

static const struct label r_labels[] = {
	LABEL("repository:", ENVIRONMENT_REPOSITORY),
	LABEL("repository name:", ENVIRONMENT_REPOSITORY),
	{ .len = 0 },
};

static const struct label s_labels[] = {
	LABEL("shell:", ENVIRONMENT_SHELL),
	LABEL("shell>", ENVIRONMENT_SHELL),
	{ .len = 0 },
};

static const struct label t_labels[] = {
	LABEL("the current working directory is", ENVIRONMENT_DIRECTORY),
	LABEL("the absolute path of the user's workspace is", ENVIRONMENT_DIRECTORY),
	LABEL("the user's os version is",
	    ENVIRONMENT_DIRECTORY), /* the path follows on the line */
	LABEL("the user's current os is:", ENVIRONMENT_SYSTEM),
	LABEL("today's date:", ENVIRONMENT_DATE),
	LABEL("today's date is", ENVIRONMENT_DATE),
	LABEL("the current date is", ENVIRONMENT_DATE),
	{ .len = 0 },
};

static const struct label w_labels[] = {
	LABEL("working directory:", ENVIRONMENT_DIRECTORY),
	LABEL("workspace path:", ENVIRONMENT_DIRECTORY),
	LABEL("workspace root:", ENVIRONMENT_DIRECTORY),
	{ .len = 0 },
};

/* By the first letter's low five bits. */
static const struct label *const labels[32] = {
	['c' & 31] = c_labels,
	['d' & 31] = d_labels,
	['g' & 31] = g_labels,
	['h' & 31] = h_labels,
	['i' & 31] = i_labels,
	['m' & 31] = m_labels,
	['o' & 31] = o_labels,
	['p' & 31] = p_labels,
	['r' & 31] = r_labels,
	['s' & 31] = s_labels,
	['t' & 31] = t_labels,
	['w' & 31] = w_labels,
};

static struct bytes strip_marks(struct bytes line)
{
	while (line.len && line_head_is_mark(line.at[0]))
		line = bytes_of(line.at + 1, line.len - 1);
	return line;
}

/* Up to eight bytes, folded as far as one bit does it: unequal means different. */
static uint64_t first_eight(struct bytes b)
{
	uint64_t eight = 0;

	if (b.len >= sizeof(eight))
		memcpy(&eight, b.at, sizeof(eight));
	else
		memcpy(&eight, b.at, b.len);
	return le64toh(eight) | 0x2020202020202020u;
}

/* Most lines that begin with a label's first two letters have another eighth: "the still" is
 * told from "the current" without a look at each letter. */
static bool begins_with(struct bytes line, uint64_t eight, const struct label *label)
{
	uint64_t other = eight ^ first_eight(bytes_of(label->text, sizeof(label->text)));

	if (label->len < 8)
		other &= ((uint64_t)1 << (8 * label->len)) - 1;
	return !other && bytes_start_with_nocase(line, bytes_of(label->text, label->len));
}

enum environment_kind environment_kind_of(struct bytes line, struct bytes *value)
{
	const struct label *label;
	uint64_t eight;

	line = strip_marks(line);
	if (line.len < 4 || !labels[line.at[0] & 31])
		return ENVIRONMENT_NONE;
	eight = first_eight(line);
	for (label = labels[line.at[0] & 31]; label->len; label++) {
		if (!begins_with(line, eight, label))
			continue;
		*value = bytes_of(line.at + label->len, line.len - label->len);
		return label->kind;
	}
	return ENVIRONMENT_NONE;
}

void environment_init(struct environment *environment)
{
	memset(environment->values, 0, sizeof(environment->values));
	environment->is_text = false;
	environment->held = 0;
}

static uint64_t seal_value(const struct text_digest_keys *keys, struct bytes value)
{
	char squeezed[ENVIRONMENT_LINE + SQUEEZE_SLACK];
	size_t len = squeeze_text(squeezed, value.at, value.len);

	return keyed_hash_of(keys->hash, HASH_ENVIRONMENT, bytes_of(squeezed, len));
}

static bool take_line(
    struct environment *environment, const struct text_digest_keys *keys, struct bytes line)
{
	struct bytes value;
	enum environment_kind kind = environment_kind_of(line, &value);

	if (kind != ENVIRONMENT_NONE && !environment->values[kind])
		environment->values[kind] = seal_value(keys, value);
	return kind != ENVIRONMENT_NONE;
}

/* The held line is whole: an environment line, or text like any other. */
static void end_held(struct environment *environment, struct text_digest *digest)
{
	struct bytes line = bytes_of(environment->line, environment->held);

	if (line.len && !take_line(environment, digest->keys, line))
		text_digest_add(digest, line);
	environment->held = 0;
}

static void hold(struct environment *environment, struct bytes part)
{
	memcpy(environment->line + environment->held, part.at, part.len);
	environment->held += (unsigned)part.len;
}

/* Finishes the line that is held; returns what follows it. */
static struct bytes finish_line(
    struct environment *environment, struct text_digest *digest, struct bytes piece)
{
	const char *cut = memchr(piece.at, '\n', piece.len);
	size_t len = cut ? (size_t)(cut - piece.at) : piece.len;

	if (len > ENVIRONMENT_LINE - environment->held) { /* too long to be one of ours */
		text_digest_add(digest, bytes_of(environment->line, environment->held));
		environment->held = 0;
		environment->is_text = true;
		return piece;
	}
	hold(environment, bytes_of(piece.at, len));
	if (!cut)
		return (struct bytes){ 0 };
	end_held(environment, digest);
	return bytes_of(cut + 1, piece.len - len - 1);
}

/* Where the first line begins that is not yet known to be text. */
static const char *skip_text(struct environment *environment, struct bytes piece)
{
	const char *cut;

	if (!environment->is_text)
		return piece.at;
	cut = memchr(piece.at, '\n', piece.len);
	environment->is_text = !cut;
	return cut ? cut + 1 : piece.at + piece.len;
}

/* Takes the lines from |line| to |end| but the last, unless that is surely text: returns where
 * what is left begins. All but environment lines goes to |digest|, from |kept| on. */
static const char *take_lines(struct environment *environment, struct text_digest *digest,
    const char *kept, const char *line, const char *end)
{
	const char *head, *cut;

	while ((head = line_head_find(line, end))) {
		struct bytes whole;

		line = line_head_begin(line, head);
		cut = memchr(head, '\n', (size_t)(end - head));
		whole = bytes_of(line, (size_t)((cut ? cut : end) - line));
		if (!cut)
			break;
		if (whole.len <= ENVIRONMENT_LINE &&
		    take_line(environment, digest->keys, whole)) {
			text_digest_add(digest, bytes_of(kept, (size_t)(line - kept)));
			kept = cut + 1;
		}
		line = cut + 1;
	}
	environment->is_text = !head || end - line > ENVIRONMENT_LINE;
	line = environment->is_text ? end : line;
	text_digest_add(digest, bytes_of(kept, (size_t)(line - kept)));
	return line;
}

void environment_take(
    struct environment *environment, struct text_digest *digest, struct bytes piece)
{
	const char *end, *line;

	if (piece.len && environment->held)
		piece = finish_line(environment, digest, piece);
	if (piece.len == 0)
		return;
	end = piece.at + piece.len;
	line = skip_text(environment, piece);
	if (environment->is_text)
		text_digest_add(digest, piece);
	else
		line = take_lines(environment, digest, piece.at, line, end);
	hold(environment, bytes_of(line, (size_t)(end - line)));
}

void environment_end_text(struct environment *environment, struct text_digest *digest)
{
	end_held(environment, digest);
	environment->is_text = false;
}

void environment_merge(struct environment *into, const struct environment *from)
{
	for (int i = 0; i < ENVIRONMENT_KIND_COUNT; i++)
		if (!into->values[i])
			into->values[i] = from->values[i];
}

uint64_t environment_seal(
    const struct environment *environment, const struct text_digest_keys *keys)
{
	const uint64_t *values = environment->values;

	if (!values[ENVIRONMENT_DIRECTORY] && !values[ENVIRONMENT_HOME] &&
	    !values[ENVIRONMENT_REPOSITORY])
		return 0;
	return text_digest_join(keys, HASH_ENVIRONMENT, values, ENVIRONMENT_KIND_COUNT);
}
