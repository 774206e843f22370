/**
 * Simulations that are over, recorded together in one piece: a transaction costs more than a short simulation.
 *
 * @module
 */
import type { EventStretch, SimulationConfig } from "../../experiments/contracts.ts";
import type { Session } from "./driver.ts";
import type { EventBatch } from "./event_batch.ts";
import { type KnownKind, LogReader, NameNumbers } from "./log_reader.ts";
import { joinedRows, numberedRows } from "./numbered_rows.ts";
import {
  appendAll,
  registersOf,
  type SimulationEnd,
  type SimulationStart,
  type StartRow,
  type TableRows,
  wholeRows,
} from "./simulation_rows.ts";

/** A simulation that is over, to be recorded in one piece. */
export interface WholeSimulation {
  readonly simulationId: string;
  readonly config: SimulationConfig;
  readonly start: SimulationStart;
  readonly stretch: EventStretch;
  readonly end: SimulationEnd;
  /** Rows of other tables; columns `simulation_no` are filled in when they are recorded. */
  readonly rows?: readonly TableRows[];
}

/** Events that are copied at once, so that a long stretch needs little memory. */
export const EVENTS_AT_ONCE = 61_440;

/** Simulations that the database does not have. */
export interface NewWholes {
  readonly wholes: readonly WholeSimulation[];
  /** The number of the first; the others follow. */
  readonly first: number;
  /** For each the kinds of events in its log. */
  readonly kinds: readonly ReadonlyMap<string, KnownKind>[];
  /** When the database knows the kinds; until then the session is in use. */
  readonly noted: Promise<void>;
}

/** Writes simulations; `startRow` gives the row in which one begins, with its number. */
export async function writeWholes(
  session: Session,
  batch: EventBatch,
  { wholes, first, kinds, noted }: NewWholes,
  startRow: (whole: WholeSimulation, number: number) => StartRow,
): Promise<void> {
  for (const [i, { simulationId, stretch: { log, from, to } }] of wholes.entries()) {
    const reader = new LogReader(log, kinds[i] ?? new Map(), new NameNumbers(first + i));
    for (let start = from; start < to; start += EVENTS_AT_ONCE) {
      reader.read(batch, start, Math.min(to, start + EVENTS_AT_ONCE), start - from);
      if (batch.length < EVENTS_AT_ONCE) continue;
      await noted;
      await appendBatch(session, batch);
    }
    const registers = registersOf(simulationId, log, from, to);
    if (registers.columns[0]?.length === 0) continue;
    await noted;
    await appendAll(session, [registers]);
  }
  await noted;
  await appendBatch(session, batch);
  await appendAll(
    session,
    wholeRows(wholes.map((whole, i) => ({ start: startRow(whole, first + i), end: whole.end }))),
  );
  await appendAll(
    session,
    joinedRows(wholes.flatMap(({ rows = [] }, i) => rows.map((each) => numberedRows(each, first + i)))),
  );
}

/** Appends what waits in a batch, which is empty then. */
export async function appendBatch(session: Session, batch: EventBatch): Promise<void> {
  await appendAll(session, batch.rows());
  batch.clear();
}
