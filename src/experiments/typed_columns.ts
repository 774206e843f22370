/**
 * Tables by column, each column of one kind: how the tables about trading are read and written. The kinds follow from
 * the cells, and the order of additions is that of the reference's table library. Source: spec 02 13.1.
 *
 * @module
 */
import { csvRecords } from "../core/csv_records.ts";
import { csvRow } from "../core/csv_text.ts";
import { floatText } from "../core/number_text.ts";

/** What every cell of a column is; only doubles and texts can be missing. */
export type ColumnKind = "integer" | "double" | "flag" | "text";

/** The value of a cell, null where it is missing; integers beyond 2^53 are exact. */
export type Cell = number | bigint | boolean | string | null;

/** A column: its values have one kind. */
export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly cells: readonly Cell[];
}

/** How numbers are read. */
export interface ReadOptions {
  /** Cuts doubles after 17 digits as the reference's reader does; otherwise they are the nearest ones. */
  readonly reference?: boolean;
}

/** A table that was read. */
export class ColumnTable {
  /** Number of rows. */
  readonly length: number;
  readonly #header: readonly string[];
  readonly #records: readonly (readonly string[])[];
  readonly #reference: boolean;

  /**
   * Reads a CSV text; a text without a header has no columns.
   *
   * @throws {SyntaxError} when a quote is opened and never closed.
   */
  constructor(text: string, options: ReadOptions = {}) {
    const [header = [], ...records] = csvRecords(text);
    this.#header = header;
    this.#records = records;
    this.#reference = options.reference === true;
    this.length = records.length;
  }

  /** Whether there is a column of this name. */
  has(name: string): boolean {
    return this.#header.includes(name);
  }

  /**
   * A column.
   *
   * @throws {SyntaxError} when there is none of this name.
   */
  column(name: string): TableColumn {
    const cells = this.texts(name);
    const kind = kindOf(cells);
    return { name, kind, cells: cells.map((cell) => this.#value(cell, kind)) };
  }

  /**
   * The cells of a column as they are written.
   *
   * @throws {SyntaxError} when there is none of this name.
   */
  texts(name: string): string[] {
    const position = this.#header.indexOf(name);
    if (position < 0) throw new SyntaxError(`the table has no column ${name}`);
    return this.#records.map((record) => record[position] ?? "");
  }

  /**
   * The numbers of a column, null for what is none.
   *
   * @throws {SyntaxError} when there is no column of this name.
   */
  numbers(name: string): (number | null)[] {
    return this.texts(name).map((cell) => NUMBER.test(cell) ? this.#double(cell) : null);
  }

  #value(cell: string, kind: ColumnKind): Cell {
    switch (kind) {
      case "integer": {
        const value = Number(cell);
        return Number.isSafeInteger(value) ? value : BigInt(cell.replace("+", ""));
      }
      case "double":
        return cell === "" ? null : this.#double(cell);
      case "flag":
        return cell === "True";
      case "text":
        return cell === "" ? null : cell;
    }
  }

  #double(cell: string): number {
    return this.#reference ? cutDouble(cell) : Number(cell);
  }
}

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function kindOf(cells: readonly string[]): ColumnKind {
  if (cells.length > 0 && cells.every((cell) => INTEGER.test(cell))) return "integer";
  if (cells.every((cell) => cell === "" || NUMBER.test(cell))) return "double";
  return cells.every((cell) => cell === "True" || cell === "False") ? "flag" : "text";
}

/** Digits that the reference's reader takes, leading zeros included. */
const MOST_DIGITS = 17;

/** The double that the reference reads: further digits are dropped, and the power of ten is applied in one step. */
export function cutDouble(text: string): number {
  const [mantissa = "", power = "0"] = text.toLowerCase().replace(/^[+-]/, "").split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = `${whole}${fraction}`.slice(0, MOST_DIGITS);
  let magnitude = 0;
  for (const digit of digits) magnitude = magnitude * 10 + Number(digit);
  const exponent = Number(power) + whole.length - digits.length;
  const scaled = exponent < 0 ? magnitude / Number(`1e${-exponent}`) : magnitude * Number(`1e${exponent}`);
  return text.startsWith("-") ? -scaled : scaled;
}

/** A column of whole numbers. */
export function integers(name: string, cells: readonly number[]): TableColumn {
  return { name, kind: "integer", cells };
}

/** A column of doubles, null where one is missing. */
export function doubles(name: string, cells: readonly (number | null)[]): TableColumn {
  return { name, kind: "double", cells };
}

/** The given rows of a column. */
export function rowsOf(column: TableColumn, rows: readonly number[]): TableColumn {
  return { ...column, cells: rows.map((row) => column.cells[row] ?? null) };
}

/** Columns as CSV text; lines end with LF. */
export function columnsCsv(columns: readonly TableColumn[]): string {
  const lines = [csvRow(columns.map(({ name }) => name))];
  const length = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < length; row++) {
    lines.push(csvRow(columns.map(({ kind, cells }) => cellText(cells[row] ?? null, kind))));
  }
  return `${lines.join("\n")}\n`;
}

function cellText(cell: Cell, kind: ColumnKind): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return kind === "double" ? floatText(Number(cell)) : String(cell);
}

/** Above this many values a sum is split in two. */
const BLOCK = 128;

/** Running sums of a block. */
const LANES = 8;

/** The sum of doubles in the order of the reference's table library. */
export function sum(values: readonly number[]): number {
  const n = values.length;
  if (n < LANES) return plainSum(values);
  if (n > BLOCK) {
    const half = Math.floor(n / 2 / LANES) * LANES;
    return sum(values.slice(0, half)) + sum(values.slice(half));
  }
  const lanes = values.slice(0, LANES);
  const whole = n - (n % LANES);
  for (let i = LANES; i < whole; i++) lanes[i % LANES] = (lanes[i % LANES] ?? 0) + (values[i] ?? 0);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = lanes;
  return plainSum(values.slice(whole), ((a + b) + (c + d)) + ((e + f) + (g + h)));
}

function plainSum(values: readonly number[], start = 0): number {
  let total = start;
  for (const value of values) total += value;
  return total;
}

/** The mean of the values that are there, null when there are none. */
export function mean(values: readonly (number | null)[]): number | null {
  const count = values.filter((value) => value !== null).length;
  // What is missing keeps its place among the additions, as in the reference's library.
  return count === 0 ? null : sum(values.map((value) => value ?? 0)) / count;
}
