/*
 * Bodies for the benches: made, not captured, so that every size and density of escapes is
 * known.
 */
#include "../bodies.h"

#include "base/xalloc.h"

static const char *const prose[] = {
	"The quarterly report shows that revenue in the northern region grew by 14 percent, "
	"while "
	"costs for logistics stayed flat.\\n",
	"Please compare the two proposals below and say which of them a small team could carry "
	"out "
	"within six weeks.\\n\\n",
	"As the reviewer wrote: \\\"the argument holds, but the second experiment lacks a "
	"control\\\", and the authors agreed in their reply.\\n",
	"Each node keeps a log of its own decisions; when the leader fails, the longest log "
	"among "
	"a majority decides what has been agreed.\\n",
	"Give the answer first, then the reasons for it in order of their weight, and end with "
	"what would change your mind.\\n",
};

static const char *const code[] = {
	"\\tfor (size_t i = 0; i < count; i++) {\\n",
	"\\t\\tif (!strcmp(names[i], \\\"content-type\\\"))\\n\\t\\t\\treturn "
	"values[i];\\n\\t}\\n",
	"   142\\tstatic int parse_number(const char *at, const char *end, long *value)\\n",
	"def load(path: str) -> dict:\\n    with open(path, \\\"rb\\\") as file:\\n        "
	"return "
	"json.load(file)\\n",
	"src/engine/table.c:88: warning: unused variable 'row' [-Wunused-variable]\\n",
	"+\\tassert(table->count <= table->room);\\n-\\ttable->count++;\\n",
};

static void add_lines(struct text *body, const char *const *lines, size_t count, size_t bytes)
{
	static unsigned turn;

	for (size_t end = body->len + bytes; body->len < end;)
		text_add(body, bytes_of_text(lines[turn++ % count]));
}

static void add_message(struct text *body, const char *role, size_t bytes)
{
	text_add_format(body, "{\"role\":\"%s\",\"content\":\"", role);
	add_lines(body, prose, 5, bytes);
	text_add(body, BYTES("\"},"));
}

struct bytes bodies_chat(size_t bytes)
{
	struct text body = text_in(xalloc(bytes * 2 + 4096), bytes * 2 + 4096);

	text_add(
	    &body, BYTES("{\"model\":\"gpt-4o-mini\",\"temperature\":0.7,\"max_tokens\":1024,"
			 "\"stream\":true,\"messages\":["));
	add_message(&body, "system", bytes / 8);
	add_message(&body, "user", bytes / 8);
	add_message(&body, "assistant", bytes / 4);
	add_message(&body, "user", bytes * 5 / 11);
	body.len--;
	text_add(&body, BYTES("]}"));
	return text_bytes(&body);
}

/* Words as people type them: a line break, a quote, code and an accent every few of them. */
static const char *const talk[] = { "the", "still", "model", "answers", "a", "question",
	"about", "queues", "and", "explains\\n", "how", "`retry()`", "works", "in",
	"\\\"production\\\"", "step", "by", "step,", "with", "numbers:", "42", "of", "128.",
	"caf\xc3\xa9" };

struct bytes bodies_talk(size_t bytes)
{
	struct text body = text_in(xalloc(bytes + 4096), bytes + 4096);
	uint64_t seed = 1;

	text_add(&body, BYTES("{\"model\":\"mock-large\",\"max_tokens\":1024,\"messages\":["));
	for (int turn = 0; body.len < bytes; turn++) {
		size_t end = body.len + 1500 < bytes ? body.len + 1500 : bytes;

		text_add_format(&body, "%s{\"role\":\"%s\",\"content\":\"", turn ? "," : "",
		    turn % 2 ? "assistant" : "user");
		while (body.len < end) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text_add(&body, bytes_of_text(talk[(seed >> 33) % 24]));
			text_add_char(&body, ' ');
		}
		text_add(&body, BYTES("\"}"));
	}
	text_add(&body, BYTES("]}"));
	return text_bytes(&body);
}

static void add_tools(struct text *body)
{
	for (int i = 0; i < 16; i++)
		text_add_format(body,
		    "%s{\"name\":\"tool_%d\",\"description\":\"Reads a file from the local "
		    "disk "
		    "and returns it with line numbers.\",\"input_schema\":{\"type\":\"object\","
		    "\"properties\":{\"file_path\":{\"type\":\"string\",\"description\":\"The "
		    "absolute path\"},\"limit\":{\"type\":\"number\"}},\"required\":["
		    "\"file_path\"],\"additionalProperties\":false}}",
		    i ? "," : "", i);
}

struct bytes bodies_agent(size_t bytes)
{
	struct text body = text_in(xalloc(bytes * 2 + 65536), bytes * 2 + 65536);

	text_add(
	    &body, BYTES("{\"model\":\"claude-sonnet-4\",\"max_tokens\":32000,\"stream\":true,"
			 "\"tools\":["));
	add_tools(&body);
	text_add(&body, BYTES("],\"system\":[{\"type\":\"text\",\"text\":\""));
	add_lines(&body, prose, 5, 12000);
	text_add(&body,
	    BYTES("<env>\\nWorking directory: /home/dev/shop\\nIs directory a git repo: "
		  "Yes\\nPlatform: linux\\nToday's date: 2025-11-03\\n</env>\","
		  "\"cache_control\":{\"type\":\"ephemeral\"}}],\"messages\":["
		  "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Find out why "
		  "the checkout test fails, and mend it.\"}]}"));
	for (int i = 0; body.len + 3000 < bytes; i++) {
		text_add_format(&body,
		    ",{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"I "
		    "will "
		    "look at the "
		    "file.\"},{\"type\":\"tool_use\",\"id\":\"toolu_%08d\",\"name\":"
		    "\"tool_3\",\"input\":{\"file_path\":\"/home/dev/shop/src/table.c\","
		    "\"limit\":%d}}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_"
		    "result\","
		    "\"tool_use_id\":\"toolu_%08d\",\"content\":\"",
		    i, i * 20, i);
		add_lines(&body, code, 6, 2800);
		text_add(&body, BYTES("\"}]}"));
	}
	text_add(&body, BYTES("]}"));
	return text_bytes(&body);
}
