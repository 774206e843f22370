import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { InvalidReference, StoreError } from "../../src/core/errors.ts";
import { writeFileAtomic, writePartsAtomic } from "../../src/stores/files/atomic_file.ts";
import { entryLine } from "../../src/stores/files/registry_journal.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { FileResultStore } from "../../src/stores/files/result_store.ts";
import { Place } from "./places.ts";
import { entryOf, registrySuite } from "./registry_suite.ts";
import { resultOf, resultSuite } from "./result_suite.ts";

registrySuite("FileRegistryStore", () => {
  const place = new Place();
  return Promise.resolve({
    open: () => new FileRegistryStore(place.path),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  });
});

resultSuite("FileResultStore", () => {
  const place = new Place();
  return Promise.resolve({
    open: () => new FileResultStore(place.path),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  });
});

const HEADER = "run_id,experiment_id,phase,status,error,seed,n_agents,kappa,concentration,mu,monotonicity," +
  "maturity_days,Q_total,S1,L0,default_handling,dealer_enabled,phi_total,delta_total,time_to_stability," +
  "scenario_yaml,events_jsonl,balances_csv,metrics_csv,metrics_html,run_html";

Deno.test("experiments.csv has the columns of spec 03 5.3, CR LF, and paths relative to its folder", async () => {
  using place = new Place();
  {
    await using store = new FileRegistryStore(place.path);
    await store.upsert(
      entryOf("grid_1", { parameters: { phase: "grid", seed: 42, kappa: "0.50", dealer_enabled: false } }),
    );
  }
  const [header, row, end] = place.read("registry/experiments.csv").split("\r\n");
  assertEquals(header, HEADER);
  assertEquals(
    row,
    "grid_1,,grid,completed,,42,,0.50,,,,,,,,,False,0.25,0.7500,3,,../runs/grid_1/out/events.jsonl,,,,",
  );
  assertEquals(end, "");
});

Deno.test("a registry of the reference opens whatever the order of its columns, and keeps its rows and columns", async () => {
  using place = new Place();
  const rows = [
    "status,kappa,run_id,note,phi_total,metrics_csv,error",
    "completed,1.0,grid_a,seen,0.5,../runs/grid_a/out/metrics.csv,",
    'failed,2,grid_b,,,,"Configuration, ""bad"":\n  - x"',
    "completed,4,grid_c",
  ];
  place.write("registry/experiments.csv", rows.join("\r\n") + "\r\n");
  {
    await using store = new FileRegistryStore(place.path);
    const [a, b, c] = await store.listRuns("");
    assertEquals(a?.parameters, { kappa: "1.0", note: "seen" });
    assertEquals(a?.metrics, { phi_total: "0.5" });
    assertEquals(a?.artifactPaths, { metrics_csv: "runs/grid_a/out/metrics.csv" });
    assertEquals(b?.error, 'Configuration, "bad":\n  - x');
    assertEquals(c?.parameters, { kappa: 4 });
    await store.upsert(entryOf("grid_d", { parameters: { seed: 1 }, artifactPaths: {} }));
  }
  const lines = place.read("registry/experiments.csv").split("\r\n");
  assertEquals(
    lines[0],
    "status,kappa,run_id,note,phi_total,metrics_csv,error,experiment_id,seed,delta_total,time_to_stability",
  );
  assertEquals(lines[1], "completed,1.0,grid_a,seen,0.5,../runs/grid_a/out/metrics.csv,,,,,");
  assertEquals(lines[3], "completed,4,grid_c,,,,,,,,");
  assertEquals(lines[4], "completed,,grid_d,,0.25,,,,1,0.7500,3");
});

Deno.test("an upsert appends to the journal and leaves experiments.csv alone until flush()", async () => {
  using place = new Place();
  await using store = new FileRegistryStore(place.path);
  await store.upsert(entryOf("grid_1"));
  assertEquals(place.names(), ["registry/", "registry/journal.jsonl"]);
  const first = place.read("registry/journal.jsonl");
  await store.upsert(entryOf("grid_2"));
  assert(place.read("registry/journal.jsonl").startsWith(first));
  await store.flush();
  assertEquals(place.read("registry/experiments.csv").trim().split("\r\n").length, 3);
});

Deno.test("a store that is not closed loses nothing: the next one reads the journal", async () => {
  using place = new Place();
  const store = new FileRegistryStore(place.path);
  await store.upsert([entryOf("grid_1"), entryOf("grid_2")]);
  {
    await using next = new FileRegistryStore(place.path);
    assertEquals((await next.listRuns("")).map((entry) => entry.runId), ["grid_1", "grid_2"]);
  }
  await store[Symbol.asyncDispose]();
});

Deno.test("registry upsert() keeps the earlier rows when the journal's last line is torn", async () => {
  const lines = [entryOf("grid_1"), entryOf("grid_2"), entryOf("grid_3")].map(entryLine);
  const third = lines.pop() ?? "";
  for (let cut = 1; cut < third.length; cut += 31) {
    using place = new Place();
    place.write("registry/journal.jsonl", lines.join("") + third.slice(0, cut));
    const ids = async () => {
      await using store = new FileRegistryStore(place.path);
      return (await store.listRuns("")).map((entry) => entry.runId);
    };
    assertEquals(await ids(), ["grid_1", "grid_2"]);
    {
      await using store = new FileRegistryStore(place.path);
      await store.upsert(entryOf("grid_4"));
    }
    assertEquals(await ids(), ["grid_1", "grid_2", "grid_4"]);
    assertEquals(place.read("registry/journal.jsonl").split("\n").length, 5);
  }
});

Deno.test("a hole that a power loss left at the journal's end is cut off; damage in its middle is an error", async () => {
  using place = new Place();
  {
    await using store = new FileRegistryStore(place.path);
    await store.upsert(entryOf("grid_1"));
  }
  const journal = place.read("registry/journal.jsonl");
  Deno.removeSync(`${place.path}/registry/experiments.csv`);
  place.write("registry/journal.jsonl", journal + "\0\0\0\0\n\0\0");
  {
    await using store = new FileRegistryStore(place.path);
    assertEquals((await store.listRuns("")).length, 1);
  }
  place.write("registry/journal.jsonl", "{damaged}\n" + journal);
  const store = new FileRegistryStore(place.path);
  const error = await assertRejects(() => store.listRuns(""), StoreError);
  assertStringIncludes(error.message, "journal.jsonl is damaged");
});

Deno.test("after a flush only what follows the last marker is read again, unless the CSV file was replaced", async () => {
  using place = new Place();
  {
    await using store = new FileRegistryStore(place.path);
    await store.upsert(entryOf("grid_1", { metrics: { my_metric: "0.5" } }));
  }
  // What stands before the marker is not looked at, however damaged.
  const journal = place.read("registry/journal.jsonl");
  place.write("registry/journal.jsonl", journal.replace('{"run_id":"grid_1"', '{"run_id";"grid_1"'));
  {
    await using store = new FileRegistryStore(place.path);
    assertEquals((await store.get("", "grid_1"))?.metrics, { my_metric: "0.5" });
  }
  place.write("registry/journal.jsonl", journal);
  place.write("registry/experiments.csv", HEADER + "\r\n");
  await using store = new FileRegistryStore(place.path);
  assertEquals((await store.get("", "grid_1"))?.metrics, { my_metric: "0.5" });
});

Deno.test("a crash between writing experiments.csv and saying so in the journal changes nothing", async () => {
  using place = new Place();
  {
    await using store = new FileRegistryStore(place.path);
    await store.upsert([entryOf("grid_1"), entryOf("grid_2", { status: "failed", error: "a,b" })]);
  }
  const csv = place.read("registry/experiments.csv");
  const journal = place.read("registry/journal.jsonl");
  place.write("registry/journal.jsonl", journal.split("\n").slice(0, -2).join("\n") + "\n");
  {
    await using store = new FileRegistryStore(place.path);
    assertEquals((await store.listRuns("")).length, 2);
    await store.flush();
  }
  assertEquals(place.read("registry/experiments.csv"), csv);
});

Deno.test("a parameter and a metric of one name are refused, and nothing is written", async () => {
  using place = new Place();
  await using store = new FileRegistryStore(place.path);
  const error = await assertRejects(() => store.upsert(entryOf("a", { metrics: { kappa: "1" } })), StoreError);
  assertStringIncludes(error.message, 'Cannot record metric "kappa" of run a');
  assertEquals(await store.listRuns(""), []);
});

Deno.test("a run's files lie where spec 03 8.6 puts them, and no working directory is left", async () => {
  using place = new Place();
  const store = new FileResultStore(place.path);
  const names = ["scenario.yaml", "run.html", "events.jsonl", "balances.csv", "metrics.html"];
  const saved = await store.saveRun("", resultOf("grid_1"), names.map((name) => ({ name, content: name })));
  store.tidy();
  assertEquals(place.names(), [
    "runs/",
    "runs/grid_1/",
    "runs/grid_1/out/",
    "runs/grid_1/out/balances.csv",
    "runs/grid_1/out/events.jsonl",
    "runs/grid_1/out/metrics.html",
    "runs/grid_1/result.json",
    "runs/grid_1/run.html",
    "runs/grid_1/scenario.yaml",
  ]);
  assertEquals(saved.artifacts["events_jsonl"], "runs/grid_1/out/events.jsonl");
  assertEquals(JSON.parse(place.read("runs/grid_1/result.json")).execution_time_ms, 3);
});

Deno.test("a link that leads out of the store is refused", async () => {
  using place = new Place();
  using outside = new Place();
  outside.write("secret.txt", "secret");
  const store = new FileResultStore(place.path);
  await store.saveRun("", resultOf("a"), [{ name: "events.jsonl", content: "" }]);
  Deno.symlinkSync(`${outside.path}/secret.txt`, `${place.path}/runs/a/out/link.csv`);
  Deno.symlinkSync(outside.path, `${place.path}/runs/b`);
  await assertRejects(() => store.loadArtifact("runs/a/out/link.csv"), InvalidReference, "through a link");
  await assertRejects(() => store.openArtifact("runs/b/secret.txt"), InvalidReference, "through a link");
});

Deno.test("writePartsAtomic() shows a file when all its parts are there, and the old one when they fail", async () => {
  using place = new Place();
  const parts = async function* (end: () => void) {
    yield "one,";
    assertEquals(place.names("a").filter((name) => name === "a/c.txt").length, seen);
    yield await Promise.resolve("two");
    end();
  };
  let seen = 0;
  await writePartsAtomic(`${place.path}/a/c.txt`, parts(() => {}));
  assertEquals(place.read("a/c.txt"), "one,two");
  seen = 1;
  const failing = parts(() => {
    throw new RangeError("no third part");
  });
  await assertRejects(() => writePartsAtomic(`${place.path}/a/c.txt`, failing), RangeError, "no third part");
  assertEquals([place.read("a/c.txt"), place.names("a").length], ["one,two", 1]);
  const open = () => writePartsAtomic(`${place.path}/a`, parts(() => {}));
  await assertRejects(open, StoreError, "it is a directory");
  assertEquals(place.names(), ["a/", "a/c.txt"]);
});

Deno.test("writeFileAtomic() replaces a file whole, makes directories, and leaves no temporary file", () => {
  using place = new Place();
  writeFileAtomic(`${place.path}/a/b/c.txt`, "one");
  writeFileAtomic(`${place.path}/a/b/c.txt`, new TextEncoder().encode("two"));
  assertEquals(place.names(), ["a/", "a/b/", "a/b/c.txt"]);
  assertEquals(place.read("a/b/c.txt"), "two");
});

Deno.test("writeFileAtomic() says in one sentence what is wrong and leaves the old file", () => {
  using place = new Place();
  place.write("file", "old");
  Deno.mkdirSync(`${place.path}/directory`);
  const sentence = (path: string) => assertThrows(() => writeFileAtomic(path, "new"), StoreError).message;
  assertEquals(sentence(`${place.path}/directory`), `Cannot write ${place.path}/directory: it is a directory`);
  assertEquals(
    sentence(`${place.path}/file/below`),
    `Cannot write ${place.path}/file/below: a part of the path is a file, not a directory`,
  );
  assertEquals(place.names(), ["directory/", "file"]);
  assertEquals(place.read("file"), "old");
  assertNotEquals(place.read("file"), "new");
});
