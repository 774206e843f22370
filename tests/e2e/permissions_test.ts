import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { deno, Folder, ROOT } from "./program.ts";

interface Configuration {
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
  readonly permissions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
const CONFIGURATION: Configuration = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));

Deno.test("the task sweep uses the set sweep, and nothing adds to it", () => {
  const command = CONFIGURATION.tasks["sweep"]?.command ?? "";
  assertMatch(command, /^deno run -q --no-prompt --v8-flags=\S+ -P=sweep tasks\/sweep\.ts /);
  assertEquals(command.match(/-A\b|--allow/g), null);
  assertEquals(CONFIGURATION.permissions["sweep"], { read: ["./"], write: ["./out"], env: ["BILANCIO_WORKERS"] });
});

Deno.test("the task bilancio may use the caller's files, and neither the network nor other programs", () => {
  const command = CONFIGURATION.tasks["bilancio"]?.command ?? "";
  assertMatch(command, /^deno run -q --no-prompt --v8-flags=\S+ -P=bilancio src\/cli\/main\.ts /);
  assertEquals(Object.keys(CONFIGURATION.permissions["bilancio"] ?? {}).toSorted(), ["env", "read", "write"]);
});

Deno.test("under the set of the task sweep everything but reading the project and writing out/ is denied", async () => {
  const { code, out, error } = await deno(
    ["run", "-q", "--no-prompt", "-P=sweep", "tests/e2e/permissions_probe.ts"],
  );
  assertEquals(code, 0, error);
  const outcome: Record<string, string> = JSON.parse(out);
  const { "read the project": read, "write out/": write, ...others } = outcome;
  assertEquals([read, write], ["allowed", "allowed"]);
  assertEquals(Object.entries(others).filter(([, state]) => state !== "denied"), []);
  assertEquals(Object.keys(others).length, 16);
});

Deno.test("deno task sweep cannot be talked into writing elsewhere", async () => {
  using folder = new Folder();
  const { code, error } = await deno(["task", "-q", "sweep", "--kappas", "1", "--out-dir", `${folder.path}/x`]);
  assertEquals(code, 1);
  assertMatch(
    error,
    /without the permission for it; choose a path that its task may write, or start it with --allow-write\n$/,
  );
  assertEquals(folder.names(), []);
});

Deno.test("deno task sweep cannot be talked into reading elsewhere", async () => {
  using folder = new Folder();
  folder.write("secret.yaml", "version: 1\n");
  const { code, error } = await deno(["task", "-q", "sweep", "--config", `${folder.path}/secret.yaml`]);
  assertEquals(code, 1);
  assertMatch(
    error,
    /^The permissions of this task do not allow reading \S+; start it with --allow-read, or move the file\.\n$/,
  );
});

Deno.test("deno task sweep makes a real sweep with its own permissions, on the pool too", async () => {
  const directory = `${ROOT}out/test-${crypto.randomUUID()}`;
  try {
    const flags = ["--out-dir", directory, "--executor", "pool", "--workers", "2"];
    const { code, out, error } = await deno(["task", "-q", "sweep", ...flags]);
    assertEquals(code, 0, error);
    assertStringIncludes(out, "Done: 120 runs completed, of 120");
    assertMatch(out, /\nWhen does trading help\?\n {2}more at rho 1 \(effect 0\.\d{3}\) than at 0\.75 \(0\.\d{3}\)\n/);
    const page = Deno.readTextFileSync(`${directory}/aggregate/dashboard.html`);
    assertMatch(page, /^<!doctype html>/i);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
