/**
 * What people get wrong: one clear sentence each, the exact exit status, and nothing half-written.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bilancio, type Finished, Folder } from "./program.ts";

const GOOD = `
name: Good
agents:
  - { id: CB, kind: central_bank, name: Central bank }
  - { id: H1, kind: household, name: Ada }
  - { id: H2, kind: household, name: Ben }
initial_actions:
  - mint_cash: { to: H1, amount: 10 }
  - create_payable: { from: H1, to: H2, amount: 10, due_day: 1 }
`;

/** Runs a scenario text; every output that a run can have is asked for, and none may appear. */
async function refused(text: string | Uint8Array, ...more: string[]): Promise<Finished> {
  using folder = new Folder();
  folder.write("case.yaml", text);
  const outputs = [
    "--export-events",
    "e.jsonl",
    "--export-balances",
    "b.csv",
    "--metrics-dir",
    "m",
    "--html",
    "r.html",
  ];
  const finished = await bilancio(folder.path, "run", "case.yaml", ...outputs, ...more);
  assertEquals(folder.names(), ["case.yaml"], "nothing is written");
  assertEquals(finished.out, "");
  assert(!/\n\s+at /.test(finished.error), `no stack: ${finished.error}`);
  return finished;
}

const CASES: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["an unknown key", GOOD + "rnu: {}\n", /rnu: .*run/],
  ["an unknown key deep inside", GOOD + "run: { max_day: 3 }\n", /run -> max_day: .*max_days/],
  ["a wrong type", GOOD + "run: { max_days: soon }\n", /run -> max_days: Input should be a valid integer/],
  ["an impossible value", GOOD + "run: { max_days: 0 }\n", /run -> max_days: .*Max days must be positive/],
  ["a negative amount", GOOD.replace("amount: 10 }", "amount: -1 }"), /mint_cash -> amount: .*Amount must be positive/],
  ["a missing reference", GOOD.replace("to: H2", "to: H3"), /create_payable -> to: .*H3.*did you mean/],
  ["a duplicate id", GOOD.replace("id: H2", "id: H1"), /Agent IDs must be unique/],
  ["a duplicate key", GOOD + "name: Again\n", /the key name stands twice .*line 10/],
  ["broken YAML", "name: [unclosed\nagents: {", /Failed to parse YAML from case\.yaml/],
  ["a list instead of a mapping", "- 1\n- 2\n", /must contain a YAML dictionary, got/],
  ["an empty file", "", /must contain a YAML dictionary, got nothing/],
];

for (const [what, text, message] of CASES) {
  Deno.test(`bilancio run refuses ${what}: exit 1, the place, nothing written`, async () => {
    const { code, error } = await refused(text);
    assertEquals(code, 1, error);
    assertMatch(error, message);
  });
}

Deno.test("bilancio run lists all problems of a file at once", async () => {
  const { error } = await refused(GOOD.replace("amount: 10 }", "amount: -1 }") + "run: { quiet_days: -1 }\n");
  assertStringIncludes(error, "mint_cash -> amount");
  assertStringIncludes(error, "run -> quiet_days");
});

Deno.test("bilancio run refuses a YAML bomb quickly", async () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`);
  const started = performance.now();
  const { code, error } = await refused(lines.join("\n"));
  assertEquals(code, 1, error);
  assertEquals(error.trim().split("\n").length <= 2, true, error);
  assert(performance.now() - started < 10_000);
});

Deno.test("bilancio run refuses a file of 200 MB without reading it", async () => {
  using folder = new Folder();
  using file = Deno.openSync(`${folder.path}/big.yaml`, { write: true, create: true });
  file.truncateSync(200 * 1024 * 1024);
  const { code, error } = await bilancio(folder.path, "run", "big.yaml");
  assertEquals([code, error], [1, "The scenario file big.yaml has 200 MB; at most 64 MB are read.\n"]);
});

Deno.test("bilancio run refuses a file that is no UTF-8 text", async () => {
  const { code, error } = await refused(new Uint8Array([0x6e, 0x61, 0xff, 0xfe]));
  assertEquals([code, error], [1, "The scenario file case.yaml is no UTF-8 text; save it as UTF-8 and try again.\n"]);
});

Deno.test("bilancio run says what is wrong with the path itself: exit 2", async () => {
  using folder = new Folder();
  assertEquals(await bilancio(folder.path, "run", "nowhere.yaml"), {
    code: 2,
    out: "",
    error: "There is no scenario file nowhere.yaml.\n",
  });
  assertEquals(await bilancio(folder.path, "run", "."), {
    code: 2,
    out: "",
    error: "The scenario file . is a directory, not a file.\n",
  });
});

Deno.test("bilancio run names an output that cannot be written: exit 1, nothing left behind", async () => {
  using folder = new Folder();
  folder.write("good.yaml", GOOD);
  folder.write("file", "kept");
  for (const flag of ["--export-events", "--export-balances", "--html", "--metrics-dir"]) {
    const { code, error } = await bilancio(folder.path, "run", "good.yaml", flag, "file/below");
    assertEquals(code, 1, error);
    assertMatch(error, /^Cannot write \S*file\/below\S*: a part of the path is a file, not a directory\n$/);
  }
  const { code, error } = await bilancio(folder.path, "run", "good.yaml", "--html", ".");
  assertEquals(code, 1);
  assertMatch(error, /it is a directory\n$/);
  assertEquals(folder.names(), ["file", "good.yaml"]);
  assertEquals(folder.read("file"), "kept");
});

/** Mounts a file system of 64 kB, for as long as the result is not disposed of; null where that is not allowed. */
function smallDisk(folder: string): Disposable | null {
  const run = (command: string, ...args: string[]) => {
    try {
      return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
    } catch {
      return false; // no such program here
    }
  };
  if (Deno.build.os !== "linux" || !run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)) return null;
  return { [Symbol.dispose]: () => void run("umount", folder) };
}

/** Whether this process may mount file systems. */
function canMount(): boolean {
  using folder = new Folder();
  using disk = smallDisk(folder.path);
  return disk !== null;
}

Deno.test({
  name: "bilancio run says that the disk is full: exit 1, nothing half-written (needs the right to mount)",
  ignore: !canMount(),
  async fn() {
    using folder = new Folder();
    folder.write("good.yaml", GOOD);
    Deno.mkdirSync(`${folder.path}/disk`);
    using _disk = smallDisk(`${folder.path}/disk`);
    folder.write("disk/e.jsonl", "earlier");
    folder.write("disk/filler", new Uint8Array(56 * 1024));
    const { code, error } = await bilancio(folder.path, "run", "good.yaml", "--html", "disk/e.jsonl");
    assertEquals(code, 1);
    assertMatch(error, /^Cannot write \S*disk\/e\.jsonl: the disk is full; free some space and start again\n$/);
    assertEquals(folder.names(), ["disk/e.jsonl", "disk/filler", "good.yaml"]);
    assertEquals(folder.read("disk/e.jsonl"), "earlier");
  },
});

Deno.test("bilancio run keeps the earlier file when the new one is refused", async () => {
  using folder = new Folder();
  folder.write("good.yaml", GOOD);
  folder.write("bad.yaml", GOOD + "run: { max_days: 0 }\n");
  folder.write("e.jsonl", "earlier");
  assertEquals((await bilancio(folder.path, "run", "bad.yaml", "--export-events", "e.jsonl")).code, 1);
  assertEquals(folder.read("e.jsonl"), "earlier");
});

const TYPED: readonly (readonly [args: string[], message: string])[] = [
  [["rnu", "x.yaml"], 'bilancio has no command "rnu" (did you mean run?). See: bilancio --help\n'],
  [
    ["sweep", "rings"],
    'bilancio sweep takes one of ring, comparison, balanced, strategy-outcomes, dealer-usage, not "rings" (did you mean ring?). See: bilancio --help\n',
  ],
  [
    ["sweep"],
    "bilancio sweep takes one of ring, comparison, balanced, strategy-outcomes, dealer-usage. See: bilancio --help\n",
  ],
  [["--verson"], "bilancio has no option --verson (did you mean --version?). See: bilancio --help\n"],
  [["run"], "bilancio run needs FILE: scenario or generator file (YAML). See: bilancio run --help\n"],
  [
    ["run", "x.yaml", "--max-dyas", "3"],
    "bilancio run has no option --max-dyas (did you mean --max-days?). See: bilancio run --help\n",
  ],
  [["run", "x.yaml", "--max-days", "x"], '--max-days expects a whole number of at least 1, but got "x".\n'],
  [
    ["run", "x.yaml", "--default-handling", "expel"],
    '--default-handling expects one of fail-fast, expel-agent, but got "expel".\n',
  ],
  [
    ["run", "x.yaml", "--html", "o", "--export-events", "o"],
    "There is no scenario file x.yaml.\n",
  ],
  [
    ["sweep", "ring", "--kappas", "1,two"],
    '--kappas expects decimal numbers with commas between them (not two), but got "1,two".\n',
  ],
  [["sweep", "ring", "--executor", "cloud"], '--executor expects one of local, pool, but got "cloud".\n'],
  [["analyze"], "bilancio analyze needs --events FILE. See: bilancio analyze --help\n"],
  [
    ["analyze", "--events", "x", "--days", "1,two"],
    '--days: "two" is neither a day nor a range such as 2-4.\n',
  ],
  [["export", "registry", ".", "--format", "xml"], '--format expects one of csv, json, parquet, but got "xml".\n'],
  [
    ["export", "registry", ".", "--format", "parquet"],
    "--format parquet comes with the DuckDB store, in a later version; csv and json work now.\n",
  ],
];

for (const [args, message] of TYPED) {
  Deno.test(`bilancio ${args.join(" ")}: exit 2 and a sentence`, async () => {
    using folder = new Folder();
    assertEquals(await bilancio(folder.path, ...args), { code: 2, out: "", error: message });
  });
}
