/* Secrets come from where they are kept, whole, and never into a fault. */
#include "config/config.h"

#include "fixture.h"

#include <unistd.h>

static char room[64];
static struct fault fault;

static char *find_variable(const char *name)
{
	static char value[] = "from the environment\n", empty[] = "";

	return strcmp(name, "ID") == 0 ? value : strcmp(name, "EMPTY") == 0 ? empty : NULL;
}

/* Reads a secret file that holds |content|; what was read, or NULL after a fault. */
static const char *read_back(const char *content, size_t len)
{
	static char copy[sizeof(room) + 1];
	char path[] = "/tmp/retort-secret-XXXXXX";
	struct config_secret secret = { .file = path };
	struct text out = text_in(room, sizeof(room));
	int fd = mkstemp(path), result;

	ck_assert_int_eq(write(fd, content, len), (ssize_t)len);
	close(fd);
	result = config_secret_read(&secret, find_variable, &out, &fault);
	unlink(path);
	snprintf(copy, sizeof(copy), "%.*s", (int)out.len, out.at);
	return result ? NULL : copy;
}

START_TEST(a_file_gives_its_bytes_without_the_last_line_end)
{
	ck_assert_str_eq(read_back("hunter2", 7), "hunter2");
	ck_assert_str_eq(read_back("hunter2\n", 8), "hunter2");
	ck_assert_str_eq(read_back("hunter2\r\n", 9), "hunter2");
	ck_assert_str_eq(read_back("hunter2\n\n", 9), "hunter2\n");
}
END_TEST

START_TEST(an_empty_a_missing_and_an_endless_file_are_faults)
{
	static const char endless[100] = "hunter2";
	struct config_secret secret = { .file = "/nowhere/at/all" };
	struct text out = text_in(room, sizeof(room));

	ck_assert_ptr_null(read_back("", 0));
	ck_assert_ptr_null(read_back("\n", 1));
	ck_assert_ptr_nonnull(strstr(fault.text, "is empty"));
	ck_assert_ptr_null(read_back(endless, sizeof(endless)));
	ck_assert_ptr_nonnull(strstr(fault.text, "too long"));
	ck_assert_ptr_null(strstr(fault.text, "hunter2"));
	ck_assert_int_eq(config_secret_read(&secret, find_variable, &out, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "/nowhere/at/all: No such file"));
	ck_assert_ptr_nonnull(
	    read_back("0123456789012345678901234567890123456789012345678901234567890123", 64));
}
END_TEST

START_TEST(a_variable_gives_its_text)
{
	struct config_secret secret = { .env = "ID" };
	struct text out = text_in(room, sizeof(room));

	ck_assert_int_eq(config_secret_read(&secret, find_variable, &out, &fault), 0);
	ck_assert(bytes_equal(text_bytes(&out), BYTES("from the environment")));
	secret.env = "OTHER";
	ck_assert_int_eq(config_secret_read(&secret, find_variable, &out, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "OTHER is not set"));
	secret.env = "EMPTY";
	ck_assert_int_eq(config_secret_read(&secret, find_variable, &out, &fault), -1);
	secret.env = NULL;
	ck_assert_int_eq(config_secret_read(&secret, find_variable, &out, &fault), -1);
	ck_assert_str_eq(fault.text, "no secret is named");
}
END_TEST

UNIT_MAIN("config_secret", a_file_gives_its_bytes_without_the_last_line_end,
    an_empty_a_missing_and_an_endless_file_are_faults, a_variable_gives_its_text)
