/*
 * Families of clients by what they call themselves. Trust: all of it is the client's word; it
 * is compared with other facts and never by itself a reason for anything.
 */
#include "fingerprint/client_claim.h"

#define AGENT_MOST 512 /* of a browser's User-Agent that is searched */

static const struct {
	const char *word;
	bool is_agent;
} families[CLIENT_CLAIM_COUNT] = {
#define CLIENT_CLAIM(name, word, is_agent) [CLIENT_CLAIM_##name] = { word, is_agent },
#include "fingerprint/client_claim.def"
#undef CLIENT_CLAIM
};

struct row {
	struct bytes head;
	enum client_claim claim;
};

/* How User-Agents begin, without regard to case; the first row that fits counts. */
static const struct row agents[] = {
	{ BYTES("OpenAI/Python"), CLIENT_CLAIM_OPENAI_PYTHON },
	{ BYTES("AsyncOpenAI/Python"), CLIENT_CLAIM_OPENAI_PYTHON },
	{ BYTES("AzureOpenAI/Python"), CLIENT_CLAIM_OPENAI_PYTHON },
	{ BYTES("AsyncAzureOpenAI/Python"), CLIENT_CLAIM_OPENAI_PYTHON },
	{ BYTES("OpenAI/JS"), CLIENT_CLAIM_OPENAI_NODE },
	{ BYTES("AzureOpenAI/JS"), CLIENT_CLAIM_OPENAI_NODE },
	{ BYTES("OpenAI/Go"), CLIENT_CLAIM_OPENAI_GO },
	{ BYTES("OpenAI/Java"), CLIENT_CLAIM_OPENAI_JAVA },
	{ BYTES("OpenAI/"), CLIENT_CLAIM_OPENAI_OTHER },
	{ BYTES("Anthropic/Python"), CLIENT_CLAIM_ANTHROPIC_PYTHON },
	{ BYTES("AsyncAnthropic/Python"), CLIENT_CLAIM_ANTHROPIC_PYTHON },
	{ BYTES("AnthropicBedrock/Python"), CLIENT_CLAIM_ANTHROPIC_PYTHON },
	{ BYTES("AsyncAnthropicBedrock/Python"), CLIENT_CLAIM_ANTHROPIC_PYTHON },
	{ BYTES("Anthropic/JS"), CLIENT_CLAIM_ANTHROPIC_TYPESCRIPT },
	{ BYTES("Anthropic/Go"), CLIENT_CLAIM_ANTHROPIC_GO },
	{ BYTES("Anthropic/Java"), CLIENT_CLAIM_ANTHROPIC_JAVA },
	{ BYTES("Anthropic/"), CLIENT_CLAIM_ANTHROPIC_OTHER },
	{ BYTES("google-genai-sdk/"), CLIENT_CLAIM_GOOGLE_GENAI },
	{ BYTES("litellm"), CLIENT_CLAIM_LITELLM },
	{ BYTES("langchain"), CLIENT_CLAIM_LANGCHAIN },
	{ BYTES("ai-sdk/"), CLIENT_CLAIM_VERCEL_AI },
	{ BYTES("ai/"), CLIENT_CLAIM_VERCEL_AI },
	{ BYTES("claude-cli/"), CLIENT_CLAIM_CLAUDE_CLI },
	{ BYTES("claude-code/"), CLIENT_CLAIM_CLAUDE_CLI },
	{ BYTES("codex_"), CLIENT_CLAIM_CODEX },
	{ BYTES("codex-"), CLIENT_CLAIM_CODEX },
	{ BYTES("Codex Desktop"), CLIENT_CLAIM_CODEX },
	{ BYTES("GeminiCLI"), CLIENT_CLAIM_GEMINI_CLI },
	{ BYTES("Cursor/"), CLIENT_CLAIM_CURSOR },
	{ BYTES("aider"), CLIENT_CLAIM_AIDER },
	{ BYTES("GitHubCopilot"), CLIENT_CLAIM_COPILOT },
	{ BYTES("Cline"), CLIENT_CLAIM_CLINE },
	{ BYTES("RooCode"), CLIENT_CLAIM_ROO_CODE },
	{ BYTES("opencode"), CLIENT_CLAIM_OPENCODE },
	{ BYTES("Zed/"), CLIENT_CLAIM_ZED },
	{ BYTES("QwenCode"), CLIENT_CLAIM_QWEN_CODE },
	{ BYTES("KimiCLI"), CLIENT_CLAIM_KIMI_CLI },
	{ BYTES("curl/"), CLIENT_CLAIM_CURL },
	{ BYTES("Wget/"), CLIENT_CLAIM_WGET },
	{ BYTES("python-requests/"), CLIENT_CLAIM_PYTHON_REQUESTS },
	{ BYTES("python-httpx/"), CLIENT_CLAIM_PYTHON_HTTPX },
	{ BYTES("Python/"), CLIENT_CLAIM_PYTHON_AIOHTTP },
	{ BYTES("aiohttp/"), CLIENT_CLAIM_PYTHON_AIOHTTP },
	{ BYTES("Python-urllib/"), CLIENT_CLAIM_PYTHON_URLLIB },
	{ BYTES("python-urllib3/"), CLIENT_CLAIM_PYTHON_URLLIB },
	{ BYTES("Go-http-client/"), CLIENT_CLAIM_GO_HTTP },
	{ BYTES("axios/"), CLIENT_CLAIM_AXIOS },
	{ BYTES("node"), CLIENT_CLAIM_NODE_FETCH },
	{ BYTES("undici"), CLIENT_CLAIM_NODE_FETCH },
	{ BYTES("got "), CLIENT_CLAIM_GOT },
	{ BYTES("Deno/"), CLIENT_CLAIM_DENO },
	{ BYTES("Bun/"), CLIENT_CLAIM_BUN },
	{ BYTES("okhttp/"), CLIENT_CLAIM_OKHTTP },
	{ BYTES("Java"), CLIENT_CLAIM_JAVA_HTTP },
	{ BYTES("Apache-HttpClient/"), CLIENT_CLAIM_APACHE_HTTP },
	{ BYTES("reqwest/"), CLIENT_CLAIM_RUST_REQWEST },
	{ BYTES("Ruby"), CLIENT_CLAIM_RUBY },
	{ BYTES("Faraday "), CLIENT_CLAIM_RUBY },
	{ BYTES("GuzzleHttp/"), CLIENT_CLAIM_PHP_GUZZLE },
	{ BYTES("PostmanRuntime/"), CLIENT_CLAIM_POSTMAN },
};

/* Inside "Mozilla/5.0 …": editors are Chrome too, Edge is Chrome too, Chrome is Safari too. */
static const struct row browsers[] = {
	{ BYTES("Cursor/"), CLIENT_CLAIM_CURSOR },
	{ BYTES("Edg/"), CLIENT_CLAIM_EDGE },
	{ BYTES("Chrome/"), CLIENT_CLAIM_CHROME },
	{ BYTES("Firefox/"), CLIENT_CLAIM_FIREFOX },
	{ BYTES("Safari/"), CLIENT_CLAIM_SAFARI },
};

/* The word of x-stainless-lang for the families whose language is sure. */
static const struct row languages[] = {
	{ BYTES("python"), CLIENT_CLAIM_OPENAI_PYTHON },
	{ BYTES("python"), CLIENT_CLAIM_ANTHROPIC_PYTHON },
	{ BYTES("js"), CLIENT_CLAIM_OPENAI_NODE },
	{ BYTES("js"), CLIENT_CLAIM_ANTHROPIC_TYPESCRIPT },
	{ BYTES("js"), CLIENT_CLAIM_CLAUDE_CLI },
	{ BYTES("go"), CLIENT_CLAIM_OPENAI_GO },
	{ BYTES("go"), CLIENT_CLAIM_ANTHROPIC_GO },
	{ BYTES("java"), CLIENT_CLAIM_OPENAI_JAVA },
	{ BYTES("java"), CLIENT_CLAIM_ANTHROPIC_JAVA },
};

#define ROWS(table) (sizeof(table) / sizeof(*(table)))

static enum client_claim find_browser(struct bytes agent)
{
	size_t len = agent.len < AGENT_MOST ? agent.len : AGENT_MOST;

	for (size_t i = 0; i < ROWS(browsers); i++)
		if (memmem(agent.at, len, browsers[i].head.at, browsers[i].head.len))
			return browsers[i].claim;
	return CLIENT_CLAIM_BROWSER_OTHER;
}

static enum client_claim find_agent(struct bytes agent)
{
	if (agent.len == 0)
		return CLIENT_CLAIM_ABSENT;
	if (bytes_start_with(agent, BYTES("Mozilla/")))
		return find_browser(agent);
	for (size_t i = 0; i < ROWS(agents); i++)
		if ((agents[i].head.at[0] | 0x20) == (agent.at[0] | 0x20) &&
		    bytes_start_with_nocase(agent, agents[i].head))
			return agents[i].claim;
	return CLIENT_CLAIM_UNKNOWN;
}

/* Whether the family is a library that SDKs stand on, or none at all. */
static bool is_only_library(enum client_claim claim)
{
	switch (claim) {
	case CLIENT_CLAIM_ABSENT:
	case CLIENT_CLAIM_UNKNOWN:
	case CLIENT_CLAIM_PYTHON_REQUESTS:
	case CLIENT_CLAIM_PYTHON_HTTPX:
	case CLIENT_CLAIM_PYTHON_AIOHTTP:
	case CLIENT_CLAIM_GO_HTTP:
	case CLIENT_CLAIM_AXIOS:
	case CLIENT_CLAIM_NODE_FETCH:
	case CLIENT_CLAIM_OKHTTP:
	case CLIENT_CLAIM_JAVA_HTTP:
		return true;
	default:
		return false;
	}
}

enum client_claim client_claim_of(const struct client_claim_headers *headers)
{
	enum client_claim claim = find_agent(headers->user_agent);

	if (!is_only_library(claim))
		return claim;
	if (bytes_start_with(headers->api_client, BYTES("google-genai-sdk/")))
		return CLIENT_CLAIM_GOOGLE_GENAI;
	if (headers->stainless_lang.len)
		return CLIENT_CLAIM_STAINLESS_OTHER;
	return claim;
}

bool client_claim_contradicts(enum client_claim claim, struct bytes stainless_lang)
{
	if (stainless_lang.len == 0)
		return false;
	for (size_t i = 0; i < ROWS(languages); i++)
		if (languages[i].claim == claim)
			return !bytes_equal_nocase(languages[i].head, stainless_lang);
	return false;
}

bool client_claim_is_agent(enum client_claim claim)
{
	return families[claim].is_agent;
}

const char *client_claim_word(enum client_claim claim)
{
	return families[claim].word;
}

enum client_claim client_claim_from_word(struct bytes word)
{
	enum client_claim claim = 0;

	while (claim < CLIENT_CLAIM_COUNT &&
	       !bytes_equal(word, bytes_of_text(families[claim].word)))
		claim++;
	return claim;
}
