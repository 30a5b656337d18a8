/* JSON for the admin listener: whatever a text holds, the answer stays one valid value. */
#include "json_out.h"

#include "base/text.h"

#define PIECE_BYTES 128

/* A piece at a time; a piece never splits a UTF-8 sequence. */
static size_t piece_of(struct bytes rest)
{
	size_t len = rest.len < PIECE_BYTES ? rest.len : PIECE_BYTES;

	while (len < rest.len && len > PIECE_BYTES - 4 && (rest.at[len] & 0xc0) == 0x80)
		len--;
	return len;
}

void json_out_text(FILE *out, const char *text)
{
	struct bytes rest = bytes_of_text(text);

	if (!text) {
		fputs("null", out);
		return;
	}
	putc('"', out);
	while (rest.len) {
		char at[PIECE_BYTES * 6 + 2]; /* every byte as \u00xx, and the quotes */
		struct text piece = text_in(at, sizeof(at));
		size_t len = piece_of(rest);

		text_add_json(&piece, bytes_of(rest.at, len));
		fwrite(at + 1, 1, piece.len - 2, out);
		rest = bytes_of(rest.at + len, rest.len - len);
	}
	putc('"', out);
}

void json_out_fault(FILE *out, const struct fault *fault)
{
	char words[FAULT_FILE + FAULT_TEXT + 32];

	json_out_text(out, fault_words(fault, words, sizeof(words)));
}
