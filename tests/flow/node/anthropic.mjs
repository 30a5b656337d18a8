// The official Anthropic client. Every case takes {url, key, headers, retries, model, prompt}.
import Anthropic from "@anthropic-ai/sdk";
import { ask } from "./ask.mjs";

const client = ({ url, key, headers, retries }) =>
	new Anthropic({
		baseURL: url,
		apiKey: key ?? "sk-ant-mock",
		defaultHeaders: headers,
		maxRetries: retries ?? 0,
	});

const request = ({ model, prompt }) => ({
	model: model ?? "mock-large",
	max_tokens: 100,
	system: "You are a still.",
	messages: [{ role: "user", content: prompt ?? "What drips out?" }],
});

export async function chat(options) {
	const { data, response } = await client(options)
		.messages.create(request(options))
		.withResponse();
	return {
		text: data.content[0].text,
		stop: data.stop_reason,
		usage: data.usage,
		model: data.model,
		headers: [...response.headers],
	};
}

// Two requests on each other's heels.
export async function twice(options) {
	return [await chat(options), await chat(options)];
}

export async function stream(options) {
	const events = client(options).messages.stream(request(options));
	const kinds = [];
	events.on("streamEvent", (event) => kinds.push(event.type));
	const message = await events.finalMessage();
	return { text: message.content[0].text, kinds, usage: message.usage };
}

export async function count(options) {
	const { max_tokens, ...rest } = request(options);
	return client(options).messages.countTokens(rest);
}

export async function models(options) {
	const found = [];
	for await (const model of client(options).models.list()) found.push(model.id);
	return found;
}

export async function failure(options) {
	try {
		await client(options).messages.create(request(options));
	} catch (error) {
		return {
			kind: error.constructor.name,
			status: error.status,
			type: error.error?.error?.type,
			message: error.message,
			request: error.requestID,
		};
	}
	throw new Error("the request did not fail");
}

// {call, body}: see ask.mjs.
export const any = (options) => ask(client(options), options.call, options.body);
