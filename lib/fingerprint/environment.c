/*
 * Environment lines. A line is judged once, whole, by how it begins; a line longer than any
 * path is never one. Trust: a client may write what it likes here; the hash only groups, it
 * never convicts.
 */
#include "fingerprint/environment.h"

struct label {
	const char *text; /* lower case */
	enum environment_kind kind;
};

static const struct label labels[] = {
	{ "working directory:", ENVIRONMENT_DIRECTORY },
	{ "primary working directory:", ENVIRONMENT_DIRECTORY },
	{ "current working directory:", ENVIRONMENT_DIRECTORY },
	{ "current working directory (", ENVIRONMENT_DIRECTORY },
	{ "current workspace directory:", ENVIRONMENT_DIRECTORY },
	{ "current workspace directory (", ENVIRONMENT_DIRECTORY },
	{ "current directory:", ENVIRONMENT_DIRECTORY },
	{ "(current directory:", ENVIRONMENT_DIRECTORY },
	{ "the current working directory is", ENVIRONMENT_DIRECTORY },
	{ "i'm currently working in the directory:", ENVIRONMENT_DIRECTORY },
	{ "workspace path:", ENVIRONMENT_DIRECTORY },
	{ "workspace root:", ENVIRONMENT_DIRECTORY },
	{ "the absolute path of the user's workspace is", ENVIRONMENT_DIRECTORY },
	{ "the user's os version is",
	    ENVIRONMENT_DIRECTORY }, /* Cursor: path on the same line */
	{ "cwd>", ENVIRONMENT_DIRECTORY },
	{ "cwd:", ENVIRONMENT_DIRECTORY },
	{ "home directory:", ENVIRONMENT_HOME },
	{ "repository:", ENVIRONMENT_REPOSITORY },
	{ "repository name:", ENVIRONMENT_REPOSITORY },
	{ "git remote:", ENVIRONMENT_REPOSITORY },
	{ "git repo:", ENVIRONMENT_REPOSITORY },
	{ "is directory a git repo:", ENVIRONMENT_SHELL }, /* yes or no: tells little */
	{ "platform:", ENVIRONMENT_SYSTEM },
	{ "os version:", ENVIRONMENT_SYSTEM },
	{ "operating system:", ENVIRONMENT_SYSTEM },
	{ "my operating system is:", ENVIRONMENT_SYSTEM },
	{ "the user's current os is:", ENVIRONMENT_SYSTEM },
	{ "shell:", ENVIRONMENT_SHELL },
	{ "shell>", ENVIRONMENT_SHELL },
	{ "default shell:", ENVIRONMENT_SHELL },
	{ "today's date:", ENVIRONMENT_DATE },
	{ "today's date is", ENVIRONMENT_DATE },
	{ "current date:", ENVIRONMENT_DATE },
	{ "current_date>", ENVIRONMENT_DATE },
	{ "the current date is", ENVIRONMENT_DATE },
};

/* A bit for each letter, of 'a'..'z' and '(' as bit 31, that a label begins with. */
static uint32_t first_letter_bit(char c)
{
	char folded = (char)(c | 0x20);

	if (folded >= 'a' && folded <= 'z')
		return 1u << (folded - 'a');
	return c == '(' ? 1u << 31 : 0;
}

#define BIT(c) (1u << ((c) - 'a'))
static const uint32_t first_letters = 1u << 31 | BIT('w') | BIT('p') | BIT('c') | BIT('t') |
				      BIT('i') | BIT('h') | BIT('r') | BIT('g') | BIT('o') |
				      BIT('m') | BIT('s') | BIT('d');

/* Without list marks, heading marks, quotes and the '<' of a tag. */
static struct bytes strip_marks(struct bytes line)
{
	while (line.len && memchr(" \t-*#<>", line.at[0], 7))
		line = bytes_of(line.at + 1, line.len - 1);
	return line;
}

enum environment_kind environment_kind_of(struct bytes line, struct bytes *value)
{
	line = strip_marks(line);
	if (line.len == 0 || !(first_letter_bit(line.at[0]) & first_letters))
		return ENVIRONMENT_NONE;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		struct bytes label = bytes_of_text(labels[i].text);

		if ((line.at[0] | 0x20) != (label.at[0] | 0x20) ||
		    !bytes_start_with_nocase(line, label))
			continue;
		*value = bytes_of(line.at + label.len, line.len - label.len);
		return labels[i].kind;
	}
	return ENVIRONMENT_NONE;
}

void environment_init(struct environment *environment)
{
	memset(environment->values, 0, sizeof(environment->values));
	environment->is_long = false;
	environment->held = 0;
}

static bool take_line(
    struct environment *environment, const struct text_digest_keys *keys, struct bytes line)
{
	struct bytes value;
	enum environment_kind kind = environment_kind_of(line, &value);
	char squeezed[ENVIRONMENT_LINE + 8];

	if (kind == ENVIRONMENT_NONE)
		return false;
	value.len = text_digest_squeeze(squeezed, value.at, value.len);
	value.at = squeezed;
	if (!environment->values[kind])
		environment->values[kind] = keyed_hash_of(keys->hash, HASH_ENVIRONMENT, value);
	return true;
}

/* The held line is whole: an environment line, or text like any other. */
static void end_held(struct environment *environment, struct text_digest *digest)
{
	struct bytes line = bytes_of(environment->line, environment->held);

	if (line.len && !take_line(environment, digest->keys, line))
		text_digest_add(digest, line);
	environment->held = 0;
}

/* Holds the piece's last, unfinished line, unless it has grown too long to be one of ours. */
static void hold(struct environment *environment, struct text_digest *digest, struct bytes part)
{
	if (!environment->is_long && part.len <= ENVIRONMENT_LINE - environment->held) {
		memcpy(environment->line + environment->held, part.at, part.len);
		environment->held += (unsigned)part.len;
		return;
	}
	text_digest_add(digest, bytes_of(environment->line, environment->held));
	text_digest_add(digest, part);
	environment->held = 0;
	environment->is_long = true;
}

/* Finishes the line that earlier pieces began; returns what follows it. */
static struct bytes finish_line(
    struct environment *environment, struct text_digest *digest, struct bytes piece)
{
	const char *cut = memchr(piece.at, '\n', piece.len);
	size_t len = cut ? (size_t)(cut - piece.at) : piece.len;

	hold(environment, digest, bytes_of(piece.at, len));
	if (!cut)
		return (struct bytes){ 0 };
	end_held(environment, digest);
	environment->is_long = false;
	return bytes_of(cut + 1, piece.len - len - 1);
}

void environment_take(
    struct environment *environment, struct text_digest *digest, struct bytes piece)
{
	const char *kept, *cut;

	if (piece.len && (environment->held || environment->is_long))
		piece = finish_line(environment, digest, piece);
	kept = piece.at;
	while (piece.len && (cut = memchr(piece.at, '\n', piece.len))) {
		size_t len = (size_t)(cut - piece.at);

		if (len <= ENVIRONMENT_LINE &&
		    take_line(environment, digest->keys, bytes_of(piece.at, len))) {
			text_digest_add(digest, bytes_of(kept, (size_t)(piece.at - kept)));
			kept = cut + 1;
		}
		piece = bytes_of(cut + 1, piece.len - len - 1);
	}
	if (piece.at > kept)
		text_digest_add(digest, bytes_of(kept, (size_t)(piece.at - kept)));
	if (piece.len)
		hold(environment, digest, piece);
}

void environment_end_text(struct environment *environment, struct text_digest *digest)
{
	end_held(environment, digest);
	environment->is_long = false;
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
