/** `payments replay --event-stream --json`: every event, however many there are, of whatever was recorded (spec 08 11). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { Database } from "../../../src/stores/duckdb/driver.ts";
import { eventsInOrder } from "../../../src/stores/duckdb/queries.ts";
import { DuckDbSimulations } from "../../../src/stores/duckdb/simulations.ts";
import { Place } from "../places.ts";
import { program, rowsIn, SCENARIO_M } from "./payments_recordings.ts";

const RING = fromFileUrl(new URL("../../../examples/scenarios/04-default-cascade.yaml", import.meta.url));

interface Line {
  readonly tick: number;
  readonly event_type: string;
  readonly event_id: string;
  readonly _metadata?: true;
  readonly replay_complete?: boolean;
}

function linesOf(out: string): Line[] {
  return out.trim().split("\n").map((line) => JSON.parse(line));
}

/** A simulation of an experiment: two ticks of many events. */
async function manyEvents(path: string): Promise<void> {
  await using store = await DuckDbSimulations.open(path);
  await store.persistSimulationStart("many", { ticks_per_day: 4, num_days: 1 }, "exp", 0);
  for (const [tick, count] of [[0, 1500], [1, 30_000], [2, 10]] as const) {
    const events = Array.from(
      { length: count },
      (_, i) => ({ event_type: i % 2 ? "X" : "Y", agent_id: `A${i % 3}`, i }),
    );
    await store.persistTickEvents("many", tick, events);
  }
  await store.persistSimulationComplete("many", {});
}

Deno.test("a replay as JSON has all events in order; the reference stops at 1000 of a tick", async () => {
  using place = new Place();
  await manyEvents(`${place.path}/r.duckdb`);
  const replay = (...flags: string[]) =>
    program(place.path, "payments", "replay", "many", "--db", "r.duckdb", "--event-stream", ...flags);
  const all = linesOf((await replay("--json")).out);
  assertEquals(all.length, 31_511);
  assertEquals(all.slice(0, -1).map((line) => line.event_id), Array.from({ length: 31_510 }, (_, i) => `many:${i}`));
  const { _metadata, replay_complete } = all.at(-1) ?? {};
  assertEquals([_metadata, replay_complete], [true, true]);
  const filtered = linesOf((await replay("--json", "--filter-event-type", "X", "--filter-agent", "A1")).out);
  assertEquals(
    filtered.length - 1,
    [...Array(1500).keys(), ...Array(30_000).keys(), ...Array(10).keys()]
      .filter((i) => i % 2 === 1 && i % 3 === 1).length,
  );
  const reference = linesOf((await replay("--reference", "--filter-event-type", "X")).out).slice(0, -1);
  assertEquals(reference.length, 2010);
  assertEquals(reference.filter((line) => line.tick === 1).at(-1)?.event_id, "many:2499");
  const range = linesOf((await replay("--json", "--from-tick", "2", "--to-tick", "3")).out);
  assertEquals(range.length, 11);
  assertMatch((await replay("--json", "--from-tick", "4")).error, /^Invalid from_tick: 4 \(must be 0 to 3\)\n$/);
  assertEquals((await program(place.path, "payments", "replay", "many", "--db", "r.duckdb", "--json")).code, 2);
});

Deno.test("any range of a replay as JSON lists exactly the recorded events of its ticks", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  await program(place.path, "payments", "run", "m.yaml", "--persist", "r.duckdb", "--simulation-id", "s");
  for (const [from, to] of [[0, 5], [0, 0], [1, 2], [2, 4], [5, 5]]) {
    {
      const flags = ["--event-stream", "--json", "--from-tick", `${from}`, "--to-tick", `${to}`];
      const { out } = await program(place.path, "payments", "replay", "s", "--db", "r.duckdb", ...flags);
      const stored = await rowsIn(
        `${place.path}/r.duckdb`,
        `SELECT event_id FROM simulation_events WHERE tick BETWEEN ${from} AND ${to} ORDER BY tick, event_timestamp`,
      );
      assertEquals(
        linesOf(out).slice(0, -1).map((line) => line.event_id),
        stored.map((row) => String(row["event_id"])),
      );
    }
  }
});

Deno.test("a ring and an interrupted recording can be read as JSON, and the second says that it is not complete", async () => {
  using place = new Place();
  assertEquals((await program(place.path, "run", RING, "--persist", "r.duckdb", "--simulation-id", "ring")).code, 0);
  {
    await using store = await DuckDbSimulations.open(`${place.path}/r.duckdb`);
    await store.persistSimulationStart("torn", { ticks_per_day: 4 });
    await store.persistTickEvents("torn", 0, [{ event_type: "X" }]);
  }
  const replay = async (id: string) =>
    linesOf((await program(place.path, "payments", "replay", id, "--db", "r.duckdb", "--event-stream", "--json")).out);
  const ring = await replay("ring");
  assert(ring.some((line) => line.event_type === "AgentDefaulted"));
  assertEquals(ring.at(-1)?.replay_complete, true);
  const torn = await replay("torn");
  assertEquals([torn.length, torn.at(-1)?.replay_complete], [2, false]);
  const refused = await program(place.path, "payments", "replay", "torn", "--db", "r.duckdb");
  assertEquals(refused.code, 1);
  assertMatch(refused.error, /was interrupted while it was recorded/);
});

Deno.test("events in order are those of the pages, whatever is asked for", async () => {
  await using store = await DuckDbSimulations.open(":memory:", { ticksPerDay: 2 });
  await store.persistSimulationStart("s", {});
  for (let tick = 0; tick < 5; tick++) {
    await store.persistTickEvents("s", tick, [{ event_type: "X", agent_id: "A" }, { event_type: "Y", sender: "B" }]);
  }
  const found = async (filters: Parameters<typeof eventsInOrder>[2]) => {
    const events: [number, string][] = [];
    for await (const { tick, event_type } of eventsInOrder(store.database, "s", filters)) {
      events.push([tick, event_type]);
    }
    return events;
  };
  assertEquals((await found({})).length, 10);
  assertEquals(await found({ tick_min: 3, agent_id: "B" }), [[3, "Y"], [4, "Y"]]);
  assertEquals(await found({ day: 1, event_type: "X" }), [[2, "X"], [3, "X"]]);
  assertEquals(await found({ tick_min: 9 }), []);
  assertEquals(await found({ tick_max: 0 }), [[0, "X"], [0, "Y"]]);
});

Deno.test("a recording that was damaged by hand is refused with a sentence, not with a defect of ours", async () => {
  using place = new Place();
  place.write("m.yaml", SCENARIO_M);
  await program(place.path, "payments", "run", "m.yaml", "--persist", "r.duckdb", "--simulation-id", "s");
  const after = async (sql: string, ...words: string[]) => {
    {
      await using database = await Database.open(`${place.path}/r.duckdb`);
      await database.run(sql);
    }
    const { code, error } = await program(place.path, ...words, "--db", "r.duckdb");
    assertEquals(code, 1);
    return error;
  };
  const replay = ["payments", "replay", "s"];
  assertEquals(
    await after("UPDATE simulations SET outcome = '{'", ...replay),
    "The column outcome of the simulation s holds no JSON: the row was written by hand, or is damaged\n",
  );
  assertMatch(
    await after("UPDATE simulations SET config_json = NULL", ...replay),
    /cannot be replayed: Configuration not found in database\n$/,
  );
  assertEquals(
    await after(
      "UPDATE policy_snapshots SET policy_json = 'Fifo'",
      "db",
      "report",
      "s",
      "policy_at_day",
      "--agent",
      "A",
      "--day",
      "0",
    ),
    "The column policy_json of the policy of A in s holds no JSON: the row was written by hand, or is damaged\n",
  );
});
