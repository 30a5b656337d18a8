/* Claimed clients: captured User-Agents, published ones, and those nobody knows. */
#include "fingerprint/client_claim.h"

#include "unit.h"
#include "vectors.h"

static enum client_claim claim_of(const char *agent)
{
	struct client_claim_headers headers = { .user_agent = bytes_of_text(agent) };

	return client_claim_of(&headers);
}

START_TEST(captured_clients_are_known_by_their_headers)
{
	static const struct {
		const char *client, *word;
	} expected[] = {
		{ "openai-node", "openai-node" },
		{ "anthropic-typescript", "anthropic-typescript" },
		{ "google-genai", "google-genai" },
		{ "axios", "axios" },
		{ "undici", "absent" },
		{ "node-global-fetch", "node-fetch" },
		{ "node-fetch", "node-fetch" },
		{ "got", "got" },
		{ "curl", "curl" },
		{ "wget", "wget" },
		{ "python-requests", "python-requests" },
		{ "httpx", "python-httpx" },
		{ "aiohttp", "python-aiohttp" },
		{ "urllib", "python-urllib" },
		{ "java-httpclient", "java-http" },
		{ "java-urlconnection", "java-http" },
	};
	struct bytes file = vectors_load(VECTOR_PATH("http_requests.jsonl")), rest = file;
	int count = 0;

	while (rest.len) {
		struct bytes line = bytes_split(&rest, '\n');
		struct client_claim_headers headers = { vectors_string(line, "user_agent"),
			vectors_string(line, "api_client"),
			vectors_string(line, "stainless_lang") };
		enum client_claim claim = client_claim_of(&headers);
		struct bytes client = vectors_string(line, "client");

		for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
			if (bytes_equal(client, bytes_of_text(expected[i].client))) {
				ck_assert_str_eq(client_claim_word(claim), expected[i].word);
				count++;
			}
		ck_assert(!client_claim_contradicts(claim, headers.stainless_lang));
	}
	ck_assert_int_eq(count, 30);
	vectors_free(file);
}
END_TEST

START_TEST(published_user_agents_are_known)
{
	static const struct {
		const char *agent;
		enum client_claim claim;
	} rows[] = {
		{ "OpenAI/Python 1.99.1", CLIENT_CLAIM_OPENAI_PYTHON },
		{ "AsyncOpenAI/Python 1.99.1", CLIENT_CLAIM_OPENAI_PYTHON },
		{ "OpenAI/Go 1.12.0", CLIENT_CLAIM_OPENAI_GO },
		{ "OpenAI/.NET", CLIENT_CLAIM_OPENAI_OTHER },
		{ "Anthropic/Python 0.64.0", CLIENT_CLAIM_ANTHROPIC_PYTHON },
		{ "claude-cli/2.0.14 (external, cli)", CLIENT_CLAIM_CLAUDE_CLI },
		{ "codex_cli_rs/0.46.0 (Ubuntu 22.4.0; x86_64) xterm-256color",
		    CLIENT_CLAIM_CODEX },
		{ "codex_vscode/0.5.2", CLIENT_CLAIM_CODEX },
		{ "GeminiCLI/0.34.0/gemini-2.5-pro (darwin; arm64; terminal)",
		    CLIENT_CLAIM_GEMINI_CLI },
		{ "litellm/1.74.0", CLIENT_CLAIM_LITELLM },
		{ "ai/5.0.1 ai-sdk/provider-utils/3.0.0 runtime/node.js/22",
		    CLIENT_CLAIM_VERCEL_AI },
		{ "Go-http-client/2.0", CLIENT_CLAIM_GO_HTTP },
		{ "okhttp/4.12.0", CLIENT_CLAIM_OKHTTP },
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		    CLIENT_CLAIM_FIREFOX },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
		  "Gecko) Chrome/131.0.0.0 Safari/537.36",
		    CLIENT_CLAIM_CHROME },
		{ "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) "
		  "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
		    CLIENT_CLAIM_EDGE },
		{ "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		  "Version/17.4 Safari/605.1.15",
		    CLIENT_CLAIM_SAFARI },
		{ "Mozilla/5.0 (Macintosh) AppleWebKit/537.36 (KHTML, like Gecko) Cursor/0.45 "
		  "Chrome/128.0 Electron/32.2 Safari/537.36",
		    CLIENT_CLAIM_CURSOR },
		{ "Mozilla/5.0", CLIENT_CLAIM_BROWSER_OTHER },
		{ "", CLIENT_CLAIM_ABSENT },
		{ "x", CLIENT_CLAIM_UNKNOWN },
		{ "OpenAI", CLIENT_CLAIM_UNKNOWN },
		{ "my-app/1.0 OpenAI/Python", CLIENT_CLAIM_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(claim_of(rows[i].agent) == rows[i].claim, "%s", rows[i].agent);
}
END_TEST

START_TEST(sdk_headers_speak_where_the_user_agent_does_not)
{
	struct client_claim_headers headers = { BYTES("my-app/1.0"), BYTES(""),
		BYTES("python") };

	ck_assert_int_eq(client_claim_of(&headers), CLIENT_CLAIM_STAINLESS_OTHER);
	headers.user_agent = BYTES("python-httpx/0.27");
	ck_assert_int_eq(client_claim_of(&headers), CLIENT_CLAIM_STAINLESS_OTHER);
	headers.user_agent = BYTES("OpenAI/Python 1.0");
	ck_assert_int_eq(client_claim_of(&headers), CLIENT_CLAIM_OPENAI_PYTHON);
	headers.user_agent = BYTES("curl/8.0");
	ck_assert_int_eq(client_claim_of(&headers), CLIENT_CLAIM_CURL);
	headers = (struct client_claim_headers){ BYTES("node"),
		BYTES("google-genai-sdk/1.41.0 gl-node/v22.19.0"), BYTES("") };
	ck_assert_int_eq(client_claim_of(&headers), CLIENT_CLAIM_GOOGLE_GENAI);
}
END_TEST

START_TEST(a_language_that_is_not_the_familys_contradicts_it)
{
	ck_assert(client_claim_contradicts(CLIENT_CLAIM_OPENAI_PYTHON, BYTES("js")));
	ck_assert(!client_claim_contradicts(CLIENT_CLAIM_OPENAI_PYTHON, BYTES("python")));
	ck_assert(!client_claim_contradicts(CLIENT_CLAIM_OPENAI_PYTHON, BYTES("")));
	ck_assert(!client_claim_contradicts(CLIENT_CLAIM_CURL, BYTES("js")));
}
END_TEST

START_TEST(every_family_has_its_own_word_and_agents_are_marked)
{
	for (enum client_claim claim = 0; claim < CLIENT_CLAIM_COUNT; claim++)
		ck_assert_int_eq(
		    client_claim_from_word(bytes_of_text(client_claim_word(claim))), claim);
	ck_assert_int_eq(client_claim_from_word(BYTES("nobody")), CLIENT_CLAIM_COUNT);
	ck_assert(client_claim_is_agent(CLIENT_CLAIM_CODEX));
	ck_assert(!client_claim_is_agent(CLIENT_CLAIM_OPENAI_PYTHON));
}
END_TEST

UNIT_MAIN("client_claim", captured_clients_are_known_by_their_headers,
    published_user_agents_are_known, sdk_headers_speak_where_the_user_agent_does_not,
    a_language_that_is_not_the_familys_contradicts_it,
    every_family_has_its_own_word_and_agents_are_marked)
