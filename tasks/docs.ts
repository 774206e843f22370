/**
 * Writes docs/commands.md from the help of the commands: `deno task docs`. A test compares the two.
 *
 * @module
 */
import { commandsPage } from "./command_page.ts";

if (import.meta.main) {
  const path = new URL("../docs/commands.md", import.meta.url);
  Deno.writeTextFileSync(path, await commandsPage());
  console.log("Written: docs/commands.md");
}
