/**
 * Events that come as plain values instead of in a log: they stand in `event_rows` with the JSON text of their fields, and
 * their kinds and names in tables of their own.
 *
 * @module
 */
import type { EventRecord } from "../../experiments/contracts.ts";
import type { ColumnType, Database, Session } from "./driver.ts";
import { rowOfRecord } from "./event_details.ts";
import type { Recording } from "./recording.ts";
import { appendAll, registerRows } from "./simulation_rows.ts";

/** The types of the columns of `event_rows`. */
const EVENT_TYPES: readonly ColumnType[] = [...Array<ColumnType>(6).fill("integer"), "varchar"];

/** Records such events in one database. */
export class PlainEvents {
  /** The kinds that the database knows, or is about to. */
  readonly #kinds: Map<string, number>;

  private constructor(kinds: Map<string, number>) {
    this.#kinds = kinds;
  }

  /** Of a database that was just made. */
  static ofNew(): PlainEvents {
    return new PlainEvents(new Map());
  }

  /** Reads what a database knows. */
  static async load(database: Database): Promise<PlainEvents> {
    const rows = await database.rows("SELECT kind, event_type FROM event_kinds");
    return new PlainEvents(new Map(rows.map(({ kind, event_type }) => [String(event_type), Number(kind)])));
  }

  /**
   * Appends events of a simulation, and what they set in registers.
   *
   * @param tick for events that name none
   */
  async append(
    session: Session,
    simulationId: string,
    recording: Recording,
    tick: number,
    events: readonly EventRecord[],
  ): Promise<void> {
    const kinds = new Map<string, number>();
    const numbers = Array.from({ length: 6 }, () => new Int32Array(events.length));
    const details = events.map((event, i) => {
      const { agent, tx, details } = rowOfRecord(event);
      const row = [
        recording.number,
        recording.sequence + i,
        typeof event["tick"] === "number" ? event["tick"] : tick,
        this.#kindOf(event.event_type, kinds),
        agent === null ? -1 : nameNumber(recording, agent),
        tx === null ? -1 : nameNumber(recording, tx),
      ];
      numbers.forEach((column, place) => column[i] = row[place] ?? -1);
      return details;
    });
    await session.append("event_rows", EVENT_TYPES, [...numbers, details]);
    await session.append("event_kinds", ["integer", "varchar"], [[...kinds.values()], [...kinds.keys()]]);
    await appendNames(session, recording);
    await appendAll(session, [registerRows(simulationId, events.map((event) => ({ tick, ...event })))]);
    recording.sequence += events.length;
  }

  /** Gives what takes back the kinds that are noted from now on. */
  mark(): () => void {
    const known = new Set(this.#kinds.keys());
    return () => {
      for (const kind of this.#kinds.keys()) if (!known.has(kind)) this.#kinds.delete(kind);
    };
  }

  /** The number of a kind of event; new ones are noted. @throws {TypeError} for an event without a kind. */
  #kindOf(kind: unknown, fresh: Map<string, number>): number {
    if (typeof kind !== "string") throw new TypeError("an event needs an event_type");
    let number = this.#kinds.get(kind);
    if (number === undefined) {
      number = this.#kinds.size;
      this.#kinds.set(kind, number);
      fresh.set(kind, number);
    }
    return number;
  }
}

/** The number of a name in an event that came as plain values. */
function nameNumber({ names, nameList }: Recording, name: string): number {
  let number = names.get(name);
  if (number === undefined) {
    names.set(name, number = nameList.length);
    nameList.push(name);
  }
  return number;
}

async function appendNames(session: Session, recording: Recording): Promise<void> {
  const { number, nameList, namesWritten } = recording;
  const fresh = nameList.slice(namesWritten);
  await session.append("simulation_names", ["integer", "integer", "varchar"], [
    new Int32Array(fresh.length).fill(number),
    Int32Array.from(fresh, (_, i) => namesWritten + i),
    fresh,
  ]);
  recording.namesWritten = nameList.length;
}
