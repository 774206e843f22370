/**
 * Events of simulations as rows of `simulation_events` (spec 08 4), on their way to Postgres as JSON.
 *
 * @module
 */
import { jsonString } from "../../core/number_text.ts";
import type { EventRecord, EventStretch } from "../../experiments/contracts.ts";
import { DetailsWriter, rowOfRecord } from "../duckdb/event_details.ts";
import { registerOf } from "../duckdb/simulation_rows.ts";

/** Rows of events, and what the events set in registers. */
export interface EventBatch {
  /** A JSON list of objects with the columns of {@linkcode EVENT_COLUMNS}. */
  readonly json: string;
  readonly count: number;
  /** Events that set a register. */
  readonly registers: readonly EventRecord[];
}

/** The columns of a batch, with their types. */
export const EVENT_COLUMNS = "sequence bigint, tick bigint, event_type text, agent_id text, tx_id text, details jsonb";

/** Events that are turned into rows at once, so that a long stretch needs little memory. */
const EVENTS_AT_ONCE = 10_000;

function rowJson(
  sequence: number,
  tick: number,
  kind: string,
  agent: string | null,
  tx: string | null,
  details: string,
): string {
  const text = (value: string | null) => value === null ? "null" : jsonString(value);
  return `{"sequence":${sequence},"tick":${tick},"event_type":${jsonString(kind)},"agent_id":${text(agent)},` +
    `"tx_id":${text(tx)},"details":${details}}`;
}

/**
 * The rows of events that are given as plain values, in batches.
 *
 * @param first the number of the first event
 * @param tick holds for events that name none
 */
export function* batchesOfRecords(events: readonly EventRecord[], first: number, tick: number): Generator<EventBatch> {
  for (let start = 0; start < events.length; start += EVENTS_AT_ONCE) {
    const some = events.slice(start, start + EVENTS_AT_ONCE);
    const rows = some.map((event, i) => {
      if (typeof event.event_type !== "string") throw new TypeError("an event needs an event_type");
      const { agent, tx, details } = rowOfRecord(event);
      const time = typeof event["tick"] === "number" ? event["tick"] : tick;
      return rowJson(first + start + i, time, event.event_type, agent, tx, details);
    });
    const registers = some.filter(({ event_type }) => event_type === "StateRegisterSet");
    yield {
      json: `[${rows.join(",")}]`,
      count: some.length,
      registers: registers.map((event) => ({ tick, ...event })),
    };
  }
}

/** Turns stretches of one log into rows; it keeps what it has learned of the log's names. */
export class StretchReader {
  readonly #names: string[] = [];
  readonly #writer: DetailsWriter;

  constructor(readonly log: EventStretch["log"]) {
    const numbers = new Map<string, number>();
    this.#writer = new DetailsWriter(log, (name) => {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, this.#names.length);
      return this.#names.push(name) - 1;
    });
  }

  /** The rows of events `from` up to `to`, in batches. @param first the number of the first event */
  *batches(from: number, to: number, first: number): Generator<EventBatch> {
    for (let start = from; start < to; start += EVENTS_AT_ONCE) {
      const end = Math.min(to, start + EVENTS_AT_ONCE);
      const rows: string[] = [];
      const registers: EventRecord[] = [];
      for (let event = start; event < end; event++) {
        this.#writer.moveTo(event);
        const { kind, agent, tx, details } = this.#writer;
        const name = (number: number) => this.#names[number] ?? null;
        rows.push(rowJson(first + event - from, this.log.time(event), kind, name(agent), name(tx), details));
        if (kind === "StateRegisterSet") registers.push(registerOf(this.log, event));
      }
      yield { json: `[${rows.join(",")}]`, count: end - start, registers };
    }
  }
}
