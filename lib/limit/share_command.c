/* Commands for the store, as bytes. It never decides what is sent. */
#include "limit/share_command.h"

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

static void add_argument(struct text *out, struct bytes argument)
{
	text_add_char(out, '$');
	text_add_number(out, argument.len);
	text_add(out, BYTES("\r\n"));
	text_add(out, argument);
	text_add(out, BYTES("\r\n"));
}

void share_command_hset(
    struct text *out, struct bytes key, struct bytes field, struct bytes value)
{
	text_add(out, BYTES("*4\r\n$4\r\nHSET\r\n"));
	add_argument(out, key);
	add_argument(out, field);
	add_argument(out, value);
}

void share_command_pexpire(struct text *out, struct bytes key, uint64_t ms)
{
	char number[24];
	struct text digits = text_in(number, sizeof(number));

	text_add_number(&digits, ms);
	text_add(out, BYTES("*3\r\n$7\r\nPEXPIRE\r\n"));
	add_argument(out, key);
	add_argument(out, text_bytes(&digits));
}

void share_command_hgetall(struct text *out, struct bytes key)
{
	text_add(out, BYTES("*2\r\n$7\r\nHGETALL\r\n"));
	add_argument(out, key);
}
