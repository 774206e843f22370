import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS, loadedCommand } from "../../src/cli/commands.ts";
import { VERSION } from "../../src/cli/version.ts";
import { commandsPage } from "../../tasks/command_page.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

Deno.test("docs/commands.md is what the commands say of themselves (deno task docs writes it)", async () => {
  assertEquals(read("docs/commands.md"), await commandsPage());
});

Deno.test("every command has a help with an example of itself", async () => {
  for (const entry of COMMANDS) {
    const { help } = await loadedCommand(entry);
    assertStringIncludes(help, `Usage: bilancio ${entry.name}`);
    assertStringIncludes(help, `\nExamples:\n  bilancio ${entry.name} `);
  }
});

Deno.test("the version of the program is that of deno.json", () => {
  assertEquals(JSON.parse(read("deno.json")).version, VERSION);
});

Deno.test("links between the pages lead somewhere", () => {
  const pages = [
    "README.md",
    "examples/README.md",
    ...[...Deno.readDirSync(new URL("docs/", ROOT))]
      .filter((entry) => entry.name.endsWith(".md")).map((entry) => `docs/${entry.name}`),
  ];
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ""] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      try {
        Deno.statSync(new URL(target, new URL(page, ROOT)));
      } catch {
        broken.push(`${page}: ${target}`);
      }
    }
  }
  assertEquals(broken, []);
});

Deno.test("README.md starts with the two commands that a fresh machine needs", () => {
  assertStringIncludes(read("README.md"), "npx -y deno@2.9 task sweep ");
  assertStringIncludes(read("README.md"), "npx -y deno@2.9 task test ");
});
