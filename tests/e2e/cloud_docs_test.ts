/** The commands of docs/cloud.md, typed as they stand there, against servers of this machine. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertSameDirectory } from "../stores/archive/sweeps.ts";
import { startPostgres } from "../support/postgres.ts";
import { startS3 } from "../support/s3.ts";
import { denoWith, storageVariables } from "./online.ts";
import { ROOT } from "./program.ts";

/** The lines of all blocks of shell commands. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = ""]) => block.trim().split("\n"));
}

Deno.test("docs/cloud.md: from an empty cloud to the first synced sweep, every command does what it says", async () => {
  const commands = commandsOf(Deno.readTextFileSync(`${ROOT}docs/cloud.md`));
  assert(commands.length >= 12, `${commands.length} commands`);
  await using server = await startPostgres();
  await using database = await server.createDatabase();
  await using s3 = await startS3();
  const variables = { BILANCIO_DATABASE_URL: database.url, ...storageVariables(s3) };
  const place = `out/test-${crypto.randomUUID()}`;
  const said = new Map<string, string>();
  try {
    for (const command of commands) {
      const [program, ...words] = command.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
      assertEquals(program, "deno", command);
      // What a reader writes below out/ stands in a place of the test's own.
      const args = words.map((word) => word.replace(/^out\//, `${place}/`));
      if (command === "deno task sweep") args.push("--out-dir", `${place}/trading`);
      const { code, out, error } = await denoWith(variables, ...args);
      assertEquals(code, 0, `${command}: ${error}`);
      said.set(command, out);
    }
    assertStringIncludes(said.get("deno task sync out/trading --full") ?? "", "success: 60 pairs and 120 runs added\n");
    assertStringIncludes(said.get("deno run -P=sync tasks/sync.ts out/trading --full") ?? "", "success: nothing new\n");
    assertStringIncludes(
      said.get("deno task -q online jobs show castle-river-mountain --cloud") ?? "",
      "Status:       completed\n",
    );
    assertSameDirectory(`${ROOT}${place}/trading-again`, `${ROOT}${place}/trading`);
  } finally {
    Deno.removeSync(`${ROOT}${place}`, { recursive: true });
  }
});
