// A WebSocket client of the realtime endpoint: says |messages|, returns what came back.
import WebSocket from "ws";

export async function echo({ url, messages, protocols, headers }) {
	const socket = new WebSocket(
		`${url.replace(/^http/, "ws")}/v1/realtime?model=mock-large`,
		protocols ?? [],
		{ headers },
	);
	const heard = [];

	return new Promise((resolve, reject) => {
		let pongs = 0;
		socket.on("error", reject);
		socket.on("pong", () => (pongs += 1));
		socket.on("unexpected-response", (_, reply) =>
			resolve({ refused: reply.statusCode }),
		);
		socket.on("open", () => {
			socket.ping("still there?");
			for (const message of messages) socket.send(message);
		});
		socket.on("message", (message) => {
			heard.push(message.toString());
			if (heard.length === messages.length) socket.close(1000);
		});
		socket.on("close", (code) =>
			resolve({ heard, pongs, code, protocol: socket.protocol }),
		);
	});
}
