/**
 * Tries what the task `sync` has no business doing, and prints what was allowed. Run with its permissions.
 *
 * @module
 */
const root = new URL("../../", import.meta.url);

const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  "list out/": () => [...Deno.readDirSync(new URL("out/", root))],
  "read its settings": () => Deno.env.get("BILANCIO_S3_BUCKET"),
  "reach this machine": async () => {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: 1 })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  },
  "read the project": () => Deno.readTextFileSync(new URL("deno.json", root)),
  "read another file": () => Deno.readTextFileSync("/etc/hostname"),
  "climb out of out/": () => Deno.readTextFileSync(`${new URL("out/", root).pathname}../deno.json`),
  "write out/": () => Deno.makeTempFileSync({ dir: new URL("out/", root).pathname }),
  "write a temporary file": () => Deno.makeTempFileSync(),
  "remove from out/": () => Deno.removeSync(new URL("out/none", root)),
  "reach another host": () => Deno.connect({ hostname: "192.0.2.1", port: 443 }),
  "fetch from another host": () => fetch("https://192.0.2.1/"),
  "reach another port of Supabase": () => Deno.connect({ hostname: "db.example.supabase.co", port: 22 }),
  "reach a host with such an ending": () => Deno.connect({ hostname: "evilsupabase.co", port: 5432 }),
  "listen": () => Deno.listen({ hostname: "0.0.0.0", port: 0 }).close(),
  "start a program": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync(),
  "load a library": () => Deno.dlopen("libc.so.6", {}),
  "look at the machine": () => Deno.hostname(),
  "ask for more": async () => {
    const { state } = await Deno.permissions.request({ name: "write" });
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
// Variables that nobody listed are as if they were not set.
const isHidden = (name: string) => Deno.env.get(name) === undefined;
outcome["read another variable"] = ["HOME", "PATH"].every(isHidden) ? "denied" : "allowed";
const names = Object.keys(Deno.env.toObject());
outcome["read the whole environment"] = names.every((name) => name.startsWith("BILANCIO_")) ? "denied" : "allowed";
console.log(JSON.stringify(outcome));
