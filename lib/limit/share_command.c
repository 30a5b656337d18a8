/* Commands for the store, as bytes. It never decides what is sent. */
#include "limit/share_command.h"

#define LENGTH_BYTES 24 /* of '$', a length and the line ends */

static size_t hex_digits(uint64_t number)
{
	return number ? (67 - (size_t)__builtin_clzll(number)) / 4 : 1;
}

static size_t write_hex(char *out, uint64_t number, size_t count)
{
	for (size_t i = count; i-- > 0; number >>= 4)
		out[i] = "0123456789abcdef"[number & 15];
	return count;
}

struct bytes share_command_key(char out[SHARE_KEY_BYTES], struct bytes prefix, uint64_t id,
    enum share_key kind, uint64_t number)
{
	char *at = out + prefix.len;

	memcpy(out, prefix.at, prefix.len);
	*at++ = '{';
	at += write_hex(at, id, 16);
	*at++ = '}';
	*at++ = ':';
	*at++ = "wsp"[kind];
	at += write_hex(at, number, hex_digits(number));
	return bytes_of(out, (size_t)(at - out));
}

struct bytes share_command_field(
    char out[SHARE_FIELD_BYTES], uint64_t node, uint32_t incarnation)
{
	size_t len = write_hex(out, node, 16);

	if (incarnation) {
		out[len++] = '-';
		len += write_hex(out + len, incarnation, hex_digits(incarnation));
	}
	return bytes_of(out, len);
}

/* Room for |arguments| of together |bytes|, as an array in RESP; NULL when it is cut. */
static char *begin(struct text *out, size_t bytes, unsigned arguments)
{
	char *at = out->at + out->len;

	if (out->room - out->len < bytes + (arguments + 1) * LENGTH_BYTES) {
		out->is_cut = true;
		return NULL;
	}
	*at++ = '*';
	*at++ = (char)('0' + arguments);
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

static char *put(char *at, struct bytes argument)
{
	char digits[20];
	size_t count = 0, len = argument.len;

	*at++ = '$';
	do
		digits[count++] = (char)('0' + len % 10);
	while (len /= 10);
	while (count > 0)
		*at++ = digits[--count];
	*at++ = '\r';
	*at++ = '\n';
	memcpy(at, argument.at, argument.len);
	at += argument.len;
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

static void end(struct text *out, const char *at)
{
	out->len = (size_t)(at - out->at);
}

void share_command_hset(
    struct text *out, struct bytes key, struct bytes field, struct bytes value)
{
	char *at = begin(out, 4 + key.len + field.len + value.len, 4);

	if (at)
		end(out, put(put(put(put(at, BYTES("HSET")), key), field), value));
}

void share_command_pexpire(struct text *out, struct bytes key, uint64_t ms)
{
	char number[20];
	struct text digits = text_in(number, sizeof(number));
	char *at = begin(out, 7 + key.len + sizeof(number), 3);

	text_add_number(&digits, ms);
	if (at)
		end(out, put(put(put(at, BYTES("PEXPIRE")), key), text_bytes(&digits)));
}

void share_command_hgetall(struct text *out, struct bytes key)
{
	char *at = begin(out, 7 + key.len, 2);

	if (at)
		end(out, put(put(at, BYTES("HGETALL")), key));
}
