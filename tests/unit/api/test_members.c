/* The dialects: one conversation, said in each, gives the same facts. */
#include "prompt_rig.h"

#define SYSTEM "You are a careful assistant for our shop."
#define ASK    "Please find out why the last order of customer 42 was not delivered."
#define CALL   "I will look it up."
#define RESULT "status: returned to sender"

struct sample {
	enum dialect dialect;
	const char *body;
};

/* System, user, assistant with a call, result: sampling set, two tools on offer. */
static const struct sample samples[] = {
	{ DIALECT_OPENAI_CHAT,
	    "{\"model\":\"m\",\"max_completion_tokens\":8192,\"temperature\":0.25,\"top_p\":1,"
	    "\"stream\":true,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"find\","
	    "\"parameters\":{\"type\":\"object\"}}},{\"type\":\"function\",\"function\":{"
	    "\"name\":\"mail\"}}],\"messages\":[{\"role\":\"system\",\"content\":\"" SYSTEM
	    "\"},{\"role\":\"user\",\"content\":\"" ASK
	    "\"},{\"role\":\"assistant\",\"content\":\"" CALL
	    "\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":"
	    "\"find\",\"arguments\":\"{\\\"id\\\":42}\"}}]},{\"role\":\"tool\","
	    "\"tool_call_id\":\"c1\",\"content\":\"" RESULT "\"}]}" },
	{ DIALECT_OPENAI_RESPONSES,
	    "{\"model\":\"m\",\"max_output_tokens\":8192,\"temperature\":0.25,\"top_p\":1.0,"
	    "\"stream\":true,\"instructions\":\"" SYSTEM
	    "\",\"tools\":[{\"type\":\"function\",\"name\":\"find\",\"parameters\":{}},{"
	    "\"type\":\"function\",\"name\":\"mail\"}],\"input\":[{\"role\":\"user\","
	    "\"content\":[{\"type\":\"input_text\",\"text\":\"" ASK
	    "\"}]},{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":"
	    "\"output_text\",\"text\":\"" CALL
	    "\"}]},{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"" RESULT
	    "\"}]}" },
	{ DIALECT_ANTHROPIC_MESSAGES,
	    "{\"model\":\"m\",\"max_tokens\":8192,\"temperature\":0.25,\"top_p\":1,\"stream\":"
	    "true,\"system\":[{\"type\":\"text\",\"text\":\"" SYSTEM
	    "\",\"cache_control\":{\"type\":\"ephemeral\"}}],\"tools\":[{\"name\":\"find\","
	    "\"input_schema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":"
	    "\"string\"}}}},{\"name\":\"mail\"}],\"messages\":[{\"role\":\"user\","
	    "\"content\":\"" ASK
	    "\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"" CALL
	    "\"},{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"find\",\"input\":{\"id\":42}"
	    "}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":"
	    "\"c1\",\"content\":\"" RESULT "\"}]}]}" },
	{ DIALECT_GOOGLE_GENERATE,
	    "{\"systemInstruction\":{\"parts\":[{\"text\":\"" SYSTEM
	    "\"}]},\"generationConfig\":{\"maxOutputTokens\":8192,\"temperature\":0.25,\"topP\""
	    ":1},\"tools\":[{\"functionDeclarations\":[{\"name\":\"find\"},{\"name\":\"mail\"}"
	    "]}],\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" ASK
	    "\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"" CALL
	    "\"},{\"functionCall\":{\"name\":\"find\",\"args\":{\"id\":42}}}]},{\"role\":"
	    "\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"find\",\"response\":{"
	    "\"output\":\"" RESULT "\"}}}]}]}" },
	{ DIALECT_BEDROCK_CONVERSE,
	    "{\"system\":[{\"text\":\"" SYSTEM
	    "\"}],\"inferenceConfig\":{\"maxTokens\":8192,\"temperature\":0.25,\"topP\":1},"
	    "\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"find\"}},{\"toolSpec\":{"
	    "\"name\":\"mail\"}}]},\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":"
	    "\"" ASK "\"}]},{\"role\":\"assistant\",\"content\":[{\"text\":\"" CALL
	    "\"},{\"toolUse\":{\"toolUseId\":\"c1\",\"name\":\"find\",\"input\":{\"id\":42}}}]"
	    "},{\"role\":\"user\",\"content\":[{\"toolResult\":{\"toolUseId\":\"c1\","
	    "\"content\":[{\"text\":\"" RESULT "\"}]}}]}]}" },
};

START_TEST(one_conversation_gives_the_same_facts_in_every_dialect)
{
	struct prompt_facts first = { 0 }, facts;

	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		facts = prompt_rig_facts(samples[i].dialect, samples[i].body);
		if (i == 0)
			first = facts;
		ck_assert_int_eq(facts.state, PROMPT_WHOLE);
		ck_assert_uint_eq(facts.user_turns, 1);
		ck_assert_uint_eq(facts.assistant_turns, 1);
		ck_assert_uint_eq(facts.tool_results, 1);
		ck_assert_uint_eq(facts.tools, 2);
		ck_assert_uint_eq(facts.toolset, first.toolset);
		ck_assert_uint_eq(facts.temperature_milli, 250);
		ck_assert_uint_eq(facts.top_p_milli, 1000);
		ck_assert_uint_eq(facts.max_tokens, 8192);
		ck_assert_uint_eq(facts.system, first.system);
		ck_assert_uint_ne(facts.system, 0);
		ck_assert_uint_eq(facts.system_bytes, sizeof(SYSTEM) - 1);
		ck_assert_uint_eq(facts.user_bytes, sizeof(ASK) - 1);
		ck_assert_uint_eq(facts.payload, first.payload);
		ck_assert_uint_ne(facts.payload, 0);
		ck_assert_uint_eq(facts.head, first.head);
		ck_assert_uint_ne(facts.head, 0);
		ck_assert_mem_eq(facts.bands, first.bands, sizeof(first.bands));
		ck_assert_uint_eq(facts.earlier_count, 1);
		ck_assert_uint_eq(facts.earlier[0], first.earlier[0]);
		ck_assert_uint_ne(facts.conversation, facts.earlier[0]);
		ck_assert_uint_eq(facts.flags & ~PROMPT_STREAM, PROMPT_LARGE_OUTPUT);
	}
}
END_TEST

START_TEST(completions_and_embeddings_are_turns_of_the_user)
{
	struct prompt_facts facts = prompt_rig_facts(DIALECT_OPENAI_COMPLETIONS,
	    "{\"model\":\"m\",\"prompt\":[\"Say this is a test.\",\"Again, please.\"],"
	    "\"best_of\":4,\"n\":2,\"logprobs\":5,\"max_tokens\":16}");

	ck_assert_uint_eq(facts.user_turns, 2);
	ck_assert_uint_eq(facts.n, 4);
	ck_assert_uint_eq(facts.flags, PROMPT_LOGPROBS | PROMPT_MANY_SAMPLES);
	facts = prompt_rig_facts(DIALECT_OPENAI_EMBEDDINGS,
	    "{\"model\":\"m\",\"input\":\"The food was delicious and the waiter friendly.\"}");
	ck_assert_uint_eq(facts.user_turns, 1);
	ck_assert_uint_eq(facts.flags, PROMPT_SINGLE_TURN);
	facts = prompt_rig_facts(DIALECT_OPENAI_EMBEDDINGS, "{\"input\":[[1,2,3],[4]]}");
	ck_assert_int_eq(facts.state, PROMPT_WHOLE);
	ck_assert_uint_eq(facts.user_turns, 0);
}
END_TEST

START_TEST(images_are_counted_and_part_of_the_conversation)
{
	struct prompt_facts
	    a = prompt_rig_facts(DIALECT_OPENAI_CHAT,
		"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
		"\"text\":\"What is this?\"},{\"type\":\"image_url\",\"image_url\":{"
		"\"url\":\"data:image/png;base64,AAAA\"}}]}]}"),
	    b = prompt_rig_facts(DIALECT_OPENAI_CHAT,
		"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
		"\"text\":\"What is this?\"},{\"type\":\"image_url\",\"image_url\":{"
		"\"url\":\"data:image/png;base64,BBBB\"}}]}]}");

	ck_assert_uint_eq(a.images, 1);
	ck_assert_uint_eq(a.user_bytes, 13);
	ck_assert_uint_ne(a.conversation, b.conversation);
	ck_assert_uint_eq(a.head, b.head);
}
END_TEST

START_TEST(signed_thinking_is_hashed_and_stays_out_of_the_conversation)
{
	struct prompt_facts
	    with = prompt_rig_facts(DIALECT_ANTHROPIC_MESSAGES,
		"{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},"
		"\"messages\":[{\"role\":\"user\",\"content\":\"Hi there.\"},{"
		"\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\","
		"\"thinking\":\"The user greets me.\",\"signature\":\"EqQBCkYIARgC\"}"
		",{\"type\":\"redacted_thinking\",\"data\":\"EmwKAhgBEgy3\"},{"
		"\"type\":\"text\",\"text\":\"Hello!\"}]},{\"role\":\"user\","
		"\"content\":\"Go on.\"}]}"),
	    without = prompt_rig_facts(DIALECT_ANTHROPIC_MESSAGES,
		"{\"thinking\":{\"type\":\"disabled\"},\"messages\":[{\"role\":"
		"\"user\",\"content\":\"Hi there.\"},{\"role\":\"assistant\","
		"\"content\":\"Hello!\"},{\"role\":\"user\",\"content\":\"Go on.\"}"
		"]}");

	ck_assert_uint_eq(with.signature_count, 2);
	ck_assert_uint_ne(with.signatures[0], with.signatures[1]);
	ck_assert_uint_eq(with.flags, PROMPT_THINKING);
	ck_assert_uint_eq(without.flags, 0);
	ck_assert_uint_eq(without.signature_count, 0);
	ck_assert_uint_eq(with.conversation, without.conversation);
}
END_TEST

START_TEST(what_is_no_message_among_the_items_changes_no_conversation)
{
	struct prompt_facts
	    with = prompt_rig_facts(DIALECT_OPENAI_RESPONSES,
		"{\"input\":[{\"role\":\"user\",\"content\":\"Hi there.\"},{\"type\":"
		"\"reasoning\",\"summary\":[{\"text\":\"A greeting.\"}],\"content\":[{"
		"\"type\":\"reasoning_text\",\"text\":\"The user greets me.\"}],"
		"\"encrypted_content\":\"gAAAAABo\"},{\"type\":\"item_reference\",\"id\":"
		"\"ws_1\"},{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
		"\"Hello!\"},{\"role\":\"user\",\"content\":\"Go on.\"}]}"),
	    without = prompt_rig_facts(DIALECT_OPENAI_RESPONSES,
		"{\"input\":[{\"role\":\"user\",\"content\":\"Hi there.\"},{\"role\":"
		"\"assistant\",\"content\":\"Hello!\"},{\"role\":\"user\",\"content\":"
		"\"Go on.\"}]}");

	ck_assert_uint_eq(with.messages, 3);
	ck_assert_uint_eq(with.user_turns, 2);
	ck_assert_uint_eq(with.conversation, without.conversation);
	ck_assert_uint_eq(with.earlier[0], without.earlier[0]);
	ck_assert_uint_eq(with.signature_count, 1);
}
END_TEST

START_TEST(a_batch_speaks_through_its_first_request)
{
	struct prompt_facts
	    batch = prompt_rig_facts(DIALECT_ANTHROPIC_BATCHES,
		"{\"requests\":[{\"custom_id\":\"1\",\"params\":{\"model\":\"m\","
		"\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":"
		"\"First one.\"}]}},{\"custom_id\":\"2\",\"params\":{\"model\":"
		"\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"Second "
		"one.\"}]}}]}"),
	    single = prompt_rig_facts(DIALECT_ANTHROPIC_MESSAGES,
		"{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\","
		"\"content\":\"First one.\"}]}");

	ck_assert_int_eq(batch.state, PROMPT_WHOLE);
	ck_assert_uint_eq(batch.flags, PROMPT_BATCH | PROMPT_SINGLE_TURN);
	ck_assert_uint_eq(batch.conversation, single.conversation);
	ck_assert_uint_eq(batch.model, single.model);
	ck_assert_uint_eq(batch.messages, 1);
}
END_TEST

START_TEST(a_stored_conversation_is_not_a_new_one)
{
	struct prompt_facts a = prompt_rig_facts(DIALECT_OPENAI_RESPONSES,
				"{\"previous_response_id\":\"resp_1\",\"input\":\"Go on.\"}"),
			    b = prompt_rig_facts(DIALECT_OPENAI_RESPONSES,
				"{\"previous_response_id\":\"resp_2\",\"input\":\"Go on.\"}"),
			    c = prompt_rig_facts(
				DIALECT_OPENAI_RESPONSES, "{\"input\":\"Go on.\"}");

	ck_assert_uint_ne(a.conversation, b.conversation);
	ck_assert_uint_ne(a.conversation, c.conversation);
	ck_assert_uint_eq(a.user_turns, 1);
}
END_TEST

START_TEST(structured_answers_are_noted)
{
	ck_assert_uint_eq(prompt_rig_facts(DIALECT_OPENAI_CHAT,
			      "{\"response_format\":{\"type\":\"json_schema\"}}")
			      .flags,
	    PROMPT_STRUCTURED);
	ck_assert_uint_eq(
	    prompt_rig_facts(DIALECT_OPENAI_CHAT, "{\"response_format\":{\"type\":\"text\"}}")
		.flags,
	    0);
	ck_assert_uint_eq(prompt_rig_facts(DIALECT_ANTHROPIC_MESSAGES,
			      "{\"output_config\":{\"effort\":\"high\",\"format\":{\"type\":"
			      "\"json_schema\",\"schema\":{\"type\":\"object\"}}}}")
			      .flags,
	    PROMPT_STRUCTURED | PROMPT_THINKING);
	ck_assert_uint_eq(prompt_rig_facts(DIALECT_GOOGLE_GENERATE,
			      "{\"generationConfig\":{\"responseSchema\":{\"type\":\"OBJECT\"},"
			      "\"thinkingConfig\":{\"thinkingBudget\":0}}}")
			      .flags,
	    PROMPT_STRUCTURED);
}
END_TEST

START_TEST(wrong_types_never_confuse_the_walk)
{
	static const char *const bodies[] = {
		"{\"messages\":7,\"model\":{\"a\":1},\"n\":\"x\"}",
		"{\"messages\":{\"role\":[\"user\"],\"content\":{\"text\":[\"a\",[\"b\"]]}}}",
		"{\"messages\":[[{\"role\":\"user\",\"content\":\"a\"}],\"b\",null]}",
		"{\"messages\":[{\"tool_calls\":\"x\",\"content\":[1,null,\"a\",[]]}]}",
		"[{\"messages\":[]}]", "\"messages\"",
		"{\"tools\":[[[[]]]],\"system\":{\"text\":\"a\"},\"prompt\":{\"a\":\"b\"}}"
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		for (int dialect = DIALECT_OPENAI_CHAT; dialect <= DIALECT_OPENAI_COMPATIBLE;
		     dialect++)
			ck_assert_int_eq(
			    prompt_rig_facts(dialect, bodies[i]).state, PROMPT_WHOLE);
}
END_TEST

UNIT_MAIN("members", one_conversation_gives_the_same_facts_in_every_dialect,
    completions_and_embeddings_are_turns_of_the_user,
    images_are_counted_and_part_of_the_conversation,
    signed_thinking_is_hashed_and_stays_out_of_the_conversation,
    what_is_no_message_among_the_items_changes_no_conversation,
    a_batch_speaks_through_its_first_request, a_stored_conversation_is_not_a_new_one,
    structured_answers_are_noted, wrong_types_never_confuse_the_walk)
