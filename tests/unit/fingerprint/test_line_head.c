/* The look before the labels: every path finds the same lines, and none is missed. */
#include "fingerprint/line_head.h"

#include "base/bytes.h"
#include "fingerprint/environment.h"
#include "unit.h"

#include <stdlib.h>

static const char *const words[] = { "the current ", "current_", "Working ", "shell:", "\n",
	"\n", " ", "  ", "- ", "# ", "<", "cwd", "the ", "shell", "step", "x", "Plat", "OS",
	"WO", "\xC3\xA9", "\x8A", "?? ", "\t", "e", "is", "c" };

/* The text stands at the end of its own memory: a read beyond shows under the sanitizer. */
static void compare(const char *(*fn)(const char *at, const char *end))
{
	uint32_t seed = 5;
	char in[400];

	for (int round = 0; round < 40000; round++) {
		size_t most = (unsigned)round % 300, len = 0;
		const char *slow, *fast;
		char *exact;

		while (len < most) {
			const char *word;

			seed = seed * 1664525 + 1013904223;
			word = words[(seed >> 16) % (sizeof(words) / sizeof(*words))];
			if (round % 3 == 0 && (seed >> 8) % 8)
				word = "zq ";
			memcpy(in + len, word, strlen(word));
			len += strlen(word);
		}
		exact = malloc(len + 1);
		memcpy(exact + 1, in, len);
		slow = line_head_portable(exact + 1, exact + 1 + len);
		fast = fn(exact + 1, exact + 1 + len);
		if (slow != fast)
			ck_abort_msg("round %d: %td, not %td of %zu", round,
			    fast ? fast - exact : -1, slow ? slow - exact : -1, len);
		free(exact);
	}
}

START_TEST(every_path_finds_the_same)
{
	compare(line_head_find);
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512vbmi"))
		compare(line_head_vbmi);
#endif
}
END_TEST

START_TEST(no_label_is_missed)
{
	static const char *const labels[] = { "Current working directory:",
		"Current Working Directory (",
		"Current workspace directory:", "current workspace directory (",
		"Current directory:", "cwd>", "CWD:", "Current date:", "current_date>",
		"Default shell:", "Git remote:", "Git repo:", "Home directory:",
		"I'm currently working in the directory:", "Is directory a git repo:",
		"My operating system is:", "OS version:", "Operating system:", "Platform:",
		"Primary working directory:", "Repository:", "Repository name:", "Shell:",
		"shell>", "The current working directory is",
		"The absolute path of the user's workspace is", "The user's OS version is",
		"The user's current OS is:", "Today's date:", "Today's date is",
		"The current date is",
		"Working directory:", "Workspace path:", "Workspace root:", "TODAY'S DATE IS" };

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		char text[400] = "z\n  - ";
		struct bytes value, label = bytes_of_text(labels[i]);

		ck_assert_int_ne(environment_kind_of(label, &value), ENVIRONMENT_NONE);
		for (size_t place = 0; place < 200; place++) {
			char *at = text + place + 6;

			memset(text, 'z', place);
			memcpy(text + place, "z\n  - ", 6);
			memcpy(at, label.at, label.len);
			ck_assert_ptr_eq(line_head_find(text, at + label.len), at);
			ck_assert_ptr_eq(line_head_portable(text, at + label.len), at);
		}
	}
}
END_TEST

START_TEST(a_line_that_may_go_on_to_be_one_is_found)
{
	const char *text = "step\n- t";

	ck_assert_ptr_eq(line_head_find(text, text + 8), text + 7);
	ck_assert_ptr_eq(line_head_find(text, text + 7), text + 7);
	ck_assert_ptr_eq(line_head_find(text, text + 5), text + 5);
	ck_assert_ptr_null(line_head_find(text, text + 4));
	ck_assert_ptr_eq(line_head_find(text, text), text);
}
END_TEST

START_TEST(most_lines_that_begin_like_a_label_are_passed_over)
{
	const char *text =
	    "The still model\n- how it works\n  Working\nshe said and went home\n";

	ck_assert_ptr_eq(line_head_find(text, text + strlen(text)), text + strlen(text));
	ck_assert_ptr_null(line_head_find(text, text + strlen(text) - 1));
}
END_TEST

UNIT_MAIN("line_head", every_path_finds_the_same, no_label_is_missed,
    a_line_that_may_go_on_to_be_one_is_found,
    most_lines_that_begin_like_a_label_are_passed_over)
