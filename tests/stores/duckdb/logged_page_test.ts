/** Pages that are read from the typed columns hold what the view `simulation_events` shows. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import { simulateRing } from "../../../src/ring/engine/simulate.ts";
import { loadScenarioText } from "../../../src/ring/scenario/parse.ts";
import {
  type EventQuery,
  simulationEvents,
  type StoredEvent,
  storedEvent,
} from "../../../src/stores/duckdb/queries.ts";
import { recordRing } from "../../../src/stores/duckdb/ring_recorder.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { Place } from "../places.ts";
import { program } from "./payments_recordings.ts";

const EXAMPLES = fromFileUrl(new URL("../../../examples", import.meta.url));
const TIME = "'%Y-%m-%dT%H:%M:%S.%fZ'";

/** All events of a simulation as the view gives them, in their order. */
async function viewed(store: DuckDbSimulations, id: string): Promise<StoredEvent[]> {
  const rows = await store.database.rows(
    `SELECT * REPLACE (strftime(event_timestamp, ${TIME}) AS event_timestamp, strftime(created_at, ${TIME}) AS created_at)
     FROM simulation_events WHERE simulation_id = ? ORDER BY tick, event_timestamp`,
    [id],
  );
  return rows.map(storedEvent);
}

/** The page of them that a query asks for. */
function chosen(all: readonly StoredEvent[], query: EventQuery) {
  const { tick, tick_min, tick_max, day, event_type, limit = 100, offset = 0, sort } = query;
  const found = all.filter((event) =>
    (tick === undefined || event.tick === tick) && (tick_min === undefined || event.tick >= tick_min) &&
    (tick_max === undefined || event.tick <= tick_max) && (day === undefined || event["day"] === day) &&
    (event_type === undefined || event_type.split(",").includes(event.event_type))
  );
  if (sort === "tick_desc") found.reverse();
  return { total: found.length, events: found.slice(offset, offset + limit) };
}

const bound = fc.option(fc.integer({ min: -1, max: 130 }), { nil: undefined, freq: 1 });
const queries = fc.record({
  tick: fc.option(fc.integer({ min: -1, max: 130 }), { nil: undefined, freq: 1 }),
  bounds: fc.tuple(bound, bound),
  day: fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined, freq: 1 }),
  event_type: fc.constantFrom(
    undefined,
    undefined,
    "Arrival",
    "Arrival,CostAccrual",
    "PayableSettled,PayableCreated",
    "None",
  ),
  sort: fc.constantFrom("tick_asc", "tick_desc"),
  limit: fc.constantFrom(1, 7, 1000),
  offset: fc.constantFrom(0, 0, 5, 5000),
}).map(({ tick, bounds: [a, b], day, event_type, ...rest }): EventQuery => {
  const [least, most] = a !== undefined && b !== undefined && a > b ? [b, a] : [a, b];
  const given = Object.entries({ tick, tick_min: least, tick_max: most, day }).filter(([, value]) =>
    value !== undefined
  );
  return { ...Object.fromEntries(given), ...(event_type === undefined ? {} : { event_type }), ...rest };
});

Deno.test("pages by tick, day and kind hold what the view shows, for both models", async () => {
  using place = new Place();
  const ids = ["03-liquidity-saving", "04-policies"];
  for (const id of ids) {
    const file = `${EXAMPLES}/payments/${id}.yaml`;
    const ran = await program(
      place.path,
      "payments",
      "run",
      file,
      "--quiet",
      "--persist",
      "r.db",
      "--simulation-id",
      id,
    );
    assertEquals(ran.code, 0, ran.error);
  }
  await using store = await DuckDbSimulations.open(`${place.path}/r.db`);
  const ring = `${EXAMPLES}/scenarios/04-default-cascade.yaml`;
  const { scenario } = loadScenarioText(Deno.readTextFileSync(ring), ring);
  await recordRing(store, simulateRing(scenario), { simulationId: "ring", file: "", config: {}, seconds: 1 });
  const all = new Map<string, StoredEvent[]>();
  for (const id of [...ids, "ring"]) all.set(id, await viewed(store, id));
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ids, "ring"), queries, async (id, query) => {
      const { total, events } = await simulationEvents(store.database, id, query);
      assertEquals({ total, events }, chosen(all.get(id) ?? [], query));
      found += events.length;
    }),
    { numRuns: 60 },
  );
  assert(found > 500, `only ${found} events were compared`);
});
