/** Texts that mean something to a database, a shell or a spreadsheet, in every place where a text goes to Postgres. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidReference, ValidationError } from "../../src/core/errors.ts";
import type { CloudRun } from "../../src/experiments/contracts.ts";
import { openPostgres, type PostgresConnection } from "../../src/stores/postgres/connection.ts";
import { PostgresJobStore } from "../../src/stores/postgres/job_store.ts";
import { PostgresRecords } from "../../src/stores/postgres/records.ts";
import { PostgresRegistryStore } from "../../src/stores/postgres/registry_store.ts";
import { PostgresSimulations } from "../../src/stores/postgres/simulations.ts";
import { PostgresSweeps } from "../../src/stores/postgres/sweeps.ts";
import { eventOf, jobOf } from "../stores/job_suite.ts";
import { entryOf } from "../stores/registry_suite.ts";
import { startPostgres } from "../support/postgres.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

const HOSTILE: readonly string[] = [
  "'; DROP TABLE jobs; --",
  "' OR '1'='1",
  "') ON CONFLICT DO NOTHING; DELETE FROM runs; --",
  '"; DROP SCHEMA public CASCADE; --',
  "$1",
  "$$; DROP TABLE sweeps; $$",
  "\\",
  "\\'; DROP TABLE metrics; --",
  "\\u0000",
  "%s %n",
  "{}",
  '{"a": 1}',
  '{"x","y"}',
  "NULL",
  "null",
  "../../etc/passwd",
  "a/b\\c",
  '=HYPERLINK("http://example.org","x")',
  "+1+cmd|' /C calc'!A0",
  "@SUM(1)",
  "__proto__",
  "constructor",
  "ρ → 日本 \u{1F600} \u202e",
  "a\nb\r\n\tc",
  "\u0001\u001b[31m",
  " ",
  "1e0",
  "true",
];
const LONG = "x'\"\\".repeat(25_000);
const UNKEEPABLE = ["a\0b", "\ud800", "a\udc00b"];

async function on(body: (connection: PostgresConnection) => Promise<void>): Promise<void> {
  await using database = await server.createDatabase({ migrated: true });
  await using connection = openPostgres({ url: database.url });
  const tables = () =>
    connection.rows("SELECT count(*) AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'");
  const before = await tables();
  await body(connection);
  assertEquals(await tables(), before, "no table came or went");
}

Deno.test("hostile texts in parameters, metrics, errors, references and filters of a registry stay texts", () =>
  on(async (connection) => {
    await using store = new PostgresRegistryStore(connection);
    const texts = [...HOSTILE, LONG];
    const entries = texts.map((text, i) =>
      entryOf(`r_${i}`, {
        status: "failed",
        error: text,
        parameters: { [text]: i, text },
        metrics: { [`m ${text}`]: text },
        artifactPaths: { [text]: text },
      })
    );
    await store.upsert(entries);
    assertEquals(await store.listRuns(""), entries);
    for (const [i, text] of texts.entries()) {
      const ids = async (filters: Parameters<PostgresRegistryStore["query"]>[1]) =>
        (await store.query("", filters)).map(({ runId }) => runId);
      assertEquals(await ids({ text }), [`r_${i}`], text.slice(0, 80));
      assertEquals(await ids({ [text]: i }), [`r_${i}`]);
      assertEquals(await ids({ [text]: { min: i, max: i } }), [`r_${i}`]);
      assertEquals(await ids({ [`m ${text}`]: text }), [`r_${i}`]);
      assertEquals(await ids({ status: text }), []);
      assertEquals((await store.getCompletedKeys("", [text])).size, 0);
      if (!/^[\w.-]+$/.test(text) || text.length > 500) {
        await assertRejects(() => store.upsert(entryOf(text)), InvalidReference);
        await assertRejects(() => store.listRuns(text), InvalidReference);
      }
    }
    for (const text of UNKEEPABLE) {
      await assertRejects(() => store.upsert(entryOf("bad", { error: text })), ValidationError);
      await assertRejects(() => store.upsert(entryOf("bad", { parameters: { [text]: 1 } })), ValidationError);
      await assertRejects(() => store.query("", { [text]: 1 }), ValidationError);
      assertEquals(await store.query("", { kappa: text }), []);
      await assertRejects(() => store.query("", { [text]: { min: 1 } }), ValidationError);
      await assertRejects(() => store.getCompletedKeys("", [text]), ValidationError);
    }
    assertEquals(await store.get("", "bad"), null);
  }));

Deno.test("hostile texts in jobs, events, runs and measures stay texts", () =>
  on(async (connection) => {
    await using jobs = new PostgresJobStore(connection);
    const records = new PostgresRecords(connection);
    await jobs.saveJob(jobOf("amber-hill"));
    for (const [i, text] of HOSTILE.entries()) {
      const job = jobOf("birch-hill", {
        description: text,
        notes: text,
        error: text,
        volumeExperimentId: text,
        config: { ...jobOf("birch-hill").config, sweepType: text },
      });
      await jobs.saveJob(job);
      const found = await jobs.getJob("birch-hill");
      assertEquals([found?.description, found?.notes, found?.config.sweepType], [text, text, text]);
      await jobs.saveEvent(eventOf("birch-hill", { details: { [text]: text, i } }));
      assertEquals(await jobs.getJob(text), null);
      assertEquals(await jobs.getEvents(text), []);
      assertEquals(await records.listRuns(text), []);
      const run: CloudRun = {
        ...{ runId: text, jobId: "amber-hill", createdAt: "2026-01-31T10:00:00.000Z", completedAt: null },
        ...{ status: "running", kappa: "1", concentration: "1", mu: "0", monotonicity: null, outsideMidRatio: null },
        ...{ seed: null, executionTimeMs: null, attempt: 1 },
        ...{ regime: text, worker: text, error: text, parameters: { [text]: text }, artifacts: { [text]: text } },
      };
      await records.saveRuns([run]);
      assertEquals(await records.getRun("amber-hill", text), run);
      const none = { phiTotal: null, nDefaults: null, nClears: null, timeToStability: null, tradingEffect: null };
      await records.saveMetrics([
        {
          ...{ ...none, totalTrades: null, totalTradeVolume: null },
          ...{ runId: text, jobId: "amber-hill", deltaTotal: `${i}`, rawMetrics: { [text]: text } },
        },
      ]);
      const measured = await records.queryMetrics({ regime: text });
      assertEquals(measured.map((each) => each.metrics.rawMetrics), [{ [text]: text }]);
      assertEquals(await records.queryMetrics({ jobId: `${text}'` }), []);
    }
    const details = (await jobs.getEvents("birch-hill")).map((event) => event.details["i"]);
    assertEquals(details, HOSTILE.map((_, i) => i));
    for (const bound of ["'; DROP TABLE jobs; --", "1; SELECT 1", "", "1) OR (true"]) {
      for (const query of [{ minDelta: bound }, { maxDelta: bound }, { kappas: [bound] }]) {
        await assertRejects(() => records.queryMetrics(query), Error, "refuses a value", bound);
      }
    }
    for (const text of UNKEEPABLE) {
      await assertRejects(() => jobs.saveJob(jobOf("cedar-hill", { notes: text })), ValidationError);
      await assertRejects(() => jobs.getJob(text), ValidationError);
      await assertRejects(() => jobs.updateStatus("amber-hill", { status: "failed", error: text }), ValidationError);
      await assertRejects(() => jobs.saveEvent(eventOf("amber-hill", { details: { text } })), ValidationError);
      await assertRejects(() => records.queryMetrics({ regime: text }), ValidationError);
    }
    await jobs.saveJob(jobOf("delta-hill", { notes: LONG }));
    assertEquals((await jobs.getJob("delta-hill"))?.notes, LONG);
  }));

Deno.test("hostile names, arms and values of sweeps stay texts; names that are too long are refused", () =>
  on(async (connection) => {
    const sweeps = new PostgresSweeps(connection);
    for (const text of HOSTILE) {
      const record = {
        name: text,
        sweepType: text,
        config: { [text]: text },
        summary: { [text]: [text] },
        pairsTotal: null,
        pairsCompleted: null,
        comparisons: [{ kappa: "1", passive_run_id: text, [`extra ${text}`]: text }],
        registry: [{ branch: text, entry: entryOf("grid_1", { experimentId: text, parameters: { [text]: text } }) }],
      };
      await sweeps.saveSweep(record);
      assertEquals((await sweeps.saveSweep(record)).registry, { inserted: 0, changed: 0 });
      const stored = await sweeps.getSweep(text);
      assert(stored !== null);
      assertEquals([stored.config, stored.summary, stored.registry], [record.config, record.summary, record.registry]);
      assertEquals(stored.comparisons[0]?.[`extra ${text}`], text);
      assertEquals((await sweeps.listSweeps({ sweepType: text })).map(({ name }) => name), [text]);
    }
    assertEquals((await sweeps.listSweeps()).length, HOSTILE.length);
    for (const text of HOSTILE) await sweeps.deleteSweep(text);
    assertEquals(await sweeps.listSweeps(), []);
    await assertRejects(() => sweeps.pruneSweeps("'; DROP TABLE jobs; --"), Error, "refuses a value");
    const empty = {
      ...{ sweepType: "ring", config: {}, summary: null, pairsTotal: null, pairsCompleted: null },
      ...{ comparisons: [], registry: [] },
    };
    await assertRejects(() => sweeps.saveSweep({ ...empty, name: LONG }), InvalidReference, "too long");
    for (const text of UNKEEPABLE) {
      await assertRejects(() => sweeps.saveSweep({ ...empty, name: text }), ValidationError);
      await assertRejects(() => sweeps.getSweep(text), ValidationError);
    }
  }));

Deno.test("hostile ids, configurations and events of simulations stay texts", () =>
  on(async (connection) => {
    const store = new PostgresSimulations(connection);
    for (const text of HOSTILE) {
      await store.persistSimulationStart(text, { config_file: text, [text]: text }, text, 1);
      const event = { event_type: text, agent_id: text, tx_id: text, [`field ${text}`]: text };
      await store.persistTickEvents(text, 1, [event, {
        ...{ event_type: "StateRegisterSet", agent_id: text, register_key: text, new_value: 1 },
      }]);
      await store.persistSimulationComplete(text, {});
    }
    const rows = await connection.rows(
      `SELECT s.simulation_id, s.config_json, e.event_type, e.agent_id, e.details, r.register_key
       FROM simulations s JOIN simulation_events e USING (simulation_id) JOIN agent_state_registers r USING (simulation_id)
       WHERE e.sequence = 0 ORDER BY s.started_at, s.simulation_id`,
    );
    const key = (row: { readonly [name: string]: unknown }) => String(row["simulation_id"]);
    const expected = HOSTILE.map((text) => ({
      ...{ simulation_id: text, config_json: { config_file: text, [text]: text }, event_type: text, agent_id: text },
      ...{ details: { [`field ${text}`]: text }, register_key: text },
    }));
    const sorted = <R extends { readonly [name: string]: unknown }>(list: readonly R[]) =>
      list.toSorted((a, b) => key(a) < key(b) ? -1 : 1);
    assertEquals(sorted(rows), sorted(expected));
    for (const text of UNKEEPABLE) {
      await assertRejects(() => store.persistSimulationStart(text, {}), ValidationError);
      await assertRejects(() => store.persistSimulationStart("s", { text }), ValidationError);
    }
    for (const text of HOSTILE) await store.delete(text);
  }));
