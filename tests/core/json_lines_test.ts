import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { EventLog } from "../../src/core/event_log.ts";
import { eventLines } from "../../src/core/json_lines.ts";

const SCHEMA = {
  Paid: [
    ["from", "ref:agent"],
    ["to", "ref:agent", "optional"],
    ["amount", "decimal", "optional"],
    ["alias", "text", "optional"],
    ["rate", "float", "optional"],
    ["count", "int", "optional"],
    ["final", "bool", "optional"],
    ["parts", "json", "optional"],
  ],
} as const;

function newLog(): EventLog<typeof SCHEMA> {
  return new EventLog(SCHEMA, { time: "day", phases: ["setup", "simulation"], names: { agent: (n) => `H"${n}ø` } });
}

Deno.test("an event is written with the separators, escapes and number forms of the rule", () => {
  const log = newLog();
  log.stamp(3, "simulation");
  log.emit("Paid", 1, null, Decimal.parse("10.50"), "tab\t", 0.00005, 7, true, [
    { a: Decimal.parse("1.0"), b: [] },
    0.5,
  ]);
  log.emit("Paid", null, undefined, Decimal.parse("1E+3"), undefined, 2, undefined, undefined, undefined);
  log.emit("Paid", 2, 1, Decimal.integer(10n ** 20n), null, null, null, false, null);
  log.emit("Paid", 2, 1, Decimal.parse("0.000"), "", undefined, -1, undefined, {});
  log.emit("Paid", 2, 1, Decimal.parse("0.00000010"), "", undefined, 0, undefined, undefined);
  assertEquals(eventLines(log).split("\n"), [
    '{"kind": "Paid", "day": 3, "phase": "simulation", "from": "H\\"1\\u00f8", "to": null, "amount": "10.5", ' +
    '"alias": "tab\\t", "rate": 5e-05, "count": 7, "final": true, "parts": [{"a": 1, "b": []}, 0.5]}',
    '{"kind": "Paid", "day": 3, "phase": "simulation", "from": null, "amount": 1000, "rate": 2.0}',
    '{"kind": "Paid", "day": 3, "phase": "simulation", "from": "H\\"2\\u00f8", "to": "H\\"1\\u00f8", ' +
    '"amount": 100000000000000000000, "alias": null, "rate": null, "count": null, "final": false, "parts": null}',
    '{"kind": "Paid", "day": 3, "phase": "simulation", "from": "H\\"2\\u00f8", "to": "H\\"1\\u00f8", "amount": 0, ' +
    '"alias": "", "count": -1, "parts": {}}',
    '{"kind": "Paid", "day": 3, "phase": "simulation", "from": "H\\"2\\u00f8", "to": "H\\"1\\u00f8", "amount": "1E-7", ' +
    '"alias": "", "count": 0}',
    "",
  ]);
});

Deno.test("a model without phases writes none", () => {
  const log = new EventLog({ Tick: [["n", "int"]] }, { time: "tick", phases: [], names: {} });
  log.stamp(5);
  log.emit("Tick", 1);
  assertStrictEquals(eventLines(log), '{"kind": "Tick", "tick": 5, "n": 1}\n');
});

const decimals = fc.oneof(
  fc.tuple(fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }), fc.integer({ min: -40, max: 20 }))
    .map(([coefficient, exponent]) => Decimal.of(coefficient, exponent)),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((value) => Decimal.integer(value)),
);
const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 4, arbitrary: values }, fc.constant(null), fc.constant(undefined));
const events = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(50), fc.constant(null)),
    some(fc.nat(50)),
    some(decimals),
    some(fc.string({ unit: "binary" })),
    some(fc.double({ noNaN: true, noDefaultInfinity: true })),
    some(fc.maxSafeInteger()),
    some(fc.boolean()),
    some(fc.array(fc.string())),
  ),
  { maxLength: 60 },
);

/** A value as a reader of the line finds it: decimals by value, from a number or from a string. */
function readable(value: unknown): unknown {
  if (value instanceof Decimal) {
    return value.normalized().exponent >= 0 ? value.toNumber() : value.normalized().toString();
  }
  return Object.is(value, -0) ? 0 : value;
}

Deno.test("every line is the JSON of its event in ASCII, and parts of a log are parts of its text", () => {
  fc.assert(fc.property(events, fc.nat(60), (rows, cut) => {
    const log = newLog();
    for (const row of rows) log.emit("Paid", ...row);
    const text = eventLines(log);
    assert(/^[ -~\n]*$/.test(text));
    const lines = text.split("\n");
    assertStrictEquals(lines.pop(), "");
    const expected = [...log.objects()].map((event) =>
      Object.fromEntries(Object.entries(event).map(([key, value]) => [key, readable(value)]))
    );
    const read = lines.map((line) => {
      const event: Record<string, unknown> = JSON.parse(line);
      return Object.fromEntries(Object.entries(event).map(([key, value]) => [key, readable(value)]));
    });
    assertEquals(read, expected);
    const middle = Math.min(cut, log.length);
    assertStrictEquals(eventLines(log, 0, middle) + eventLines(log, middle), text);
  }));
});
