/**
 * Runs the benchmarks under bench/, each in a process of its own: `deno task bench [NAME ...]`.
 *
 * @module
 */
const folder = new URL("../bench/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((name) => name.endsWith(".ts")).sort();
const wanted = Deno.args.map((name) => name.endsWith(".ts") ? name : `${name}.ts`);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}; there are ${names.join(", ")}.`);
  Deno.exit(2);
}
let failed = 0;
for (const name of wanted.length > 0 ? wanted : names) {
  console.log(`\n== ${name}`);
  const { code } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", new URL(name, folder).href] }).spawn()
    .status;
  if (code !== 0) failed++;
}
Deno.exit(failed === 0 ? 0 : 1);
