// The official Google client.
import { GoogleGenAI } from "@google/genai";
import { ask } from "./ask.mjs";

const client = ({ url, key, headers }) =>
	new GoogleGenAI({
		apiKey: key ?? "mock-key",
		httpOptions: { baseUrl: url, headers },
	});

const request = ({ model, prompt }) => ({
	model: model ?? "mock-large",
	contents: prompt ?? "What drips out?",
});

export async function chat(options) {
	const reply = await client(options).models.generateContent(request(options));
	return { text: reply.text, usage: reply.usageMetadata, model: reply.modelVersion };
}

export async function stream(options) {
	const events = await client(options).models.generateContentStream(request(options));
	const found = { text: "", chunks: 0, usage: null };
	for await (const chunk of events) {
		found.chunks += 1;
		found.text += chunk.text ?? "";
		found.usage = chunk.usageMetadata ?? found.usage;
	}
	return found;
}

export async function failure(options) {
	try {
		await client(options).models.generateContent(request(options));
	} catch (error) {
		return { kind: error.constructor.name, status: error.status, message: error.message };
	}
	throw new Error("the request did not fail");
}

// {call, body}: see ask.mjs.
export const any = (options) => ask(client(options), options.call, options.body);
