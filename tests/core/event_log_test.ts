import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { DecimalColumn, EventLog, type EventObject, NumberColumn } from "../../src/core/event_log.ts";

const SCHEMA = {
  Paid: [
    ["from", "ref:agent"],
    ["amount", "decimal"],
    ["alias", "text"],
    ["rate", "float", "optional"],
    ["count", "int"],
    ["final", "bool", "optional"],
    ["parts", "json", "optional"],
  ],
  DayStarted: [],
  Noted: [["amount", "decimal", "optional"], ["to", "ref:agent", "optional"], ["text", "text", "optional"]],
} as const;

const PHASES = ["setup", "A", "B"] as const;

function newLog(): EventLog<typeof SCHEMA> {
  return new EventLog(SCHEMA, { time: "day", phases: PHASES, names: { agent: (n) => `H${n}` } });
}

const decimals = fc.oneof(
  fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -60, max: 60 }))
    .map(([coefficient, exponent]) => Decimal.of(coefficient, exponent)),
  fc.maxSafeInteger().map((value) => Decimal.integer(value)),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map((value) => Decimal.integer(value)),
);
const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 5, arbitrary: values }, fc.constant(null));
const orMissing = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 5, arbitrary: values }, fc.constant(undefined));
const agent = fc.nat(2 ** 31 - 1);
const float = fc.double({ noNaN: true });

const stamp = fc.tuple(fc.nat(1000), fc.constantFrom(...PHASES));
const paid = fc.tuple(
  orNull(agent),
  orNull(decimals),
  orNull(fc.string()),
  orMissing(orNull(float)),
  orNull(fc.maxSafeInteger()),
  orMissing(orNull(fc.boolean())),
  orMissing(orNull(fc.array(fc.nat(9)))),
);
const noted = fc.tuple(orMissing(orNull(decimals)), orMissing(orNull(agent)), orMissing(orNull(fc.string())));

type Step =
  | { readonly do: "paid"; readonly values: PaidValues }
  | { readonly do: "noted"; readonly values: NotedValues }
  | { readonly do: "started" }
  | { readonly do: "stamp"; readonly time: number; readonly phase: typeof PHASES[number] }
  | { readonly do: "undo"; readonly share: number };
type PaidValues = typeof paid extends fc.Arbitrary<infer V> ? V : never;
type NotedValues = typeof noted extends fc.Arbitrary<infer V> ? V : never;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: paid.map((values): Step => ({ do: "paid", values })) },
  { weight: 4, arbitrary: noted.map((values): Step => ({ do: "noted", values })) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "started" }) },
  { weight: 1, arbitrary: stamp.map(([time, phase]): Step => ({ do: "stamp", time, phase })) },
  { weight: 1, arbitrary: fc.double({ min: 0.7, max: 1, noNaN: true }).map((share): Step => ({ do: "undo", share })) },
);

function agentName(number: number | null | undefined): string | null | undefined {
  return typeof number === "number" ? `H${number}` : number;
}

/** An object with its keys in the given order, without those that are missing. */
function eventObject(entries: readonly (readonly [string, unknown])[]): EventObject {
  return { kind: "", ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

/** A log of plain objects that does the same steps. */
class PlainLog {
  readonly events: EventObject[] = [];
  #time = 0;
  #phase: string = PHASES[0];

  apply(step: Step): void {
    const head = [["day", this.#time], ["phase", this.#phase]] as const;
    if (step.do === "stamp") {
      this.#time = step.time;
      this.#phase = step.phase;
    } else if (step.do === "undo") this.events.length = Math.floor(this.events.length * step.share);
    else if (step.do === "started") this.events.push(eventObject([["kind", "DayStarted"], ...head]));
    else if (step.do === "noted") {
      const [amount, to, text] = step.values;
      this.events.push(
        eventObject([["kind", "Noted"], ...head, ["amount", amount], ["to", agentName(to)], ["text", text]]),
      );
    } else {
      const [from, amount, alias, rate, count, final, parts] = step.values;
      const fields = { from: agentName(from), amount, alias, rate, count, final, parts };
      this.events.push(eventObject([["kind", "Paid"], ...head, ...Object.entries(fields)]));
    }
  }
}

function applied(log: EventLog<typeof SCHEMA>, step: Step): void {
  if (step.do === "stamp") log.stamp(step.time, step.phase);
  else if (step.do === "undo") log.truncate(Math.floor(log.length * step.share));
  else if (step.do === "started") log.emit("DayStarted");
  else if (step.do === "noted") log.emit("Noted", ...step.values);
  else log.emit("Paid", ...step.values);
}

/** Shows kind, digits and exponent of decimals and the sign of zeros, which plain equality may pass over. */
function spelled(event: EventObject): unknown {
  return Object.entries(event).map(([key, value]) => {
    if (value instanceof Decimal) return [key, String(value.coefficient), value.exponent, value.isInteger];
    return [key, Object.is(value, -0) ? "-0" : value];
  });
}

Deno.test("a log gives back every event as it was emitted, through growth and undone steps", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 300, size: "max" }), (steps) => {
      const log = newLog();
      const plain = new PlainLog();
      for (const step of steps) {
        applied(log, step);
        plain.apply(step);
        assertStrictEquals(log.length, plain.events.length);
      }
      assertEquals([...log.objects()].map(spelled), plain.events.map(spelled));
    }),
    { numRuns: 150 },
  );
});

Deno.test("rows of a table point back at their events and the other way round", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 200, size: "max" }), (steps) => {
      const log = newLog();
      for (const step of steps) applied(log, step);
      const rows = new Map<string, number>();
      for (let event = 0; event < log.length; event++) {
        const table = log.tableOf(event);
        const row = rows.get(table.kind) ?? 0;
        rows.set(table.kind, row + 1);
        assertStrictEquals(log.kind(event), table.kind);
        assertStrictEquals(log.row(event), row);
        assertStrictEquals(table.events[row], event);
      }
      for (const kind of ["Paid", "DayStarted", "Noted"] as const) {
        assertStrictEquals(log.table(kind)?.length ?? 0, rows.get(kind) ?? 0);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("a column grows past its first capacity with nulls, missing keys and big coefficients in it", () => {
  const decimals = new DecimalColumn("amount");
  const numbers = new NumberColumn("count", "int");
  const value = (row: number): Decimal | null | undefined =>
    row % 5 === 0 ? null : row % 7 === 0 ? undefined : Decimal.of(10n ** BigInt(row % 25), -row);
  for (let row = 0; row < 1000; row++) {
    decimals.push(value(row));
    numbers.push(row % 5 === 0 ? null : row % 7 === 0 ? undefined : row);
  }
  for (const length of [1000, 501, 17, 3]) {
    decimals.truncate(length);
    numbers.truncate(length);
    for (let row = 0; row < length; row++) {
      assertStrictEquals(decimals.get(row)?.toString(), value(row)?.toString());
      assertStrictEquals(decimals.get(row) === null, row % 5 === 0);
      assertStrictEquals(numbers.get(row), row % 5 === 0 ? null : row % 7 === 0 ? undefined : row);
    }
  }
  // What comes after an undone step stands where the undone values stood.
  decimals.push(Decimal.integer(10n ** 30n));
  assertStrictEquals(decimals.get(3)?.toString(), `1${"0".repeat(30)}`);
  decimals.push(null);
  assertStrictEquals(decimals.get(4), null);
});

Deno.test("typed columns are found by name and refused by another type", () => {
  const log = newLog();
  log.emit("Paid", 3, Decimal.ONE, "a", undefined, 1, true, undefined);
  const table = log.tableOf(0);
  assertStrictEquals(table.decimals("amount").get(0)?.toString(), "1");
  assertStrictEquals(table.references("from").get(0), 3);
  assertStrictEquals(table.texts("alias").get(0), "a");
  assertStrictEquals(table.numbers("final").get(0), true);
  assertThrows(() => table.decimals("alias"), TypeError, "Paid.alias does not hold decimals");
  assertThrows(() => table.references("amount"), TypeError);
  assertThrows(() => table.texts("amount"), TypeError);
  assertThrows(() => table.numbers("amount"), TypeError);
  assertThrows(() => table.column("nothing"), RangeError, "Paid has no field nothing");
});

Deno.test("unknown phases, events past the end and references without names are refused", () => {
  const log = newLog();
  assertThrows(() => log.stamp(1, "C"), RangeError, "unknown phase C");
  assertThrows(() => log.tableOf(0), RangeError, "the log has no event 0");
  log.emit("DayStarted");
  assertThrows(() => log.tableOf(1), RangeError, "the log has no event 1");
  assertThrows(() => log.referenceText("ref:contract", 1), RangeError, "no names for ref:contract");
  assertThrows(() => log.texts.text(0), RangeError);
});
