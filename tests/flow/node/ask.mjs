// Any call of an official client with its parameters as given: ask(client, "messages.create", {…}).
// A stream is read to its end, and its events are counted.
export async function ask(client, call, body) {
	const path = call.split(".");
	const name = path.pop();
	const api = path.reduce((part, key) => part[key], client);
	const reply = await api[name](body);

	if (!reply?.[Symbol.asyncIterator] || Array.isArray(reply)) return reply;
	let events = 0;
	for await (const _ of reply) events += 1;
	return { events };
}
