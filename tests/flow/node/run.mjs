// Runs one named case of one SDK file and prints its JSON result:
//   node run.mjs openai stream '{"url":"http://127.0.0.1:9000"}'
const [sdk, name, options] = process.argv.slice(2);
const cases = await import(`./${sdk}.mjs`);

if (!cases[name]) throw new Error(`${sdk}.mjs has no case ${name}`);
const found = JSON.stringify(await cases[name](JSON.parse(options ?? "{}")));
// Keep-alive sockets of the SDK would hold the process.
process.stdout.write(`${found}\n`, () => process.exit(0));
