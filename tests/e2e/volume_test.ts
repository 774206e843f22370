/** `bilancio volume ...` and its tasks, as a user starts them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SweepDirectory } from "../../src/stores/files/sweep_directory.ts";
import { manifestText } from "../../src/stores/archive/manifest.ts";
import { openS3 } from "../../src/stores/s3/connection.ts";
import { startS3 } from "../support/s3.ts";
import { planOf, SWEEP, TestVolume } from "../stores/volume/experiments.ts";
import { bilancio, deno, type Finished, programArguments, ROOT } from "./program.ts";

function volume(place: TestVolume, ...args: string[]): Promise<Finished> {
  const [command = "", ...more] = args;
  return bilancio(place.path, "volume", command, "--volume", ".", ...more);
}

function folders(place: TestVolume): string[] {
  return [...Deno.readDirSync(place.path)].map(({ name }) => name).sort();
}

/** Two old sweeps, a new one, and what is no sweep. */
async function filled(): Promise<TestVolume> {
  const place = new TestVolume();
  await place.ring("old_a");
  await place.paired("old_b");
  await place.ring("new_a", 1);
  place.write("notes/todo.txt", "keep me");
  for (const id of ["old_a", "old_b", "notes"]) place.age(id, 40);
  return place;
}

Deno.test("volume ls shows what is there for people, and as objects for programs", async () => {
  using place = await filled();
  const { code, out, error } = await volume(place, "ls");
  assertEquals([code, error], [0, ""]);
  assertMatch(out, /^Experiments in \.:\n\nEXPERIMENT +KIND +STATE +SIZE +FILES +AGE\n/);
  assertMatch(out, /\nnew_a +ring +incomplete, 1 of 2 runs +[\d.]+ kB +4 +0 min\n/);
  assertMatch(out, /\nnotes +unknown \(folder\) +- +7 B +1 +40 days\n/);
  assertMatch(out, /\nold_b +paired +complete +[\d.]+ k?B +\d +40 days\n/);
  assertMatch(out, /\n\nTotal: 3 experiments, [\d.]+ kB in \d+ files; besides 1 entry without a sweep, 7 B\n$/);
  const sorted = await volume(place, "ls", "--sort", "age");
  assert(sorted.out.indexOf("new_a") > sorted.out.indexOf("old_b"));

  const json = await volume(place, "ls", "--json");
  const lines = json.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ id, volume }) => id ?? volume), ["new_a", "notes", "old_a", "old_b", "."]);
  const { changed_at, age_days, bytes, ...rest } = lines[0];
  assertEquals(rest, {
    id: "new_a",
    form: "experiment",
    kind: "ring",
    state: "incomplete",
    runs_ended: 1,
    runs_planned: 2,
    files: 4,
    problem: null,
  });
  assert(age_days >= 0 && age_days < 1 && bytes > 0 && Date.parse(changed_at) > 0);
  assertEquals(lines.at(-1).experiments, 3);
});

Deno.test("an empty volume is said to be empty, a missing one is an error", async () => {
  using place = new TestVolume();
  assertEquals((await volume(place, "ls")).out, "Volume is empty.\n");
  const missing = await bilancio(place.path, "volume", "ls", "--volume", "none");
  assertEquals([missing.code, missing.out], [1, ""]);
  assertMatch(missing.error, /^There is no volume none; name a directory with --volume or BILANCIO_VOLUME\n$/);
});

Deno.test("cleanup without a filter, with a bad one, or without anybody to ask deletes nothing: exit 2", async () => {
  using place = await filled();
  const before = place.names();
  const refused = [
    [["cleanup", "--yes"], /^Say what may go: --older-than DAYS, --pattern GLOB, or both\. Nothing was deleted\.\n$/],
    [
      ["cleanup", "--older-than", "-1"],
      /^--older-than expects days, or hours or weeks such as 12h or 2w, but got "-1"/,
    ],
    [["cleanup", "--older-than", "3m"], /^--older-than expects days/],
    [["cleanup", "--older-than", "1e3"], /^--older-than expects days/],
    [["cleanup", "--pattern", ""], /^A pattern cannot be empty/],
    [["cleanup", "--pattern", "[a"], /^The pattern "\[a" has a "\[" without "\]"/],
    [
      ["cleanup", "--older-than", "1"],
      /Delete 2 experiments\? Nobody is there to answer; --yes answers for a script\./,
    ],
    [["rm", "old_a"], /^Delete old_a, .* in \d files\? Nobody is there to answer/],
    [["rm", "notes", "--yes"], /^"notes" is no experiment but a folder; --force deletes it all the same\.\n$/],
    [["rm"], /^bilancio volume rm needs ID/],
  ] as const;
  for (const [args, message] of refused) {
    const { code, error } = await volume(place, ...args);
    assertEquals(code, 2, args.join(" "));
    assertMatch(error, message);
  }
  assertEquals(place.names(), before);
});

Deno.test("a dry run says what would go and changes nothing", async () => {
  using place = await filled();
  const before = place.names();
  const { code, out } = await volume(place, "cleanup", "--older-than", "30", "--dry-run");
  assertEquals(code, 0);
  assertMatch(
    out,
    /^\[DRY RUN\] Experiments to delete:\n\nEXPERIMENT .*\nold_a .*\nold_b .*\n\nTotal: 2 experiments, /,
  );
  assertMatch(out, /\n\[DRY RUN\] No changes made\.\n$/);
  const one = await volume(place, "rm", "old_a", "--dry-run");
  assertMatch(one.out, /^\[DRY RUN\] old_a: [\d.]+ kB in 4 files\. No changes made\.\n$/);
  assertEquals(place.names(), before);
});

Deno.test("cleanup deletes what fits both filters, and rm one experiment", async () => {
  using place = await filled();
  const none = await volume(place, "cleanup", "--older-than", "41", "--pattern", "*", "--yes");
  assertEquals([none.code, none.out], [0, "No experiments match the criteria.\n"]);
  const both = await volume(place, "cleanup", "--older-than", "30", "--pattern", "*_a", "--yes");
  assertEquals(both.code, 0);
  assertMatch(both.out, /\nDeleting old_a\.\.\. OK\nDeleted: 1, Failed: 0\n$/);
  assertEquals(folders(place), ["new_a", "notes", "old_b"]);
  const removed = await volume(place, "rm", "old_b", "--yes");
  assertEquals([removed.code, removed.out], [0, "Deleting old_b... OK\n"]);
  const again = await volume(place, "rm", "old_b", "--yes");
  assertEquals([again.code, again.error], [1, 'There is no "old_b" in .; bilancio volume ls lists what there is\n']);
  const json = await volume(place, "cleanup", "--pattern", "*", "--yes", "--json");
  assertEquals(json.out.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { id: "new_a", outcome: "deleted", error: null },
    { volume: ".", deleted: 1, failed: 0 },
  ]);
  assertEquals(folders(place), ["notes"]);
});

Deno.test("what a live sweep writes is kept and named, the rest goes", async () => {
  using place = await filled();
  await using _sweep = await SweepDirectory.open(`${place.path}/new_a`, planOf(), SWEEP);
  const { code, out, error } = await volume(place, "cleanup", "--pattern", "*", "--yes");
  assertEquals([code, error], [0, "kept: new_a: it is being written\n"]);
  assertStringIncludes(out, "Deleted: 2, Failed: 0\n");
  assertEquals(folders(place), ["new_a", "notes"]);
  for (const force of [[], ["--force"]]) {
    const removed = await volume(place, "rm", "new_a", "--yes", ...force);
    assertEquals([removed.code, removed.error], [1, '"new_a" is in use; wait until its sweep ends, or stop it\n']);
  }
});

Deno.test("one that cannot be deleted does not keep the others: Failed: 1, exit 1, and the reason", async () => {
  using place = await filled();
  const [run = "", ...behind] = programArguments(place.path);
  const { code, out, error } = await deno([
    run,
    ...["--deny-write=" + `${place.path}/old_a`, ...behind],
    ...["volume", "cleanup", "--volume", ".", "--older-than", "30", "--yes"],
  ]);
  assertEquals(code, 1);
  assertMatch(out, /\nDeleting old_a\.\.\. FAILED\nDeleting old_b\.\.\. OK\nDeleted: 1, Failed: 1\n$/);
  assertMatch(error, /old_a\S*: this program was started without the permission for it/);
  assertEquals(folders(place), ["new_a", "notes", "old_a"]);
});

Deno.test("what cannot be read is named and stays, and the rest is listed and deleted", async () => {
  using place = await filled();
  const [run = "", ...behind] = programArguments(place.path);
  const start = [run, `--deny-read=${place.path}/old_a`, ...behind, "volume"];
  const list = await deno([...start, "ls", "--volume", "."]);
  assertEquals(list.code, 0);
  assertMatch(list.out, /\nold_a +unknown \(folder\) /);
  assertMatch(list.error, /^warning: old_a: Cannot read \S+: this program was started without the permission for it;/);
  const cleanup = await deno([...start, "cleanup", "--volume", ".", "--older-than", "30", "--yes"]);
  assertMatch(cleanup.out, /\nDeleting old_b\.\.\. OK\nDeleted: 1, Failed: 0\n$/);
  assertEquals(folders(place), ["new_a", "notes", "old_a"]);
});

Deno.test("the terminal is shown no control characters of a name, and each name stands on its own line", async () => {
  using place = new TestVolume();
  const names = ["line\nend", "\u001b[2Jclear", "\u202Eright", "-rf", "it's", "=1+1"];
  for (const name of names) await place.ring(name, 0);
  const { out } = await volume(place, "ls");
  assertEquals(out.match(/[^\x20-\x7e\n]/g), null);
  for (const shown of ["line\\u{a}end", "\\u{1b}[2Jclear", "\\u{202e}right", "-rf", "it's", "=1+1"]) {
    assert(out.split("\n").some((line) => line.startsWith(`${shown} `)), shown);
  }
  const removed = await volume(place, "rm", "--yes", "--", "-rf");
  assertEquals([removed.code, folders(place).includes("-rf")], [0, false]);
  const all = await volume(place, "cleanup", "--pattern", "*", "--yes");
  assertStringIncludes(all.out, "Deleted: 5, Failed: 0\n");
});

Deno.test("BILANCIO_VOLUME names the volume, a flag counts more, and ./out of the caller is the default", async () => {
  using place = await filled();
  Deno.mkdirSync(`${place.path}/out`);
  await place.ring("out/mine");
  const arguments_ = [...programArguments(place.path), "volume", "ls"];
  assertStringIncludes((await deno(arguments_)).out, "Experiments in ./out:\n");
  const variables = { BILANCIO_VOLUME: place.path };
  assertStringIncludes((await deno(arguments_, ROOT, variables)).out, `Experiments in ${place.path}:\n`);
  const flag = await deno([...arguments_, "--volume", "out"], ROOT, variables);
  assertStringIncludes(flag.out, "Experiments in out:\n");
});

Deno.test("a bucket is a volume, too; its secrets are never shown, and what is missing is said", async () => {
  await using server = await startS3();
  const { endpoint = "", bucket, accessKeyId, secretAccessKey } = server.options;
  const prefix = `${server.options.prefix ?? "tests"}/sweeps`;
  const manifestOf = (name: string) =>
    manifestText({ version: 1, name, sweepType: "ring", createdAt: "2026-01-02T03:04:05Z", objects: [] });
  {
    await using storage = openS3({ ...server.options, prefix });
    for (const name of ["a", "b"]) {
      await storage.putObject(`${name}/aggregate/summary.json`, "{}");
      await storage.putObject(`${name}/manifest.json`, manifestOf(name));
    }
    await storage.putObject("coming/unfinished.json", manifestOf("coming"));
  }
  const variables = {
    BILANCIO_S3_ENDPOINT: endpoint,
    BILANCIO_S3_ACCESS_KEY_ID: accessKeyId,
    BILANCIO_S3_SECRET_ACCESS_KEY: secretAccessKey,
    BILANCIO_VOLUME: `s3://${bucket}/${prefix}`,
  };
  const start = ["run", "-q", "-A", "src/cli/main.ts", "volume"];
  const list = await deno([...start, "ls"], ROOT, variables);
  assertEquals([list.code, list.error], [0, ""]);
  assertMatch(list.out, /\na +ring +complete +\d+ B +2 +0 min\nb +ring .*\ncoming +ring +live +\d+ B /);
  const cleanup = await deno([...start, "cleanup", "--pattern", "*", "--yes"], ROOT, variables);
  assertEquals(cleanup.error, "kept: coming: it is being written\n");
  assertMatch(cleanup.out, /\nDeleting a\.\.\. OK\nDeleting b\.\.\. OK\nDeleted: 2, Failed: 0\n$/);
  const removed = await deno([...start, "rm", "coming", "--yes"], ROOT, variables);
  assertEquals([removed.code, removed.error], [1, '"coming" is in use; wait until its sweep ends, or stop it\n']);

  const secret = "very-secret-key";
  const refused = await deno([...start, "ls"], ROOT, { ...variables, BILANCIO_S3_ACCESS_KEY_ID: secret });
  assertEquals([refused.code, (refused.out + refused.error).includes(secret)], [1, false]);
  const { BILANCIO_S3_SECRET_ACCESS_KEY: _, ...half } = variables;
  const missing = await deno([...start, "ls"], ROOT, half);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.error, "BILANCIO_S3_SECRET_ACCESS_KEY");
});

/** Runs a command line on a terminal of its own, on which `typed` is typed. */
async function onTerminal(line: string, typed: string, beforeTyping: () => Promise<void>): Promise<Finished> {
  const child = new Deno.Command("script", {
    args: ["-qefc", line, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    env: { NO_COLOR: "1" },
  }).spawn();
  let out = "";
  const decoder = new TextDecoder();
  const writer = child.stdin.getWriter();
  let isAsked = false;
  for await (const bytes of child.stdout) {
    out += decoder.decode(bytes, { stream: true });
    if (isAsked || !out.includes("[y/N] ")) continue;
    isAsked = true;
    await beforeTyping();
    await writer.write(new TextEncoder().encode(typed));
  }
  await writer.close().catch(() => {});
  const { code } = await child.status;
  return { code, out, error: "" };
}

function hasScript(): boolean {
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

Deno.test({
  name: "on a terminal cleanup asks: no deletes nothing, yes deletes, but not what a sweep took meanwhile",
  ignore: Deno.build.os !== "linux" || !hasScript(),
  fn: async () => {
    using place = await filled();
    const line = [Deno.execPath(), ...programArguments(place.path), "volume", "cleanup", "--volume", "."];
    const command = `cd ${quoted(ROOT)} && ${[...line, "--older-than", "30"].map(quoted).join(" ")}`;
    const before = place.names();
    const no = await onTerminal(command, "n\n", () => Promise.resolve());
    assertEquals(no.code, 0);
    assertMatch(no.out, /Delete 2 experiments\? \[y\/N\] [\s\S]*Aborted\.\r?\n$/);
    assertEquals(place.names(), before);

    await using stack = new AsyncDisposableStack();
    const yes = await onTerminal(command, "yes\n", async () => {
      stack.use(await SweepDirectory.open(`${place.path}/old_a`, planOf(), SWEEP));
    });
    assertEquals(yes.code, 1);
    assertMatch(yes.out, /Deleting old_a\.\.\. FAILED[\s\S]*Deleting old_b\.\.\. OK\r?\nDeleted: 1, Failed: 1\r?\n$/);
    assertStringIncludes(yes.out, "is in use by process");
    assertEquals(folders(place), ["new_a", "notes", "old_a"]);
  },
});

Deno.test("a cleanup that is killed leaves whole experiments and leftovers, and the next one finishes it", async () => {
  using place = new TestVolume();
  await place.ring("new");
  const bytes = new Uint8Array(10);
  for (const id of ["a", "b", "c"]) {
    await place.ring(id);
    Deno.mkdirSync(`${place.path}/${id}/runs`);
    for (let i = 0; i < 1500; i++) Deno.writeFileSync(`${place.path}/${id}/runs/${i}`, bytes);
  }
  const args = ["volume", "cleanup", "--volume", ".", "--pattern", "[abc]", "--yes"];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...programArguments(place.path), ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  const ended = child.status.finally(() => hasEnded = true);
  // Killed as soon as the first experiment has disappeared.
  while (!hasEnded && folders(place).includes("a")) await new Promise((resolve) => setTimeout(resolve, 1));
  if (!hasEnded) child.kill("SIGKILL");
  await ended;
  for (const name of folders(place)) {
    if (name.startsWith(".deleting-") || name === "new") continue;
    assertEquals([...Deno.readDirSync(`${place.path}/${name}/runs`)].length, 1500, name);
  }
  const { code, error } = await bilancio(place.path, ...args);
  assertEquals(code, 0, error);
  assertEquals(folders(place), ["new"]);
});

interface Configuration {
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
  readonly permissions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
const CONFIGURATION: Configuration = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));

Deno.test("the volume tasks use the set volume, which reaches out/ and nothing else", () => {
  assertEquals(CONFIGURATION.permissions["volume"], {
    read: ["./out"],
    write: ["./out"],
    env: ["BILANCIO_VOLUME"],
  });
  for (const name of ["ls", "cleanup", "rm"]) {
    const command = CONFIGURATION.tasks[`volume:${name}`]?.command ?? "";
    assertMatch(command, /^deno run -q --no-prompt -P=volume tasks\/volume\.ts -C "\$INIT_CWD" (?:ls|cleanup|rm)$/);
  }
});

Deno.test("deno task volume:ls and volume:cleanup work under their own permissions", async () => {
  const name = `test-${crypto.randomUUID()}`;
  Deno.mkdirSync(`${ROOT}out/${name}`, { recursive: true });
  try {
    await (await SweepDirectory.open(`${ROOT}out/${name}/mine`, planOf(), SWEEP))[Symbol.asyncDispose]();
    const list = await deno(["task", "-q", "volume:ls"]);
    assertEquals([list.code, list.error], [0, ""]);
    assertMatch(list.out, new RegExp(`\n${name}/mine +ring +incomplete, 0 of 2 runs `));
    const cleanup = await deno(["task", "-q", "volume:cleanup", "--pattern", `${name}/*`, "--yes"]);
    assertEquals([cleanup.code, cleanup.error], [0, ""]);
    assertMatch(cleanup.out, /\nDeleted: 1, Failed: 0\n$/);
    assertEquals([...Deno.readDirSync(`${ROOT}out/${name}`)], []);
  } finally {
    Deno.removeSync(`${ROOT}out/${name}`, { recursive: true });
  }
});

Deno.test("the volume tasks cannot be talked into another directory, by a flag, a variable or a link", async () => {
  using place = await filled();
  const before = place.names();
  const flag = await deno(["task", "-q", "volume:cleanup", "--volume", place.path, "--pattern", "*", "--yes"]);
  assertEquals([flag.code, flag.out], [1, ""]);
  assertMatch(flag.error, /^Cannot read \S+: this program was started without the permission for it; /);
  const variables = { BILANCIO_VOLUME: place.path };
  const variable = await deno(["task", "-q", "volume:cleanup", "--pattern", "*", "--yes"], ROOT, variables);
  assertEquals([variable.code, variable.out], [1, ""]);
  const link = `${ROOT}out/test-${crypto.randomUUID()}`;
  Deno.mkdirSync(`${ROOT}out`, { recursive: true });
  Deno.symlinkSync(place.path, link);
  try {
    const linked = await deno(["task", "-q", "volume:cleanup", "--volume", link, "--pattern", "*", "--yes"]);
    assertEquals([linked.code, linked.out], [1, ""]);
  } finally {
    Deno.removeSync(link);
  }
  assertEquals(place.names(), before);
});

Deno.test("under the set volume everything but reading and writing out/ is denied", async () => {
  const { code, out, error } = await deno([
    "run",
    "-q",
    "--no-prompt",
    "-P=volume",
    "tests/e2e/permissions_probe.ts",
  ]);
  assertEquals(code, 0, error);
  const { "write out/": write, ...others }: Record<string, string> = JSON.parse(out);
  assertEquals(write, "allowed");
  assertEquals(Object.entries(others).filter(([, state]) => state !== "denied"), []);
});
