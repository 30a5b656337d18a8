/* Commands as bytes, as Redis reads them. */
#include "limit/share_command.h"

#include "unit.h"

static char room[512];
static struct text out;

static void expect(const char *bytes)
{
	ck_assert(!out.is_cut);
	ck_assert_msg(
	    bytes_equal(text_bytes(&out), bytes_of_text(bytes)), "%.*s", (int)out.len, out.at);
}

START_TEST(a_key_names_prefix_id_kind_and_number)
{
	char name[SHARE_KEY_BYTES];

	ck_assert(bytes_equal(
	    share_command_key(name, BYTES("retort:"), 0x1f, SHARE_KEY_WINDOW, 0xabc),
	    BYTES("retort:{000000000000001f}:wabc")));
	ck_assert(bytes_equal(share_command_key(name, BYTES(""), UINT64_MAX, SHARE_KEY_SET, 0),
	    BYTES("{ffffffffffffffff}:s0")));
	ck_assert(bytes_equal(share_command_key(name, BYTES(""), 0, SHARE_KEY_PANE, UINT64_MAX),
	    BYTES("{0000000000000000}:pffffffffffffffff")));
}
END_TEST

START_TEST(a_field_names_node_and_incarnation)
{
	char name[SHARE_FIELD_BYTES];

	ck_assert(bytes_equal(share_command_field(name, 0xab, 0), BYTES("00000000000000ab")));
	ck_assert(bytes_equal(share_command_field(name, UINT64_MAX, UINT32_MAX),
	    BYTES("ffffffffffffffff-ffffffff")));
}
END_TEST

START_TEST(commands_are_arrays_of_strings)
{
	out = text_in(room, sizeof(room));
	share_command_hset(&out, BYTES("k"), BYTES("field"), BYTES("a12"));
	expect("*4\r\n$4\r\nHSET\r\n$1\r\nk\r\n$5\r\nfield\r\n$3\r\na12\r\n");
	out = text_in(room, sizeof(room));
	share_command_pexpire(&out, BYTES("k"), 123456);
	expect("*3\r\n$7\r\nPEXPIRE\r\n$1\r\nk\r\n$6\r\n123456\r\n");
	out = text_in(room, sizeof(room));
	share_command_hgetall(&out, BYTES("key"));
	expect("*2\r\n$7\r\nHGETALL\r\n$3\r\nkey\r\n");
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_as_a_whole)
{
	out = text_in(room, 100);
	share_command_hgetall(&out, BYTES("key"));
	share_command_hset(&out, BYTES("key"), BYTES("field"), BYTES("value"));
	ck_assert(out.is_cut);
	ck_assert_uint_eq(out.len, strlen("*2\r\n$7\r\nHGETALL\r\n$3\r\nkey\r\n"));
}
END_TEST

UNIT_MAIN("share_command", a_key_names_prefix_id_kind_and_number,
    a_field_names_node_and_incarnation, commands_are_arrays_of_strings,
    what_does_not_fit_is_left_out_as_a_whole)
