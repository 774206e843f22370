/** The invariants 1 to 8 of spec 08 26: what is recorded of a run is the run. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { WrittenEvent } from "../../src/payments/events.ts";
import { loadPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { runPayments, writtenEvents } from "../../src/payments/script.ts";
import { Database, type Row } from "../../src/stores/duckdb/driver.ts";
import { simulationEvents } from "../../src/stores/duckdb/queries.ts";
import { DuckDbSimulations } from "../../src/stores/duckdb/simulations.ts";
import { program, reduced } from "../stores/duckdb/payments_recordings.ts";
import { Place } from "../stores/places.ts";
import { scenarioFiles } from "./payments_scenario_files.ts";

/** A run that the program recorded as `s`. */
interface Recorded {
  readonly place: Place;
  readonly database: Database;
  /** The events of the engine. */
  readonly events: readonly WrittenEvent[];
  readonly printed: string;
}

/** Checks recorded runs of random scenarios. */
async function recordedRuns(check: (recorded: Recorded) => void | Promise<void>, runs = 6): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenarioFiles, async (scenario) => {
      using place = new Place();
      place.write("s.json", JSON.stringify(scenario));
      const recording = ["--persist", "r.duckdb", "--simulation-id", "s"];
      const { code, out, error } = await program(place.path, "payments", "run", "s.json", ...recording);
      assertEquals(code, 0, error);
      const { config, behaviours } = await loadPaymentsScenario(place.read("s.json"), "s.json");
      const events = [...writtenEvents(runPayments(config, { behaviours }).logs)];
      await using database = await Database.open(`${place.path}/r.duckdb`, { readOnly: true });
      await check({ place, database, events, printed: out });
    }),
    { numRuns: runs },
  );
}

const IN_ORDER = "SELECT * FROM simulation_events WHERE simulation_id = 's' ORDER BY tick, event_timestamp";

function number(row: Row | undefined, name: string): number {
  return Number(row?.[name]);
}

Deno.test("spec 08 26.1: there are as many rows as events, in the engine's order, on the day of their tick", async () => {
  await recordedRuns(async ({ database, events }) => {
    const rows = await database.rows(IN_ORDER);
    assertEquals(
      rows.map((row) => [row["tick"], row["event_type"]]),
      events.map((each) => [each.tick, each.event_type]),
    );
    const [simulation] = await database.rows("SELECT ticks_per_day FROM simulations");
    let before = 0;
    for (const row of rows) {
      const tick = number(row, "tick");
      assertEquals(number(row, "day"), Math.floor(tick / number(simulation, "ticks_per_day")));
      assert(tick >= before);
      before = tick;
    }
    const [stamps] = await database.rows("SELECT count(DISTINCT event_timestamp) AS n FROM simulation_events");
    assertEquals(number(stamps, "n"), events.length, "stamps give the order");
  });
});

Deno.test("spec 08 26.2: a row's details together with its columns are the engine's event", async () => {
  await recordedRuns(async ({ database, events }) => {
    const rows = await database.rows(IN_ORDER);
    rows.forEach((row, i) => {
      const { event_type, tick, agent_id, tx_id } = row;
      const columns = Object.entries({ event_type, tick, agent_id, tx_id }).filter(([, value]) => value !== null);
      const details: unknown = JSON.parse(String(row["details"]));
      assertEquals({ ...Object.fromEntries(columns), ...Object(details) }, { ...events[i] });
    });
  });
});

Deno.test("spec 08 26.3: the command's recorder and the provider leave equal event and register rows", async () => {
  const questions = [
    "SELECT tick, day, event_type, agent_id, tx_id, details FROM simulation_events WHERE simulation_id = 's' " +
    "ORDER BY tick, event_timestamp",
    "SELECT tick, agent_id, register_key, register_value FROM agent_state_registers WHERE simulation_id = 's' ORDER BY ALL",
  ];
  await recordedRuns(async ({ database, events }) => {
    const [simulation] = await database.rows("SELECT ticks_per_day FROM simulations");
    await using store = await DuckDbSimulations.open(":memory:", { ticksPerDay: number(simulation, "ticks_per_day") });
    await store.persistSimulationStart("s", {});
    for (const tick of new Set(events.map((event) => event.tick))) {
      await store.persistTickEvents("s", tick, events.filter((event) => event.tick === tick));
    }
    for (const sql of questions) {
      const plain = (rows: Row[]) =>
        rows.map((row) => ({ ...row, details: JSON.parse(String(row["details"] ?? "null")) }));
      assertEquals(plain(await store.database.rows(sql)), plain(await database.rows(sql)));
    }
  }, 4);
});

Deno.test("spec 08 26.4: a register row is the last value that was set in its tick", async () => {
  let seen = 0;
  await recordedRuns(async ({ database, events }) => {
    const last = new Map<string, number>();
    for (const { event_type, tick, agent_id, register_key, new_value } of events) {
      if (event_type === "StateRegisterSet") last.set(`${tick} ${agent_id} ${register_key}`, Number(new_value));
    }
    const rows = await database.rows("SELECT * FROM agent_state_registers");
    const kept = rows.map((row) =>
      [`${row["tick"]} ${row["agent_id"]} ${row["register_key"]}`, number(row, "register_value")] as const
    );
    assertEquals(new Map(kept), last);
    assertEquals(kept.length, last.size);
    seen += last.size;
  });
  assert(seen > 10, "registers were set");
});

Deno.test("spec 08 26.5: recording changes nothing that a run prints, in every mode and with every filter", async () => {
  const modes = [[], ["--stream"], ["--verbose"], ["--event-stream"]];
  const filters = [[], ["--filter-agent", "A"], ["--filter-event-type", "Arrival,EndOfDay"], [
    "--filter-tick-range",
    "1-2",
  ]];
  const withoutTimes = (mode: readonly string[], out: string) => {
    if (mode.includes("--stream")) return out;
    if (!mode.includes("--event-stream")) return reduced(out);
    const { duration_seconds: _d, ticks_per_second: _t, ...rest } = JSON.parse(out);
    return rest;
  };
  await fc.assert(
    fc.asyncProperty(scenarioFiles, async (scenario) => {
      using place = new Place();
      place.write("s.json", JSON.stringify(scenario));
      let n = 0;
      for (const mode of modes) {
        const filtered = mode.includes("--verbose") || mode.includes("--event-stream") ? filters : [[]];
        for (const filter of filtered) {
          const shown = [...mode, ...filter];
          const plain = await program(place.path, "payments", "run", "s.json", ...shown);
          const recording = ["--persist", "r.duckdb", "--simulation-id", `s${n++}`];
          const kept = await program(place.path, "payments", "run", "s.json", ...shown, ...recording);
          assertEquals([plain.code, kept.code], [0, 0]);
          assertEquals(withoutTimes(mode, kept.out), withoutTimes(mode, plain.out), shown.join(" "));
          assertEquals(kept.error, plain.error, shown.join(" "));
        }
      }
    }),
    { numRuns: 2 },
  );
});

Deno.test("spec 08 26.6: a simulation counts the payments without a parent, no fewer than settle, and a replay shows them", async () => {
  await recordedRuns(async ({ place, database, events, printed }) => {
    const [simulation] = await database.rows("SELECT * FROM simulations");
    const parts = new Set(events.flatMap(({ event_type, child_ids }) => {
      return event_type === "PolicySplit" && Array.isArray(child_ids) ? child_ids.map(String) : [];
    }));
    const whole = events.filter(({ event_type, tx_id }) => event_type === "Arrival" && !parts.has(String(tx_id)));
    assertEquals(number(simulation, "total_arrivals"), whole.length);
    assert(number(simulation, "total_settlements") <= whole.length);
    const replayed = await program(place.path, "payments", "replay", "s", "--db", "r.duckdb");
    const { metrics } = JSON.parse(replayed.out);
    assertEquals(metrics, JSON.parse(printed).metrics);
    assertEquals([metrics.total_arrivals, metrics.total_settlements], [
      number(simulation, "total_arrivals"),
      number(simulation, "total_settlements"),
    ]);
  });
});

Deno.test("spec 08 26.7: a payment arrived on the day of its tick, and is settled if it has a tick of settlement", async () => {
  let seen = 0;
  await recordedRuns(async ({ database }) => {
    const [simulation] = await database.rows("SELECT ticks_per_day FROM simulations");
    for (const row of await database.rows("SELECT * FROM transactions")) {
      const perDay = number(simulation, "ticks_per_day");
      assertEquals(number(row, "arrival_day"), Math.floor(number(row, "arrival_tick") / perDay));
      assertEquals(row["status"] === "settled", row["settlement_tick"] !== null);
      assertEquals(row["settlement_tick"] === null, row["settlement_day"] === null);
      seen++;
    }
  });
  assert(seen > 20, "payments arrived");
});

Deno.test("spec 08 26.8: pages put together are everything, whatever their size, and backwards it is the reverse", async () => {
  await recordedRuns(async ({ database, events }) => {
    const ids = (page: Awaited<ReturnType<typeof simulationEvents>>) => page.events.map((event) => event["event_id"]);
    const all = await simulationEvents(database, "s", { limit: 1000 });
    assertEquals(all.total, events.length);
    for (const limit of [1 + Math.ceil(events.length / 5), 7]) {
      const paged: unknown[] = [];
      for (let offset = 0; offset < events.length && paged.length < 50; offset += limit) {
        const page = await simulationEvents(database, "s", { limit, offset });
        assertEquals(page.total, events.length);
        paged.push(...ids(page));
      }
      assertEquals(paged, ids(all).slice(0, paged.length));
      assert(paged.length >= Math.min(50, events.length));
    }
    if (events.length > 1000) return;
    assertEquals(ids(await simulationEvents(database, "s", { limit: 1000, sort: "tick_desc" })), ids(all).toReversed());
  }, 4);
});
