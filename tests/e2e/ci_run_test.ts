import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Finished, Folder, ROOT } from "./program.ts";

/** Runs .ci/run with a stand-in for npx that says what a run of the tests would say, and ends as it would. */
async function ci(summary: string, status: number, failingCheck = "none"): Promise<Finished> {
  using folder = new Folder();
  const npx = `#!/bin/sh
case "$*" in
  *"task test"*) printf '%s\\n' "running 3 tests from ./tests/x_test.ts" "${summary}"; exit ${status};;
  *"${failingCheck}"*) exit 1;;
esac
`;
  for (
    const [name, text] of [["npx", npx], ["chromium", "#!/bin/sh\n"], ["jupyter-nbconvert", "#!/bin/sh\n"], [
      "initdb",
      "#!/bin/sh\n",
    ]] as const
  ) {
    Deno.chmodSync(folder.write(name, text), 0o755);
  }
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: [".ci/run"],
    cwd: ROOT,
    env: { PATH: `${folder.path}:${Deno.env.get("PATH")}` },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

const lastLine = ({ out }: Finished) => out.trimEnd().split("\n").at(-1);

const options = { ignore: Deno.build.os === "windows" };

Deno.test(".ci/run ends with the counts of Deno's summary, and with its status", options, async () => {
  const good = await ci("ok | 812 passed | 0 failed | 3 ignored (2m3s)", 0);
  assertEquals([good.code, lastLine(good)], [0, "812 passed, 0 failed"]);
  const bad = await ci("FAILED | 810 passed (12 steps) | 2 failed (1 step) (58s)", 1);
  assertEquals([bad.code, lastLine(bad)], [1, "810 passed, 2 failed"]);
});

Deno.test(".ci/run counts a run that ends badly without a failed test as a failure", options, async () => {
  const odd = await ci("ok | 5 passed | 0 failed (1s)", 1);
  assertEquals([odd.code, lastLine(odd)], [1, "5 passed, 1 failed"]);
});

Deno.test(".ci/run fails when the tests leave no summary", options, async () => {
  const silent = await ci("error: Type checking failed.", 1);
  assertEquals([silent.code, lastLine(silent)], [1, "0 passed, 1 failed"]);
  assertEquals((await ci("nothing ran", 0)).code, 1);
});

Deno.test(".ci/run fails when a check fails, and still runs the tests", options, async () => {
  const finished = await ci("ok | 5 passed | 0 failed (1s)", 0, "lint");
  assertEquals([finished.code, lastLine(finished)], [1, "5 passed, 0 failed"]);
  assertStringIncludes(finished.error, "FAILED: deno lint");
});
