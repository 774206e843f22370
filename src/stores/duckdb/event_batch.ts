/**
 * Events on their way from a log to the database: the columns of `logged_events` and the blocks of `logged_names`, ready
 * to be copied as they are.
 *
 * @module
 */
import type { ColumnType } from "./driver.ts";
import { NAME_SLOTS, NUMBER_SLOTS } from "./event_shapes.ts";
import { NAMES_IN_BLOCK } from "./events_sql.ts";
import type { TableRows } from "./simulation_rows.ts";
import { SlotNumbers } from "./slot_numbers.ts";

const FIRST_CAPACITY = 1024;
const STAMPS = 4;
const WHOLE = STAMPS + NAME_SLOTS.length;

/** The types of the columns of `logged_events`. */
const TYPES: readonly ColumnType[] = [
  ...Array<ColumnType>(WHOLE).fill("integer"),
  ...Array<ColumnType>(NUMBER_SLOTS.length).fill("bigint"),
];

/** Rows of both tables. Columns are used again after {@linkcode clear}. */
export class EventBatch {
  #whole: Int32Array[] = Array.from({ length: WHOLE }, () => new Int32Array(FIRST_CAPACITY));
  #numbers: SlotNumbers[] = NUMBER_SLOTS.map(() => new SlotNumbers(FIRST_CAPACITY));
  #length = 0;
  readonly #blocks = { simulations: new Array<number>(), types: new Array<number>(), firsts: new Array<number>() };
  readonly #names: string[] = [];

  /** Events that wait. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for events and returns the row of the first; their names are null and their numbers 0. */
  open(events: number): number {
    const first = this.#length;
    this.#length += events;
    const capacity = this.#whole[0]?.length ?? 0;
    if (this.#length > capacity) this.#grow(Math.max(this.#length, capacity * 2));
    for (const column of this.#whole) column.fill(-1, first, this.#length);
    for (const { longs } of this.#numbers) longs.fill(0n, first, this.#length);
    return first;
  }

  #grow(capacity: number): void {
    this.#whole = this.#whole.map((column) => {
      const grown = new Int32Array(capacity);
      grown.set(column);
      return grown;
    });
    this.#numbers = this.#numbers.map(({ longs }) => {
      const grown = new SlotNumbers(capacity);
      grown.longs.set(longs);
      return grown;
    });
  }

  /** The columns for simulation, sequence, tick and shape; valid until the next {@linkcode open}. */
  stamps(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
    const [simulation, sequence, tick, shape] = this.#whole;
    if (simulation === undefined || sequence === undefined || tick === undefined || shape === undefined) {
      throw new RangeError("a batch has columns for its stamps");
    }
    return [simulation, sequence, tick, shape];
  }

  /** The column of a slot that holds numbers of names; valid until the next {@linkcode open}. */
  names(slot: string): Int32Array {
    const column = this.#whole[STAMPS + NAME_SLOTS.findIndex((known) => known === slot)];
    if (column === undefined) throw new RangeError(`no names stand in ${slot}`);
    return column;
  }

  /** The column of a slot that holds numbers; valid until the next {@linkcode open}. */
  numbers(slot: string): SlotNumbers {
    const column = this.#numbers[NUMBER_SLOTS.findIndex((known) => known === slot)];
    if (column === undefined) throw new RangeError(`no numbers stand in ${slot}`);
    return column;
  }

  /** Notes the JSON texts of names that follow each other; none has a line break in it. */
  addNames(simulationNo: number, type: number, first: number, names: readonly string[]): void {
    let start = 0;
    while (start < names.length) {
      const end = Math.min(names.length, start + NAMES_IN_BLOCK - (first + start) % NAMES_IN_BLOCK);
      this.#blocks.simulations.push(simulationNo);
      this.#blocks.types.push(type);
      this.#blocks.firsts.push(first + start);
      this.#names.push(names.slice(start, end).join("\n"));
      start = end;
    }
  }

  /** What waits, as rows to append; valid until the next change. */
  rows(): TableRows[] {
    const { simulations, types, firsts } = this.#blocks;
    const whole = [simulations, types, firsts].map((column) => Int32Array.from(column));
    return [
      {
        table: "logged_events",
        types: TYPES,
        columns: [...this.#whole, ...this.#numbers.map(({ longs }) => longs)].map((column) =>
          column.subarray(0, this.#length)
        ),
      },
      {
        table: "logged_names",
        types: ["integer", "integer", "integer", "varchar"],
        columns: [...whole, this.#names],
      },
    ];
  }

  /** Forgets what waits. */
  clear(): void {
    this.#length = 0;
    this.#names.length = 0;
    for (const column of Object.values(this.#blocks)) column.length = 0;
  }
}
