/** Policy experiments that are stopped or killed go on with `--resume`, to the records of one that never was. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ExperimentReader } from "../../src/experiments/payments/contracts.ts";
import { DuckDbExperimentReader } from "../../src/stores/duckdb/experiment_reader.ts";
import { Database } from "../../src/stores/duckdb/driver.ts";
import { ExperimentJournal } from "../../src/stores/files/experiment_journal.ts";
import { type Finished, Folder, ROOT } from "./program.ts";

const EXAMPLES = `${ROOT}examples/payments/experiments`;

/** A started program. */
interface Started {
  readonly child: Deno.ChildProcess;
  readonly finished: Promise<Finished>;
}

function started(
  directory: string,
  args: readonly string[],
  env: Record<string, string> = {},
  onOutput: (text: string) => void = () => {},
  onError: (text: string) => void = () => {},
): Started {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=experiment", "src/cli/main.ts", "-C", directory, "payments", "experiment"]
      .concat(args),
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const read = async (stream: ReadableStream<Uint8Array>, heard: (text: string) => void) => {
    let text = "";
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      text += piece;
      heard(text);
    }
    return text;
  };
  const finished = Promise.all([read(child.stdout, onOutput), read(child.stderr, onError), child.status])
    .then(([out, error, { code }]) => ({ code, out, error }));
  return { child, finished };
}

/** What is recorded of the experiment `x`, times aside, with the events of its simulations. */
async function recordsAt(place: string): Promise<unknown> {
  if (!place.endsWith(".db")) {
    const events = [...Deno.readDirSync(`${place}/x`)].map(({ name }) => name).filter((name) => name.endsWith(".jsonl"))
      .sort().map((name) => [name, Deno.readTextFileSync(`${place}/x/${name}`)]);
    return [await withoutTimes(new ExperimentJournal(place)), events];
  }
  await using database = await Database.open(place, { readOnly: true });
  const questions = [
    "SELECT id, event_type FROM experiment_events ORDER BY id",
    "SELECT simulation_id, tick, event_type, agent_id, tx_id, details FROM simulation_events " +
    "ORDER BY simulation_id, tick, event_timestamp",
    "SELECT simulation_id, experiment_iteration, rng_seed, status, total_cost_cents, config_json FROM simulations " +
    "ORDER BY simulation_id",
  ];
  const rows = [];
  for (const sql of questions) rows.push(await database.rows(sql));
  return [await withoutTimes(new DuckDbExperimentReader(database)), rows];
}

async function withoutTimes(reader: ExperimentReader): Promise<unknown> {
  const isTime = /^(?:timestamp|created_at|completed_at|latency_seconds)$/;
  const found = await reader.loadExperiment("x");
  assert(found !== null && found.experiment.completed_at !== null);
  return JSON.parse(JSON.stringify(found, (key, value) => isTime.test(key) ? "" : value));
}

const LONG = `${Deno.readTextFileSync(`${EXAMPLES}/liquidity-search.yaml`)}`
  .replace("two-banks.yaml", `${EXAMPLES}/two-banks.yaml`)
  .replace("max_iterations: 12", "max_iterations: 60").replace("stability_window: 5", "stability_window: 99");

for (
  const [name, signal, db] of [["Ctrl-C", "SIGINT", "records"], ["kill -9", "SIGKILL", "records"], [
    "kill -9, in a database",
    "SIGKILL",
    "records.db",
  ]] as const
) {
  Deno.test(`an experiment goes on after ${name}, to the same records and the same output`, async () => {
    using folder = new Folder();
    folder.write("long.yaml", LONG);
    const run = ["run", "long.yaml", "--db", db, "--run-id", "x", "--persist-bootstrap"];
    // Whole first, in a folder of its own.
    Deno.mkdirSync(`${folder.path}/whole`);
    // A database takes longer for each record.
    const short = LONG.replace("num_samples: 20", "num_samples: 3").replace(": 60", db === "records" ? ": 40" : ": 8");
    folder.write("whole/long.yaml", short);
    folder.write("long.yaml", short);
    const whole = await started(`${folder.path}/whole`, run).finished;
    assertEquals([whole.code, whole.error], [0, ""]);
    let sent = false;
    const first: Started = started(folder.path, run, {}, (text) => {
      if (sent || !text.includes("iteration 4: cost")) return;
      sent = true;
      first.child.kill(signal);
    });
    const { code, error } = await first.finished;
    assertEquals(code, signal === "SIGINT" ? 130 : 137, error);
    if (signal === "SIGINT") {
      assertStringIncludes(error, "x is recorded so far; --resume x goes on.");
      const results = await started(folder.path, ["results", "--db", db]).finished;
      assertStringIncludes(results.out, "interrupted");
    }
    const resumed = await started(folder.path, ["run", "--resume", "x", "--db", db]).finished;
    assertEquals([resumed.code, resumed.error], [0, ""]);
    assertEquals(resumed.out, whole.out);
    assertEquals(await recordsAt(`${folder.path}/${db}`), await recordsAt(`${folder.path}/whole/${db}`));
    const again = await started(folder.path, ["run", "--resume", "x", "--db", db]).finished;
    assertEquals(again.code, 1);
    assertStringIncludes(again.error, "The experiment x has ended");
  });
}

Deno.test("a second Ctrl-C does not wait for the evaluation in flight", async () => {
  using folder = new Folder();
  folder.write("long.yaml", LONG.replace("num_samples: 20", "num_samples: 20000"));
  const args = ["run", "long.yaml", "--db", "records", "--run-id", "x"];
  const heard = { out: false, error: false };
  const child: Started = started(folder.path, args, {}, (text) => {
    if (!heard.out && text.includes("run x")) child.child.kill("SIGINT");
    heard.out ||= text.includes("run x");
  }, (text) => {
    if (!heard.error && text.includes("Stopping")) child.child.kill("SIGINT");
    heard.error ||= text.includes("Stopping");
  });
  const { code, error } = await child.finished;
  assertEquals(code, 130, error);
  assertStringIncludes(error, "--resume x goes on.");
});

/** A language model that answers by bank and iteration, and does something at a certain request. */
function model(at: number, happens: () => void) {
  let asked = 0;
  const held = Promise.withResolvers<Response>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { messages } = await request.json();
    if (++asked === at) {
      happens();
      return await held.promise;
    }
    const [, bank = "", iteration = ""] = /Bank (\w+), iteration (\d+)/.exec(messages[1].content) ?? [];
    const share = 0.5 - Number(iteration) / (bank === "NORTH" ? 20 : 30);
    // The first answer of each second iteration is no policy.
    const content = Number(iteration) % 2 === 0 && !messages[1].content.includes("was refused")
      ? "I am sorry."
      : JSON.stringify({
        policy_id: "p",
        parameters: { initial_liquidity_fraction: share },
        payment_tree: { type: "action", action: "Release" },
      });
    return Response.json({ choices: [{ message: { content } }] });
  });
  return {
    get asked() {
      return asked;
    },
    env: { BILANCIO_LLM_BASE_URL: `http://127.0.0.1:${server.addr.port}/v1`, BILANCIO_LLM_MODEL: "tiny" },
    async [Symbol.asyncDispose]() {
      held.resolve(new Response());
      await server.shutdown();
    },
  };
}

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  Deno.test(`answers of a language model are not asked for again after ${signal}`, async () => {
    using folder = new Folder();
    const run = ["run", `${EXAMPLES}/scripted.yaml`, "--proposer", "llm", "--run-id", "x"];
    await using steady = model(-1, () => {});
    const whole = await started(folder.path, [...run, "--db", "whole"], steady.env).finished;
    assertEquals(whole.code, 0, whole.error);
    const { promise, resolve } = Promise.withResolvers<Started>();
    await using failing = model(10, () => void promise.then(({ child }) => child.kill(signal)));
    const first = started(folder.path, [...run, "--db", "records"], failing.env);
    resolve(first);
    const stopped = await first.finished;
    assertEquals(stopped.code, signal === "SIGINT" ? 130 : 137, stopped.error);
    const resume = ["run", "--resume", "x", "--db", "records"];
    const resumed = await started(folder.path, resume, failing.env).finished;
    assertEquals([resumed.code, resumed.out], [0, whole.out], resumed.error);
    // The request in flight is asked again; so is, in a round of two, the one before it.
    const repeated = failing.asked - steady.asked;
    assert(repeated >= 1 && repeated <= 2, `${repeated} requests were repeated`);
    assertEquals(await recordsAt(`${folder.path}/records`), await recordsAt(`${folder.path}/whole`));
  });
}

Deno.test("--resume says what it cannot go on with", async () => {
  using folder = new Folder();
  const file = folder.write("x.yaml", Deno.readTextFileSync(`${EXAMPLES}/scripted.yaml`));
  folder.write("two-banks.yaml", Deno.readTextFileSync(`${EXAMPLES}/two-banks.yaml`));
  const run = async (...args: string[]) => {
    const { code, error } = await started(folder.path, ["run", ...args]).finished;
    return [code, error] as const;
  };
  assertEquals(await run(), [
    2,
    "bilancio payments experiment run needs FILE: experiment (YAML), or --resume RUN_ID.\n",
  ]);
  assertEquals(await run("--resume", "x"), [2, "--resume needs --db PATH: where the experiment is recorded.\n"]);
  assertEquals(await run("--resume", "x", "--db", "records"), [
    1,
    "No experiment x is recorded there; `payments experiment results` lists them.\n",
  ]);
  assertEquals(await run("--resume", "x", "--db", "records", "--seed", "7", "--reference"), [
    2,
    "--resume goes on as the experiment was started; leave out --reference, --seed.\n",
  ]);
  await run("x.yaml", "--db", "records", "--run-id", "x");
  // As if the process had died before the end.
  const lines = folder.read("records/x.jsonl").trimEnd().split("\n");
  folder.write("records/x.jsonl", `${lines.slice(0, 30).join("\n")}\n${lines[30]?.slice(0, 20)}`);
  folder.write("two-banks.yaml", Deno.readTextFileSync(`${EXAMPLES}/two-banks.yaml`).replace("200000", "200001"));
  const [code, error] = await run("--resume", "x", "--db", "records");
  assertEquals(code, 1);
  assertStringIncludes(error, "x was started with another experiment file, scenario or policies than are there now");
  folder.write("two-banks.yaml", Deno.readTextFileSync(`${EXAMPLES}/two-banks.yaml`));
  assertEquals(await run(file, "--resume", "x", "--db", "records"), [0, ""]);
  assertEquals(folder.read("records/x.jsonl").trimEnd().split("\n").length, lines.length);
});
