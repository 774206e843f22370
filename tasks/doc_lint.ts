/**
 * `deno doc --lint` on the library's surface. Everything that it finds fails, except for members of a documented type
 * that have no sentence of their own: a field `readonly kappas` beside its flag of the same name needs none.
 *
 * @module
 */
const { stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", "mod.ts"],
  cwd: new URL("../", import.meta.url),
  env: { NO_COLOR: "1" },
  stdout: "null",
}).output();
const report = new TextDecoder().decode(stderr);

/** Kind, message and place of each finding; members stand indented, in a column past the first. */
const findings = [...report.matchAll(/^error\[([\w-]+)\]: (.*)\n\s+--> (.*):(\d+):(\d+)$/gm)];
const wrong = findings.filter(([, kind, , , , column]) => kind !== "missing-jsdoc" || column === "1");
for (const [, kind, message, file, line] of wrong) console.error(`${file}:${line}: ${message} (${kind})`);
const total = Number(/Found (\d+) documentation lint error/.exec(report)?.[1] ?? 0);
if (total !== findings.length) {
  console.error(`Deno counts ${total} findings, ${findings.length} were understood:\n${report}`);
  Deno.exit(1);
}
console.log(`mod.ts: ${wrong.length} problems, ${total - wrong.length} members without a sentence of their own`);
Deno.exit(wrong.length === 0 ? 0 : 1);
