/**
 * The payment history that a written log (`events.jsonl`) tells, ours or the reference's. Source: `spec 02 2.1`.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { type Issue, ValidationError } from "../../core/errors.ts";
import { NONE, type PaymentColumns, type PaymentHistory } from "./history.ts";

type Event = Readonly<Record<string, unknown>>;

/** An amount this many powers of ten away from one is a broken file, not money. */
const LARGEST_EXPONENT = 400;

/**
 * Reads a log, one JSON object per line; blank lines are skipped, kinds other than `PayableCreated` and
 * `PayableSettled` are only checked for being objects. A missing or null amount counts as 0.
 *
 * @throws {ValidationError} naming the line that is no event, or whose amount or day is none; the reference reads an
 * amount that it cannot parse as 0, which would drop money silently.
 */
export function historyFromJsonLines(text: string, subject: string = "event log"): PaymentHistory {
  const reader = new HistoryReader(subject);
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    reader.read(text.slice(start, end), line);
    start = end + 1;
  }
  return reader.history();
}

interface GrowingColumns extends PaymentColumns {
  length: number;
  readonly byDay: Map<number, number[]>;
  readonly debtors: number[];
  readonly creditors: number[];
  readonly amounts: Decimal[];
  readonly ids: number[];
  readonly aliases: number[];
}

function emptyColumns(): GrowingColumns {
  return { length: 0, byDay: new Map(), debtors: [], creditors: [], amounts: [], ids: [], aliases: [] };
}

/** Numbers texts by first appearance. */
class Numbering {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a text, {@linkcode NONE} for an empty one. */
  of(text: string): number {
    if (text === "") return NONE;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

class HistoryReader {
  readonly #agents = new Numbering();
  readonly #names = new Numbering();
  readonly #dues = emptyColumns();
  readonly #settlements = emptyColumns();
  readonly #dueDays = new Set<number>();

  constructor(readonly subject: string) {}

  read(text: string, line: number): void {
    if (text.trim() === "") return;
    const event = this.#event(text, line);
    if (event.kind === "PayableCreated") {
      const day = this.#day(event, "due_day", line);
      if (day === null) this.#refuse(line, "due_day", "must be a day", "null");
      // A missing due day counts as -1 and is analysed only when somebody asks for that day (spec 02 3.1).
      if (day !== undefined) this.#dueDays.add(day);
      this.#append(this.#dues, event, text, day ?? -1, firstText(event, "payable_id", "pid"), line);
    } else if (event.kind === "PayableSettled") {
      const day = this.#day(event, "day", line);
      // A settlement without a day belongs to no day.
      if (day === null || day === undefined) return;
      this.#append(this.#settlements, event, text, day, firstText(event, "pid", "contract_id"), line);
    }
  }

  history(): PaymentHistory {
    const agents = this.#agents.texts;
    return {
      dues: this.#dues,
      settlements: this.#settlements,
      agentCount: agents.length,
      // Ids and aliases share one numbering: the same text is the same name.
      aliasOffset: 0,
      nameCount: this.#names.texts.length,
      dueDays: [...this.#dueDays].sort((a, b) => a - b),
      agentName: (agent) => agents[agent] ?? "",
    };
  }

  #append(columns: GrowingColumns, event: Event, text: string, day: number, id: string, line: number): void {
    const rows = columns.byDay.get(day);
    if (rows === undefined) columns.byDay.set(day, [columns.length]);
    else rows.push(columns.length);
    columns.length++;
    columns.debtors.push(this.#agents.of(firstText(event, "debtor", "from")));
    columns.creditors.push(this.#agents.of(firstText(event, "creditor", "to")));
    columns.amounts.push(this.#amount(event, text, line));
    columns.ids.push(this.#names.of(id));
    columns.aliases.push(this.#names.of(firstText(event, "alias")));
  }

  #event(text: string, line: number): Event {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.#error({
        path: [`line ${line}`],
        message: `is no JSON: ${error instanceof Error ? error.message : error}`,
      });
    }
    if (!isEvent(value)) throw this.#error({ path: [`line ${line}`], message: "is no event: an object was expected" });
    return value;
  }

  #day(event: Event, key: string, line: number): number | null | undefined {
    const value = event[key];
    if (value === null || value === undefined) return value;
    const day = typeof value === "number" ? Math.trunc(value) : typeof value === "string" ? integer(value) : NaN;
    if (!Number.isSafeInteger(day)) this.#refuse(line, key, "must be a day", JSON.stringify(value));
    return day;
  }

  #amount(event: Event, text: string, line: number): Decimal {
    const value = event.amount;
    if (value === null || value === undefined) return Decimal.of(0, 0);
    if (typeof value === "boolean") return Decimal.of(Number(value), 0);
    if (typeof value === "number" && Number.isSafeInteger(value)) return Decimal.of(value, 0);
    const amount = typeof value === "number" ? writtenNumber(text, value) : Decimal.parse(String(value));
    if (amount === undefined || Math.abs(amount.exponent) > LARGEST_EXPONENT) {
      this.#refuse(line, "amount", "must be a decimal number", JSON.stringify(value));
    }
    return amount;
  }

  #refuse(line: number, key: string, message: string, value: string): never {
    throw this.#error({ path: [`line ${line}`, key], message, value: value.slice(0, 80) });
  }

  #error(issue: Issue): ValidationError {
    return new ValidationError(this.subject, [issue]);
  }
}

function isEvent(value: unknown): value is Event {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function integer(text: string): number {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN;
}

/** The first of the fields that is neither missing nor empty, as text. */
function firstText(event: Event, ...keys: readonly string[]): string {
  for (const key of keys) {
    const value = event[key];
    if (value !== null && value !== undefined && value !== "") return String(value);
  }
  return "";
}

const WRITTEN_AMOUNT = /"amount"\s*:\s*(-?\d+)\s*[,}]/;

/** A whole number past 2^53 is read from its digits, a fraction through its shortest text (spec 02 2.1). */
function writtenNumber(text: string, value: number): Decimal | undefined {
  const digits = Number.isInteger(value) ? WRITTEN_AMOUNT.exec(text)?.[1] : undefined;
  return digits === undefined ? Decimal.fromNumber(value) : Decimal.parse(digits);
}
