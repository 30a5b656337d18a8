// The AI SDK with its OpenAI provider, by the chat completions and the responses API.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, Output, streamText, tool } from "ai";

const provider = ({ url, key, headers }) =>
	createOpenAI({ baseURL: `${url}/v1`, apiKey: key ?? "sk-mock", headers });

const request = (options, model) => ({
	model,
	prompt: options.prompt ?? "What drips out?",
	maxRetries: options.retries ?? 0,
});

export async function chat(options) {
	const reply = await generateText(request(options, provider(options).chat("mock-large")));
	return { text: reply.text, usage: reply.usage, finish: reply.finishReason };
}

export async function stream(options) {
	const reply = streamText(request(options, provider(options).chat("mock-large")));
	let text = "";
	for await (const delta of reply.textStream) text += delta;
	return { text, usage: await reply.usage };
}

export async function respond_stream(options) {
	const reply = streamText(request(options, provider(options).responses("mock-large")));
	let text = "";
	for await (const delta of reply.textStream) text += delta;
	return { text, usage: await reply.usage };
}

// {api: "chat" or "responses", body}, where |tools| maps names to JSON schemas and |schema| asks
// for an answer of that form.
export async function any(options) {
	const { tools, schema, stream, ...body } = options.body;
	const asked = { ...body, model: provider(options)[options.api ?? "chat"]("mock-large") };
	if (tools)
		asked.tools = Object.fromEntries(
			Object.entries(tools).map(([name, form]) => [
				name,
				tool({ description: name, inputSchema: jsonSchema(form) }),
			]),
		);
	if (schema) asked.output = Output.object({ schema: jsonSchema(schema) });
	if (stream) return { text: await streamText(asked).text };
	return { text: (await generateText(asked)).text };
}
