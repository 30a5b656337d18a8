/* What a prompt leaves in memory once its exchange has ended: nothing. */
#include "prompt_rig.h"

#include "base/pool.h"
#include "base/text.h"

#include <stdio.h>
#include <sys/mman.h>
#include <zlib.h>

#define MASK 0x15

/* Two words, masked: the plain words must stand nowhere but
 * where this test puts them. */
static const unsigned char masked[][20] = {
	{ 'v' ^ MASK, 'i' ^ MASK, 'o' ^ MASK, 'l' ^ MASK, 'e' ^ MASK, 't' ^ MASK, 't' ^ MASK,
	    'e' ^ MASK, 'a' ^ MASK, 'p' ^ MASK, 'o' ^ MASK, 't' ^ MASK },
	{ 'm' ^ MASK, 'a' ^ MASK, 'r' ^ MASK, 'm' ^ MASK, 'a' ^ MASK, 'l' ^ MASK, 'a' ^ MASK,
	    'd' ^ MASK, 'e' ^ MASK, 'k' ^ MASK, 'e' ^ MASK, 'y' ^ MASK },
};

static void unmask(int which, char word[20])
{
	memset(word, 0, 20);
	for (int i = 0; masked[which][i]; i++)
		word[i] = (char)(masked[which][i] ^ MASK);
}

static struct pool encoder_pool = { .ceiling = 1 << 22 };

/* A page of its own for the body, so that it can go away without a trace. */
static struct text open_body(void)
{
	char *at = mmap(
	    NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(at, MAP_FAILED);
	return text_in(at, 1 << 16);
}

static void write_body(struct text *body)
{
	char word[20], key[20];

	unmask(0, word);
	unmask(1, key);
	text_add_format(body, "{\"model\":\"%s\",\"messages\":[", word);
	for (int i = 0; i < 40; i++)
		text_add_format(body,
		    "{\"role\":\"%s\",\"content\":\"Tell me of the %s and %s,\\ncwd: "
		    "/home/%s "
		    "and its \\\"%s\\\"\"},",
		    i % 2 ? "assistant" : "user", word, key, key, word);
	body->len--;
	text_add(body, BYTES("]}"));
	explicit_bzero(word, sizeof(word));
	explicit_bzero(key, sizeof(key));
}

/* The encoder's own memory, wiped with it: only the reader is on trial. */
static void *take_zeroed(void *arg, unsigned items, unsigned size)
{
	(void)arg;
	return pool_take(&encoder_pool, (size_t)items * size);
}

static void give_wiped(void *arg, void *at)
{
	(void)arg;
	pool_give(&encoder_pool, at);
}

static void gzip_body(struct text *body)
{
	struct text coded = open_body();
	z_stream stream = { .next_in = (unsigned char *)body->at,
		.avail_in = (unsigned)body->len,
		.next_out = (unsigned char *)coded.at,
		.avail_out = (unsigned)coded.room,
		.zalloc = take_zeroed,
		.zfree = give_wiped };

	ck_assert_int_eq(deflateInit2(&stream, 0, Z_DEFLATED, 31, 8, 0), Z_OK); /* stored */
	ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	coded.len = coded.room - stream.avail_out;
	munmap(body->at, body->room);
	*body = coded;
}

static struct prompt_facts read_coded(void)
{
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT, .content_encoding = "gzip" };
	struct text body = open_body();
	struct prompt_facts facts;

	write_body(&body);
	gzip_body(&body);
	facts = prompt_rig_read(&rig, text_bytes(&body));
	munmap(body.at, body.room);
	return facts;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* A sanitizer's shadow is terabytes of writable memory, and it watches every read of the
 * search: there, only that the reading itself is sound. */
START_TEST(a_prompt_is_read_under_the_sanitizer)
{
	struct prompt_facts facts = read_coded();

	ck_assert_int_eq(facts.state, PROMPT_WHOLE);
	ck_assert_uint_eq(facts.messages, 40);
}
END_TEST

UNIT_MAIN("prompt_reader_privacy", a_prompt_is_read_under_the_sanitizer)
#else
/* How often |needle| stands in the writable memory of this process beyond the stack. */
static int count_in_memory(const char *needle)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	size_t needle_len = strlen(needle);
	char line[512];
	int count = 0;

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char rights[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3 ||
		    strncmp(rights, "rw", 2) || strstr(line, "[stack"))
			continue;
		for (const char *at = (const char *)from;
		     (at = memmem(at, (size_t)((const char *)to - at), needle, needle_len));
		     at++)
			count++;
	}
	fclose(maps);
	return count;
}

static void check_nothing_is_left(void)
{
	char word[20];

	for (int which = 0; which < 2; which++) {
		unmask(which, word);
		ck_assert_msg(count_in_memory(word) == 0, "word %d is left", which);
		explicit_bzero(word, sizeof(word));
	}
}

START_TEST(the_search_finds_what_is_there)
{
	struct text body = open_body();
	char word[20];

	write_body(&body);
	unmask(0, word);
	ck_assert_int_gt(count_in_memory(word), 40);
	munmap(body.at, body.room);
	ck_assert_int_eq(count_in_memory(word), 0);
}
END_TEST

START_TEST(a_prompt_leaves_nothing_in_memory)
{
	struct prompt_rig rig = { .dialect = DIALECT_OPENAI_CHAT, .step = 100 };
	struct text body = open_body();
	struct prompt_facts facts;

	write_body(&body);
	facts = prompt_rig_read(&rig, text_bytes(&body));
	munmap(body.at, body.room);
	ck_assert_int_eq(facts.state, PROMPT_WHOLE);
	ck_assert_uint_ne(facts.environment, 0);
	check_nothing_is_left();
}
END_TEST

START_TEST(a_coded_prompt_leaves_nothing_in_memory)
{
	struct prompt_facts facts = read_coded();

	ck_assert_int_eq(facts.state, PROMPT_WHOLE);
	check_nothing_is_left();
}
END_TEST

UNIT_MAIN("prompt_reader_privacy", the_search_finds_what_is_there,
    a_prompt_leaves_nothing_in_memory, a_coded_prompt_leaves_nothing_in_memory)
#endif
