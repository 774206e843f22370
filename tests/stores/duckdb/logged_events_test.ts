/** Events in typed columns: what the view shows of them is what the log says, byte for byte (spec 08 4). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import { Decimal } from "../../../src/core/decimal.ts";
import { StoreError } from "../../../src/core/errors.ts";
import { EventLog, type EventSchema } from "../../../src/core/event_log.ts";
import { floatText } from "../../../src/core/number_text.ts";
import type { ReadableLog } from "../../../src/experiments/contracts.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { runPayments } from "../../../src/payments/script.ts";
import { simulateRing } from "../../../src/ring/engine/simulate.ts";
import { loadScenarioText } from "../../../src/ring/scenario/parse.ts";
import { Database, type Row } from "../../../src/stores/duckdb/driver.ts";
import { DetailsWriter } from "../../../src/stores/duckdb/event_details.ts";
import { layoutFromText, NUMBER_SLOTS } from "../../../src/stores/duckdb/event_shapes.ts";
import { SCHEMA_VERSION } from "../../../src/stores/duckdb/migrations.ts";
import { simulationEvents } from "../../../src/stores/duckdb/queries.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { ABSENT_NUMBER, NULL_NUMBER } from "../../../src/stores/duckdb/slot_numbers.ts";
import { Place } from "../places.ts";
import { withTransactionsTable } from "./older_databases.ts";

const EXAMPLES = fromFileUrl(new URL("../../../examples/", import.meta.url));
const ORDERED = "SELECT tick, event_type, agent_id, tx_id, details FROM simulation_events WHERE simulation_id = ? " +
  "ORDER BY event_timestamp";

/** The rows of a log as the writer of texts makes them. */
function written(log: ReadableLog): Row[] {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const writer = new DetailsWriter(log, (name) => {
    const number = numbers.get(name) ?? names.push(name) - 1;
    numbers.set(name, number);
    return number;
  });
  return Array.from({ length: log.length }, (_, event) => {
    writer.moveTo(event);
    const name = (number: number) => number < 0 ? null : names[number] ?? null;
    const { kind, agent, tx, details } = writer;
    return { tick: log.time(event), event_type: kind, agent_id: name(agent), tx_id: name(tx), details };
  });
}

async function recorded(store: DuckDbSimulations, id: string, log: ReadableLog, cuts: readonly number[] = []) {
  await store.start(id, {}, { ticksPerDay: 1 });
  const places = [...new Set([0, ...cuts.filter((cut) => cut < log.length), log.length])].sort((a, b) => a - b);
  for (const [i, from] of places.entries()) {
    const to = places[i + 1];
    if (to !== undefined) await store.record(id, [{ log, from, to }]);
  }
  return await store.database.rows(ORDERED, [id]);
}

function open(): Promise<DuckDbSimulations> {
  return DuckDbSimulations.open(":memory:", { threads: 1 });
}

Deno.test("the view shows every event of the example runs of both models as the log says it", async () => {
  await using store = await open();
  const kinds = new Set<string>();
  for (const { name } of [...Deno.readDirSync(`${EXAMPLES}payments`)].filter(({ name }) => name.endsWith(".yaml"))) {
    const path = `${EXAMPLES}payments/${name}`;
    const { config, behaviours } = await loadPaymentsScenario(Deno.readTextFileSync(path), name, {
      readPolicy: (file) => Deno.readTextFileSync(file.startsWith("/") ? file : `${EXAMPLES}payments/${file}`),
    });
    for (const log of runPayments(config, { behaviours }).logs) {
      assertEquals(await recorded(store, name, log, [7, 100]), written(log), name);
      for (let event = 0; event < log.length; event++) kinds.add(log.kind(event));
    }
  }
  for (const { name } of [...Deno.readDirSync(`${EXAMPLES}scenarios`)].filter(({ name }) => name.endsWith(".yaml"))) {
    const { scenario } = loadScenarioText(Deno.readTextFileSync(`${EXAMPLES}scenarios/${name}`), name);
    const { log } = simulateRing(scenario, { checkInvariants: "none" });
    assertEquals(await recorded(store, name, log, [11]), written(log), name);
    for (let event = 0; event < log.length; event++) kinds.add(log.kind(event));
  }
  assert(kinds.size > 35, `only ${kinds.size} kinds of events`);
});

/** A model with every type of field, and a kind with more fields than there are columns. */
const SCHEMA = {
  Everything: [
    ["agent", "ref:agent"],
    ["contract", "ref:contract"],
    ["other", "ref:contract", "optional"],
    ["ticket", "ref:ticket", "optional"],
    ["text", "text", "optional"],
    ["whole", "int", "optional"],
    ["float", "float", "optional"],
    ["flag", "bool", "optional"],
    ["amount", "decimal", "optional"],
    ["list", "json", "optional"],
  ],
  Crowded: [
    ["t0", "text", "optional"],
    ["t1", "text", "optional"],
    ["t2", "text", "optional"],
    ["t3", "text", "optional"],
    ["t4", "text", "optional"],
    ["t5", "text", "optional"],
    ["t6", "text", "optional"],
    ["t7", "text", "optional"],
    ["n0", "float", "optional"],
    ["n1", "float", "optional"],
    ["n2", "float", "optional"],
    ["n3", "float", "optional"],
    ["n4", "float", "optional"],
    ["n5", "float", "optional"],
    ["n6", "float", "optional"],
    ["n7", "float", "optional"],
  ],
  Nothing: [],
} as const satisfies EventSchema;

const odd = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", '"', "\\", "\n", "a\nb", "\u0000", "é", "日本", "😀", "it's", "%s", "', \"x\": '", "{}", "-1"),
);
const whole = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 });
const float = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1, 1e16, 1e-5, 1e-4, 123456789012345680, 1e22, 5e-324, 1.7976931348623157e308),
);
const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 28n) + 1n, max: 10n ** 28n - 1n }), fc.integer({ min: -12, max: 3 }))
  .map(([coefficient, exponent]) => Decimal.of(coefficient, exponent));
const small = fc.oneof(fc.integer({ min: -999, max: 999 }).map((n) => Decimal.of(n, -2)), whole.map(Decimal.integer));
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.constant(null), fc.constant(undefined));
const event = fc.record({
  kind: fc.constantFrom("Everything" as const, "Crowded" as const, "Nothing" as const),
  everything: fc.tuple(
    fc.option(fc.nat(5)),
    fc.option(fc.nat(700)),
    perhaps(fc.nat(700)),
    perhaps(fc.nat(9)),
    perhaps(odd),
    perhaps(whole),
    perhaps(float),
    perhaps(fc.boolean()),
    perhaps(fc.oneof(decimal, small)),
    perhaps(fc.array(fc.oneof(odd, whole, fc.boolean()), { maxLength: 3 })),
  ),
  crowded: fc.tuple(
    perhaps(odd),
    perhaps(odd),
    perhaps(odd),
    perhaps(odd),
    perhaps(odd),
    perhaps(odd),
    perhaps(odd),
    perhaps(odd),
    perhaps(float),
    perhaps(float),
    perhaps(float),
    perhaps(float),
    perhaps(float),
    perhaps(float),
    perhaps(float),
    perhaps(float),
  ),
});

type DrawnEvent = typeof event extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function logOf(events: readonly DrawnEvent[], hasPhases: boolean) {
  const log = new EventLog(SCHEMA, {
    time: "day",
    phases: hasPhases ? ["setup", "simulation"] : [],
    names: { agent: (n) => `A${n}`, contract: (n) => `é"${n}`, ticket: (n) => `T\\${n}` },
  });
  events.forEach(({ kind, everything, crowded }, i) => {
    log.stamp(i >> 2, hasPhases ? (i < 3 ? "setup" : "simulation") : undefined);
    if (kind === "Everything") log.emit(kind, ...everything);
    else if (kind === "Crowded") log.emit(kind, ...crowded);
    else log.emit(kind);
  });
  return log;
}

Deno.test("an event comes back from the columns as its log has it, whatever stands in it and wherever it is cut", async () => {
  await using store = await open();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 30 }),
      fc.array(fc.nat(30), { maxLength: 3 }),
      fc.boolean(),
      async (events, cuts, hasPhases) => {
        const log = logOf(events, hasPhases);
        const found = await recorded(store, `s-${run++}`, log, cuts);
        assertEquals(found, written(log));
        for (const { details } of found) JSON.parse(String(details));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("the text of a float in the database is that of spec 08 1", async () => {
  await using database = await Database.open(":memory:");
  await database.run("CREATE TABLE floats (place INTEGER, value DOUBLE)");
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(finite, float.filter(Number.isFinite)), { minLength: 1 }), async (values) => {
      const places = Int32Array.from(values, (_, i) => i);
      await database.run("DELETE FROM floats");
      await database.exclusively((session) =>
        session.append("floats", ["integer", "double"], [places, Float64Array.from(values)])
      );
      const rows = await database.rows("SELECT value::VARCHAR AS text FROM floats ORDER BY place");
      assertEquals(rows.map((row) => row["text"]), values.map(floatText));
    }),
    { numRuns: 100 },
  );
});

Deno.test("a write that fails leaves nothing, and what is recorded afterwards has its names", async () => {
  await using store = await open();
  const { scenario } = loadScenarioText(
    Deno.readTextFileSync(`${EXAMPLES}scenarios/04-default-cascade.yaml`),
    "c.yaml",
  );
  const { log } = simulateRing(scenario, { checkInvariants: "none" });
  await store.start("s", {}, { ticksPerDay: 1 });
  await store.record("s", [{ log, from: 0, to: 10 }]);
  const broken = { table: "nowhere", types: ["integer"] as const, columns: [[1]] };
  await assertRejects(() => store.record("s", [{ log, from: 10, to: 30 }], [broken]), StoreError, "nowhere");
  assertEquals((await store.database.rows(ORDERED, ["s"])).length, 10);
  await store.record("s", [{ log, from: 10, to: log.length }]);
  assertEquals(await store.database.rows(ORDERED, ["s"]), written(log));
});

Deno.test("kinds of events that a failed write met are noted by the next one, also when both were asked for at once", async () => {
  await using store = await open();
  const { scenario } = loadScenarioText(Deno.readTextFileSync(`${EXAMPLES}scenarios/01-two-firms.yaml`), "f.yaml");
  const { log } = simulateRing(scenario, { checkInvariants: "none" });
  const stretch = { log, from: 0, to: log.length };
  const broken = { table: "nowhere", types: ["integer"] as const, columns: [[1]] };
  const whole = { config: {}, start: { ticksPerDay: 1 }, stretch, end: { status: "completed" as const } };
  await assertRejects(() => store.recordMany([{ ...whole, simulationId: "w", rows: [broken] }]), StoreError, "nowhere");
  await store.start("a", {}, { ticksPerDay: 1 });
  await store.start("b", {}, { ticksPerDay: 1 });
  const [failed, kept] = await Promise.allSettled([
    store.record("a", [stretch], [broken]),
    store.record("b", [stretch]),
  ]);
  assertEquals([failed.status, kept.status], ["rejected", "fulfilled"]);
  assertEquals(await store.database.rows(ORDERED, ["b"]), written(log));
  assertEquals(await store.database.rows(ORDERED, ["a"]), []);
  await store.recordMany([{ ...whole, simulationId: "w" }]);
  assertEquals(await store.database.rows(ORDERED, ["w"]), written(log));
});

Deno.test("a log that cannot be read leaves the view as it was, and no kind of event", async () => {
  await using store = await open();
  const unreadable = new EventLog(SCHEMA, {
    time: "day",
    phases: [],
    names: {
      agent: () => {
        throw new RangeError("no such agent");
      },
      contract: String,
      ticket: String,
    },
  });
  unreadable.emit("Everything", 1, 1, 1, 1, "t", 1, 1, true, null, null);
  const stretch = { log: unreadable, from: 0, to: 1 };
  const views = () => store.database.rows("SELECT sql FROM duckdb_views() WHERE view_name = 'simulation_events'");
  const before = await views();
  await store.start("s", {}, { ticksPerDay: 1 });
  await assertRejects(() => store.record("s", [stretch]), RangeError, "no such agent");
  const whole = { simulationId: "w", config: {}, start: {}, stretch, end: { status: "completed" as const } };
  await assertRejects(() => store.recordMany([whole]), RangeError, "no such agent");
  assertEquals(await store.database.rows("FROM event_shapes"), []);
  assertEquals(await views(), before);
});

Deno.test("many simulations are recorded in one step: all of them, or none", async () => {
  await using store = await open();
  const { scenario } = loadScenarioText(Deno.readTextFileSync(`${EXAMPLES}scenarios/01-two-firms.yaml`), "f.yaml");
  const { log } = simulateRing(scenario, { checkInvariants: "none" });
  const whole = (simulationId: string, config: Readonly<Record<string, unknown>> = {}) => ({
    simulationId,
    config,
    start: { ticksPerDay: 1, configHash: "h" },
    stretch: { log, from: 0, to: log.length },
    end: { status: "completed" as const, total_arrivals: 3, duration_seconds: 0.5 },
  });
  await store.recordMany([whole("a"), whole("b")]);
  await assertRejects(() => store.recordMany([whole("c"), whole("b")]), Error, "holds a simulation b already");
  const ids = () => store.database.rows("SELECT simulation_id, config_json FROM simulations ORDER BY simulation_id");
  assertEquals((await ids()).map((row) => row["simulation_id"]), ["a", "b"]);
  await store.recordMany([whole("c"), whole("b", { again: 1 })], { replace: true });
  assertEquals((await ids()).map((row) => row["config_json"]), ["{}", '{"again": 1}', "{}"]);
  for (const id of ["a", "b", "c"]) assertEquals(await store.database.rows(ORDERED, [id]), written(log), id);
  const runs = await store.database.rows(
    "SELECT simulation_id, status, total_transactions, epoch(end_time - start_time) AS took FROM simulation_runs ORDER BY ALL",
  );
  assertEquals(runs.map((row) => [row["simulation_id"], row["status"], row["total_transactions"], row["took"]]), [
    ["a", "completed", 3, 0.5],
    ["b", "completed", 3, 0.5],
    ["c", "completed", 3, 0.5],
  ]);
});

/** Brings a database back to what version 1004 made: all numbers of events as floats. */
async function withFloats(path: string): Promise<void> {
  await using database = await Database.open(path);
  const kinds = await database.rows("SELECT shape, event_type, fields FROM event_shapes");
  for (const slot of NUMBER_SLOTS) {
    const floats = kinds.filter((kind) =>
      layoutFromText(String(kind["event_type"]), String(kind["fields"])).places.some((place) =>
        place.slot === slot && place.type === "float"
      )
    );
    await database.run(`ALTER TABLE logged_events ALTER ${slot} TYPE DOUBLE USING CASE ${slot}
      WHEN ${NULL_NUMBER} THEN 'nan' WHEN ${ABSENT_NUMBER} THEN '-infinity' ELSE
      CASE WHEN shape IN (${["-1", ...floats.map(({ shape }) => String(shape))].join(", ")})
        THEN (${slot}::BIT)::DOUBLE ELSE ${slot}::DOUBLE END END`);
  }
  await withTransactionsTable(database);
  await database.run("DELETE FROM schema_migrations WHERE version > 1004");
}

Deno.test("a database that held all numbers of events as floats shows the same events after its migration", async () => {
  using place = new Place();
  const path = `${place.path}/r.duckdb`;
  const log = logOf(fc.sample(event, 300), true);
  let before: Row[];
  {
    await using store = await DuckDbSimulations.open(path);
    before = await recorded(store, "s", log);
  }
  await withFloats(path);
  await using store = await DuckDbSimulations.open(path);
  assertEquals(await store.database.rows(ORDERED, ["s"]), before);
  assertEquals(await recorded(store, "again", log), before);
  const page = (await simulationEvents(store.database, "s", { limit: 1000 })).events;
  assertEquals(page.map(({ details }) => details), before.map(({ details }) => JSON.parse(String(details))));
});

/** Brings a database back to what version 1002 made: events as rows with the text of their details. */
async function older(path: string): Promise<void> {
  await using database = await Database.open(path);
  await withTransactionsTable(database);
  await database.run(`
    INSERT INTO simulations (simulation_id, simulation_no, model, ticks_per_day, status, started_at)
      VALUES ('old', 1, 'payments', 10, 'completed', '2026-01-01');
    INSERT INTO event_kinds VALUES (0, 'Arrival');
    INSERT INTO simulation_names VALUES (1, 0, 'A'), (1, 1, 't0');
    INSERT INTO event_rows VALUES (1, 0, 5, 0, 0, 1, '{"amount": 40}'), (1, 1, 6, 0, -1, 1, '{"amount": 41}');
    CREATE OR REPLACE VIEW simulation_events AS
      SELECT s.simulation_id || ':' || e.sequence AS event_id, s.simulation_id, e.tick::BIGINT AS tick,
        (e.tick // greatest(s.ticks_per_day, 1))::BIGINT AS day,
        s.started_at + to_microseconds(e.sequence) AS event_timestamp, k.event_type, e.details,
        a.name AS agent_id, t.name AS tx_id, s.started_at + to_microseconds(e.sequence) AS created_at
      FROM event_rows e JOIN simulations s ON s.simulation_no = e.simulation_no JOIN event_kinds k ON k.kind = e.kind
        LEFT JOIN simulation_names a ON a.simulation_no = e.simulation_no AND a.number = e.agent
        LEFT JOIN simulation_names t ON t.simulation_no = e.simulation_no AND t.number = e.tx
      UNION ALL BY NAME SELECT * FROM earlier_simulation_events;
    DROP TABLE logged_events; DROP TABLE logged_names; DROP TABLE event_shapes;
    DELETE FROM schema_migrations WHERE version > 1002`);
}

Deno.test("a database whose events are texts is migrated: its rows stay, and new ones stand beside them", async () => {
  using place = new Place();
  const path = `${place.path}/r.duckdb`;
  await (await DuckDbSimulations.open(path))[Symbol.asyncDispose]();
  await older(path);
  await using store = await DuckDbSimulations.open(path);
  const [version] = await store.database.rows("SELECT max(version) AS version FROM schema_migrations");
  assertEquals(version?.["version"], SCHEMA_VERSION);
  assertEquals(await store.database.rows(ORDERED, ["old"]), [
    { tick: 5, event_type: "Arrival", agent_id: "A", tx_id: "t0", details: '{"amount": 40}' },
    { tick: 6, event_type: "Arrival", agent_id: null, tx_id: "t0", details: '{"amount": 41}' },
  ]);
  assertEquals((await simulationEvents(store.database, "old", { tick: 6 })).events.map((found) => found["tx_id"]), [
    "t0",
  ]);
  const { scenario } = loadScenarioText(Deno.readTextFileSync(`${EXAMPLES}scenarios/01-two-firms.yaml`), "f.yaml");
  const { log } = simulateRing(scenario, { checkInvariants: "none" });
  assertEquals(await recorded(store, "new", log), written(log));
  // Plain values and stretches of a log can follow each other in one simulation.
  await store.start("mixed", {}, { ticksPerDay: 1 });
  await store.persistTickEvents("mixed", 0, [{ event_type: "Rain", agent_id: "A" }]);
  await store.record("mixed", [{ log, from: 0, to: log.length }]);
  await store.persistTickEvents("mixed", 99, [{ event_type: "Sun", tx_id: "x" }]);
  const mixed = await store.database.rows(ORDERED, ["mixed"]);
  assertEquals(mixed.map((row) => row["event_type"]), [
    "Rain",
    ...written(log).map((row) => row["event_type"]),
    "Sun",
  ]);
  const page = await simulationEvents(store.database, "mixed", { tick_min: 0, limit: 1000 });
  assertEquals(page.events.map((found) => found.event_type), mixed.map((row) => String(row["event_type"])));
});
