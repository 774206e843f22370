/**
 * `bilancio payments replay --event-stream --json`: the recorded events as JSON lines, of a run, an experiment's
 * simulation or a ring (spec 08 11.2 and 11.4).
 *
 * @module
 */
import type { Database } from "../stores/duckdb/driver.ts";
import { unknownSimulation } from "../stores/duckdb/payments_recording.ts";
import { eventsInOrder, type StoredEvent } from "../stores/duckdb/queries.ts";
import { openDatabase } from "./database.ts";
import { plainJson } from "./db_shape.ts";
import { type EventFilter, eventFilter, type FilterTexts } from "./payments_filter.ts";
import { checkedRange } from "./payments_replay_range.ts";
import type { Terminal } from "./terminal.ts";

/** What is printed. */
interface Wanted {
  readonly db: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly filter: FilterTexts;
  /** As the reference: no filter, and at most {@linkcode MOST_OF_A_TICK} events of a tick. */
  readonly reference: boolean;
}

const MOST_OF_A_TICK = 1000;
/** Characters that are written at once. */
const ENOUGH = 60_000;

/** Prints the events and an object about the replay; returns the exit status. */
export async function printEvents(id: string, wanted: Wanted, terminal: Terminal): Promise<number> {
  const filter = eventFilter(wanted.filter);
  await using database = await openDatabase(wanted.db, terminal);
  const { lastTick, isComplete } = await extent(database, id);
  const { from, to } = checkedRange(wanted.from, wanted.to, lastTick);
  const started = performance.now();
  const shown = wanted.reference ? firstOfTicks() : filtered(filter);
  let waiting = "";
  for await (const event of eventsInOrder(database, id, { tick_min: from, tick_max: to })) {
    if (!shown(event)) continue;
    waiting += `${plainJson(lineOf(event))}\n`;
    if (waiting.length < ENOUGH) continue;
    terminal.out(waiting);
    waiting = "";
  }
  const seconds = (performance.now() - started) / 1000;
  const end = {
    _metadata: true,
    replay_complete: isComplete,
    simulation_id: id,
    from_tick: from,
    to_tick: to,
    duration_seconds: Number(seconds.toFixed(3)),
    ticks_per_second: seconds > 0 ? Number(((to - from + 1) / seconds).toFixed(2)) : 0,
  };
  terminal.out(`${waiting}${plainJson(end)}\n`);
  return 0;
}

/** How far a recording goes. @throws {NotFound} for one that does not exist. */
async function extent(database: Database, id: string): Promise<{ lastTick: number; isComplete: boolean }> {
  const [row] = await database.rows(
    `SELECT status, ticks_per_day * num_days - 1 AS planned,
       (SELECT max(tick) FROM ticks t WHERE t.simulation_id = s.simulation_id) AS noted
     FROM simulations s WHERE simulation_id = ?`,
    [id],
  );
  if (row === undefined) throw await unknownSimulation(database, id);
  const isComplete = row["status"] === "completed";
  if (typeof row["noted"] === "number") return { lastTick: row["noted"], isComplete };
  const [last] = await database.rows(
    "SELECT coalesce(max(tick), 0) AS tick FROM simulation_events WHERE simulation_id = ?",
    [id],
  );
  return { lastTick: Math.max(Number(row["planned"] ?? 0), Number(last?.["tick"] ?? 0)), isComplete };
}

/** The first events of every tick. */
function firstOfTicks(): (event: StoredEvent) => boolean {
  let tick = -1;
  let count = 0;
  return (event) => {
    count = event.tick === tick ? count + 1 : 1;
    tick = event.tick;
    return count <= MOST_OF_A_TICK;
  };
}

function filtered(filter: EventFilter | undefined): (event: StoredEvent) => boolean {
  if (filter === undefined) return () => true;
  return ({ details, event_type, tick, agent_id, tx_id }) => filter({ ...details, event_type, tick, agent_id, tx_id });
}

function lineOf(event: StoredEvent): unknown {
  const { simulation_id, tick, day, event_type, event_id, event_timestamp: timestamp, details, tx_id, agent_id } =
    event;
  return {
    simulation_id,
    tick,
    day,
    event_type,
    event_id,
    timestamp,
    details,
    ...(tx_id === null ? {} : { tx_id }),
    ...(agent_id === null ? {} : { agent_id }),
  };
}
