/**
 * Tries what a sweep has no business doing, and prints what was allowed. Run with the permissions of the task `sweep`.
 *
 * @module
 */
const root = new URL("../../", import.meta.url);

const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  "read the project": () => Deno.readTextFileSync(new URL("deno.json", root)),
  "write out/": () => {
    Deno.mkdirSync(new URL("out/", root), { recursive: true });
    const file = Deno.makeTempFileSync({ dir: new URL("out/", root).pathname });
    Deno.removeSync(file);
  },
  "read outside the project": () => Deno.readTextFileSync("/etc/hostname"),
  "read the parent directory": () => [...Deno.readDirSync(new URL("../", root))],
  "write the project": () => Deno.writeTextFileSync(new URL("README.md", root), "overwritten"),
  "write a temporary file": () => Deno.makeTempFileSync(),
  "write beside out/": () => Deno.writeTextFileSync(new URL("out-beside", root), "x"),
  "climb out of out/": () => Deno.writeTextFileSync(`${new URL("out/", root).pathname}../escaped`, "x"),
  "link out of out/": () => Deno.symlinkSync("/etc", new URL("out/etc", root)),
  "open a connection": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  "resolve a name": () => Deno.resolveDns("localhost", "A"),
  "fetch": () => fetch("http://127.0.0.1:8099/"),
  "start a program": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
  "start a shell": () => new Deno.Command("sh", { args: ["-c", "true"] }).outputSync(),
  "read the environment": () => Deno.env.get("HOME"),
  "load a library": () => Deno.dlopen("libc.so.6", {}),
  "ask for more": async () => {
    const { state } = await Deno.permissions.request({ name: "net" });
    if (state !== "granted") throw new Deno.errors.NotCapable(state);
  },
};

const outcome: Record<string, string> = {};
for (const [what, attempt] of Object.entries(ATTEMPTS)) {
  try {
    await attempt();
    outcome[what] = "allowed";
  } catch (error) {
    outcome[what] = error instanceof Deno.errors.NotCapable ? "denied" : `failed: ${error}`;
  }
}
console.log(JSON.stringify(outcome));
