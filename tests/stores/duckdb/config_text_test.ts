/** The texts of a configuration: JSON as it is stored, and the Python literal that is hashed (spec 08 1). */
import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Decimal } from "../../../src/core/decimal.ts";
import { configJson, policyHash, pythonLiteral, runConfigHash } from "../../../src/stores/duckdb/config_text.ts";
import { storedJson } from "../../../src/stores/duckdb/event_details.ts";

const CONFIG = {
  b: [1, 0.5, Decimal.parse("2.50"), Decimal.integer(7), 10n, true, false, null, []],
  a: { z: "it's", y: 'say "no"', x: "caf\u00e9\n", w: {}, v: undefined },
};

Deno.test("a configuration is written as the specification has it", () => {
  assertEquals(
    configJson(CONFIG),
    '{"b": [1, 0.5, 2.5, 7, 10, true, false, null, []], ' +
      '"a": {"z": "it\'s", "y": "say \\"no\\"", "x": "caf\\u00e9\\n", "w": {}, "v": null}}',
  );
  assertEquals(
    configJson(CONFIG, true),
    '{"a": {"v": null, "w": {}, "x": "caf\\u00e9\\n", "y": "say \\"no\\"", "z": "it\'s"}, ' +
      '"b": [1, 0.5, 2.5, 7, 10, true, false, null, []]}',
  );
  assertEquals(
    pythonLiteral(CONFIG),
    "{'b': [1, 0.5, 2.5, 7, 10, True, False, None, []], " +
      "'a': {'z': \"it's\", 'y': 'say \"no\"', 'x': 'caf\u00e9\\n', 'w': {}, 'v': None}}",
  );
  assertEquals(
    storedJson({ ...CONFIG, c: new Map([["k", 1]]), d: -0, e: NaN }),
    '{"b": [1, 0.5, "2.5", 7, 10, true, false, null, []], ' +
      '"a": {"z": "it\'s", "y": "say \\"no\\"", "x": "caf\\u00e9\\n", "w": {}}, "c": {"k": 1}, "d": -0.0, "e": null}',
  );
});

Deno.test("whatever a configuration holds, its JSON is read back to it, and sorting changes nothing but the order", () => {
  const plain = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
  fc.assert(fc.property(plain, (value) => {
    assertEquals(JSON.parse(storedJson(value)), value);
    assertEquals(JSON.parse(configJson(value)), value);
    assertEquals(JSON.parse(configJson(value, true)), value);
  }));
});

Deno.test("the hash of a policy does not depend on the order of its keys, that of a run does", () => {
  const [one, other] = [{ a: 1, b: [2, { c: 3, d: 4 }] }, { b: [2, { d: 4, c: 3 }], a: 1 }];
  assertEquals(policyHash(one), policyHash(other));
  assertEquals(runConfigHash(one) === runConfigHash(other), false);
});
