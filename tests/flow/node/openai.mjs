// The official OpenAI client. Every case takes {url, key, headers, retries, model, prompt}.
import OpenAI from "openai";
import { ask } from "./ask.mjs";

const client = ({ url, key, headers, retries }) =>
	new OpenAI({
		baseURL: `${url}/v1`,
		apiKey: key ?? "sk-mock",
		defaultHeaders: headers,
		maxRetries: retries ?? 0,
	});

const request = ({ model, prompt }) => ({
	model: model ?? "mock-large",
	messages: [
		{ role: "system", content: "You are a still." },
		{ role: "user", content: prompt ?? "What drips out?" },
	],
});

// What an SDK error says of itself, for cases that are expected to fail.
const told = (error) => ({
	kind: error.constructor.name,
	status: error.status,
	code: error.code,
	type: error.type,
	message: error.message,
	request: error.requestID,
});

export async function chat(options) {
	const { data, response } = await client(options)
		.chat.completions.create(request(options))
		.withResponse();
	return {
		text: data.choices[0].message.content,
		finish: data.choices[0].finish_reason,
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
	const events = await client(options).chat.completions.create({
		...request(options),
		stream: true,
		stream_options: { include_usage: true },
	});
	const found = { text: "", chunks: 0, finish: null, usage: null };
	for await (const chunk of events) {
		found.chunks += 1;
		found.text += chunk.choices[0]?.delta?.content ?? "";
		found.finish = chunk.choices[0]?.finish_reason ?? found.finish;
		found.usage = chunk.usage ?? found.usage;
	}
	return found;
}

// Leaves after the first delta, as a user who presses stop.
export async function abort(options) {
	const events = await client(options).chat.completions.create({
		...request(options),
		stream: true,
	});
	let chunks = 0;
	for await (const chunk of events) {
		chunks += 1;
		if (chunk.choices[0]?.delta?.content) break;
	}
	return { chunks };
}

export async function failure(options) {
	try {
		await client(options).chat.completions.create(request(options));
	} catch (error) {
		return told(error);
	}
	throw new Error("the request did not fail");
}

// A stream that breaks: how much was read, and how the client learned of it.
export async function broken(options) {
	let text = "";
	try {
		const events = await client(options).chat.completions.create({
			...request(options),
			stream: true,
		});
		for await (const chunk of events) text += chunk.choices[0]?.delta?.content ?? "";
	} catch (error) {
		return { text, failed: true, message: error.message };
	}
	return { text, failed: false };
}

export async function respond(options) {
	const reply = await client(options).responses.create({
		model: options.model ?? "mock-large",
		input: options.prompt ?? "What drips out?",
	});
	return { text: reply.output_text, status: reply.status, usage: reply.usage };
}

export async function respond_stream(options) {
	const events = client(options).responses.stream({
		model: options.model ?? "mock-large",
		input: options.prompt ?? "What drips out?",
	});
	let deltas = 0;
	events.on("response.output_text.delta", () => (deltas += 1));
	const reply = await events.finalResponse();
	return { text: reply.output_text, deltas, usage: reply.usage };
}

export async function models(options) {
	const found = [];
	for await (const model of client(options).models.list()) found.push(model.id);
	return found;
}

export async function embed(options) {
	const reply = await client(options).embeddings.create({
		model: "mock-embed",
		input: "drips",
		encoding_format: "float",
	});
	return { vector: reply.data[0].embedding, usage: reply.usage };
}

// {call, body}: see ask.mjs.
export const any = (options) => ask(client(options), options.call, options.body);
