/** Recorded events are found as a plain look through the list finds them (spec 08 26.8). */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import type { EventRecord } from "../../src/experiments/contracts.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import { RING_EVENTS } from "../../src/ring/events.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import { type EventQuery, simulationEvents } from "../../src/stores/duckdb/queries.ts";
import { recordRing } from "../../src/stores/duckdb/ring_recorder.ts";
import { DuckDbSimulations } from "../../src/stores/duckdb/simulations.ts";

const RING = fromFileUrl(new URL("../../examples/scenarios/04-default-cascade.yaml", import.meta.url));
const TICKS_PER_DAY = 3;
const AGENT_FIELDS = ["agent_id", "sender_id", "receiver_id", "sender", "receiver", "agent_a", "agent_b"];

const agent = fc.constantFrom("A", "B", "it's", "'; DROP TABLE simulations; --");
const event = fc.record({
  tick: fc.nat(9),
  event_type: fc.constantFrom("Arrival", "EndOfDay", "CostAccrual", "X,Y"),
  tx_id: fc.option(fc.constantFrom("t0", "t1"), { nil: undefined }),
  named: fc.option(fc.tuple(fc.constantFrom(...AGENT_FIELDS), agent), { nil: undefined }),
  agents: fc.option(fc.array(agent, { maxLength: 3 }), { nil: undefined }),
}).map(({ named, agents, tx_id, ...rest }): EventRecord => ({
  ...rest,
  ...(tx_id === undefined ? {} : { tx_id }),
  ...(named === undefined ? {} : { [named[0]]: named[1] }),
  ...(agents === undefined ? {} : { agents }),
}));

const query: fc.Arbitrary<EventQuery> = fc.record({
  tick: fc.nat(9),
  tick_min: fc.nat(4),
  tick_max: fc.integer({ min: 4, max: 9 }),
  day: fc.nat(3),
  agent_id: agent,
  tx_id: fc.constantFrom("t0", "t1", "t2"),
  event_type: fc.constantFrom("Arrival", "Arrival, EndOfDay", " CostAccrual ,Z", "", "X,Y"),
  reference: fc.boolean(),
}, { requiredKeys: [] });

/** What a look through the list finds. */
function fits(event: EventRecord, wanted: EventQuery): boolean {
  const tick = Number(event["tick"]);
  const fields = wanted.reference === true ? AGENT_FIELDS.slice(0, 3) : AGENT_FIELDS;
  const { agents } = event;
  const isNamed = (id: string) =>
    fields.some((field) => event[field] === id) ||
    (wanted.reference !== true && Array.isArray(agents) && agents.includes(id));
  return (wanted.tick === undefined || tick === wanted.tick) &&
    (wanted.tick_min === undefined || tick >= wanted.tick_min) &&
    (wanted.tick_max === undefined || tick <= wanted.tick_max) &&
    (wanted.day === undefined || Math.floor(tick / TICKS_PER_DAY) === wanted.day) &&
    (wanted.tx_id === undefined || event["tx_id"] === wanted.tx_id) &&
    (wanted.event_type === undefined ||
      wanted.event_type.split(",").map((kind) => kind.trim()).includes(event.event_type)) &&
    (wanted.agent_id === undefined || isNamed(wanted.agent_id));
}

Deno.test("a query finds the events that fit all its conditions, in pages of any size, in both orders", async () => {
  await using store = await DuckDbSimulations.open(":memory:", { ticksPerDay: TICKS_PER_DAY, threads: 1 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 25 }),
      query,
      fc.integer({ min: 1, max: 30 }),
      async (events, wanted, limit) => {
        const id = `s-${run++}`;
        await store.persistSimulationStart(id, {});
        const ordered = events.toSorted((a, b) => Number(a["tick"]) - Number(b["tick"]))
          .map((event, place) => ({ ...event, place }));
        await store.persistTickEvents(id, 0, ordered);
        const expected = ordered.filter((event) => fits(event, wanted)).map(({ place }) => place);
        for (const sort of ["tick_asc", "tick_desc"]) {
          const found: unknown[] = [];
          for (let offset = 0; offset === 0 || offset < expected.length; offset += limit) {
            const page = await simulationEvents(store.database, id, { ...wanted, limit, offset, sort });
            assertEquals([page.total, page.limit, page.offset], [expected.length, limit, offset]);
            found.push(...page.events.map(({ details }) => details["place"]));
          }
          assertEquals(found, sort === "tick_asc" ? expected : expected.toReversed());
        }
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("an agent of a ring is found under every name that an event has for it", async () => {
  await using store = await DuckDbSimulations.open(":memory:", { threads: 1 });
  const { scenario } = loadScenarioText(Deno.readTextFileSync(RING), RING);
  const outcome = simulateRing(scenario, { checkInvariants: "none" });
  await recordRing(store, outcome, { simulationId: "ring", file: RING, config: {}, seconds: 0 });
  const fields = Object.values(RING_EVENTS).flat().filter(([, type]) => type === "ref:agent").map(([name]) => name);
  for (const id of ["F1", "F2", "F3"]) {
    const events = [...outcome.log.objects()].filter((event) => fields.some((field) => event[field] === id));
    const page = await simulationEvents(store.database, "ring", { agent_id: id });
    assertEquals(page.events.map((event) => event.event_type), events.map((event) => event.kind));
    assert(events.length > 0);
  }
});
