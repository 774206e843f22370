/**
 * Several commands one after the other in one process, with the streams of that process: for tests that look at all that
 * is said. The argument is a JSON object with `directory` and `commands`.
 *
 * @module
 */
import { main } from "../../src/cli/main.ts";
import { processTerminal } from "../../src/cli/terminal.ts";

const { directory, commands }: { readonly directory: string; readonly commands: readonly (readonly string[])[] } = JSON
  .parse(Deno.args[0] ?? "{}");

for (const [i, command] of commands.entries()) {
  // Its number alone: a command that names a secret is not what is looked for.
  console.log(`\n$ ${i}`);
  console.error(`\n$ ${i}`);
  const status = await main([...command, "--debug"], () => processTerminal(directory));
  console.log(`\nstatus ${status}`);
}
