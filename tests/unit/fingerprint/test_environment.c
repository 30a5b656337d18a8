/* Environment lines of the coding agents in wide use, each in its own words. */
#include "../api/prompt_rig.h"
#include "base/text.h"

#include <stdio.h>

/* As the agents write them; the machine is invented. */
static const struct {
	const char *agent, *text;
} agents[] = {
	{ "Claude Code, OpenCode",
	    "<env>\\nWorking directory: /home/ada/shop\\nIs directory a git repo: "
	    "Yes\\nPlatform: "
	    "linux\\nOS Version: Linux 6.8.0\\nToday's date: 2025-11-03\\n</env>" },
	{ "Codex", "<environment_context>\\n  <cwd>/home/ada/shop</cwd>\\n  "
		   "<approval_policy>on-request</approval_policy>\\n  <shell>bash</shell>\\n"
		   "</environment_context>" },
	{ "Cursor",
	    "<user_info>\\nOS Version: darwin 24.3.0\\nShell: /bin/zsh\\nWorkspace Path: "
	    "/home/ada/shop\\n</user_info>" },
	{ "Cline, Roo", "SYSTEM INFORMATION\\n\\nOperating System: Linux\\nDefault Shell: "
			"/bin/bash\\nHome Directory: /home/ada\\nCurrent Working Directory: "
			"/home/ada/shop" },
	{ "Gemini CLI", "This is the Gemini CLI. We are setting up the context for our chat.\\n"
			"Today's date is Monday, November 3, 2025.\\nMy operating system is: "
			"linux\\nI'm currently working in the directory: /home/ada/shop" },
	{ "OpenHands", "The current working directory is /home/ada/shop" },
	{ "Aider", "- Platform: Linux-6.8.0-x86_64\\n- Shell: SHELL=/bin/bash\\n- Repository: "
		   "/home/ada/shop" },
};

static struct prompt_facts read_with(const char *system, const char *environment, size_t step)
{
	static char at[8192];
	struct text body = text_in(at, sizeof(at));
	struct prompt_rig rig = { .dialect = DIALECT_ANTHROPIC_MESSAGES, .step = step };

	text_add_format(&body,
	    "{\"system\":\"%s\\n%s\\nBe brief.\",\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"Mend the failing test.\"}]}",
	    system, environment);
	return prompt_rig_read(&rig, text_bytes(&body));
}

/* The text with |ada| for another user of the same length. */
static const char *elsewhere(const char *text)
{
	static char copy[2048];
	char *at;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((at = strstr(copy, "/ada")))
		memcpy(at, "/bob", 4);
	return copy;
}

START_TEST(every_agent_tells_its_machine_and_keeps_its_system_hash)
{
	for (size_t i = 0; i < sizeof(agents) / sizeof(*agents); i++) {
		struct prompt_facts here = read_with("You are an agent.", agents[i].text, 0),
				    there = read_with(
					"You are an agent.", elsewhere(agents[i].text), 0);

		ck_assert_msg(here.environment != 0, "%s", agents[i].agent);
		ck_assert_msg(here.environment != there.environment, "%s", agents[i].agent);
		ck_assert_msg(here.system == there.system, "%s", agents[i].agent);
	}
}
END_TEST

START_TEST(the_split_does_not_matter)
{
	for (size_t i = 0; i < sizeof(agents) / sizeof(*agents); i++) {
		struct prompt_facts whole = read_with("You are an agent.", agents[i].text, 0);

		for (size_t step = 1; step < 30; step++) {
			struct prompt_facts split = read_with(
			    "You are an agent.", agents[i].text, step);

			ck_assert_uint_eq(split.environment, whole.environment);
			ck_assert_uint_eq(split.system, whole.system);
		}
	}
}
END_TEST

START_TEST(a_user_message_may_hold_the_lines)
{
	struct prompt_facts facts = prompt_rig_facts(DIALECT_OPENAI_CHAT,
	    "{\"messages\":[{\"role\":\"user\",\"content\":\"<cwd>/home/ada/shop</cwd>\"},{"
	    "\"role\":\"user\",\"content\":\"Mend the test.\"}]}");

	ck_assert_uint_ne(facts.environment, 0);
	facts = prompt_rig_facts(DIALECT_OPENAI_CHAT,
	    "{\"messages\":[{\"role\":\"assistant\",\"content\":\"cwd: /home/ada/shop\"}]}");
	ck_assert_uint_eq(facts.environment, 0);
}
END_TEST

START_TEST(a_system_alone_names_nobody)
{
	struct prompt_facts facts = read_with(
	    "You are an agent.", "Platform: linux\\nToday's date: 2025-11-03", 0);

	ck_assert_uint_eq(facts.environment, 0);
}
END_TEST

START_TEST(prose_is_not_an_environment)
{
	struct bytes value;

	ck_assert_int_eq(environment_kind_of(BYTES("The platform is linux"), &value), 0);
	ck_assert_int_eq(environment_kind_of(BYTES("working directories: many"), &value), 0);
	ck_assert_int_eq(environment_kind_of(BYTES(""), &value), 0);
	ck_assert_int_eq(environment_kind_of(BYTES("--- ##"), &value), 0);
	ck_assert_int_eq(
	    environment_kind_of(BYTES("  * CWD: /x"), &value), ENVIRONMENT_DIRECTORY);
	ck_assert(bytes_equal(value, BYTES(" /x")));
}
END_TEST

START_TEST(a_line_that_is_too_long_is_text)
{
	static char line[2000];
	struct prompt_facts a, b;

	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "cwd: /", 6);
	a = read_with("You are an agent.", line, 7);
	line[1500] = 'y';
	b = read_with("You are an agent.", line, 50);
	ck_assert_uint_eq(a.environment, 0);
	ck_assert_uint_ne(a.system, b.system);
}
END_TEST

UNIT_MAIN("environment", every_agent_tells_its_machine_and_keeps_its_system_hash,
    the_split_does_not_matter, a_user_message_may_hold_the_lines, a_system_alone_names_nobody,
    prose_is_not_an_environment, a_line_that_is_too_long_is_text)
