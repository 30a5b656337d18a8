// Runs one named case of one SDK file and prints its JSON result:
//   node run.mjs openai stream '{"url":"http://127.0.0.1:9000"}'
// or a list of them from standard input, one after the other; one that fails says {"failed"}:
//   echo '[["openai","stream",{}]]' | node run.mjs -
import { readFileSync } from "node:fs";

async function run(sdk, name, options) {
	const cases = await import(`./${sdk}.mjs`);
	if (!cases[name]) throw new Error(`${sdk}.mjs has no case ${name}`);
	return cases[name](options);
}

async function runAll(list) {
	const found = [];
	for (const one of list)
		found.push(await run(...one).catch((error) => ({ failed: `${error}` })));
	return found;
}

const [sdk, name, options] = process.argv.slice(2);
const found = JSON.stringify(
	sdk === "-"
		? await runAll(JSON.parse(readFileSync(0, "utf8")))
		: await run(sdk, name, JSON.parse(options ?? "{}")),
);
// Keep-alive sockets of the SDK would hold the process.
process.stdout.write(`${found}\n`, () => process.exit(0));
