import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import {
  decimalJson,
  displayDecimalText,
  displayNumber,
  floatText,
  integerText,
  jsonString,
  metricCell,
  metricsJsonText,
  trimmedText,
} from "../../src/core/number_text.ts";

function decimal(text: string): Decimal {
  const value = Decimal.parse(text);
  assert(value !== undefined, text);
  return value;
}

const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }), fc.integer({ min: -40, max: 10 }))
  .map(([coefficient, exponent]) => Decimal.of(coefficient, exponent));

Deno.test("floatText() lays floats out as Python does", () => {
  const cases: [number, string][] = [
    [394, "394.0"],
    [0, "0.0"],
    [-0, "-0.0"],
    [1e15, "1000000000000000.0"],
    [9999999999999998, "9999999999999998.0"],
    [1e16, "1e+16"],
    [1.2345678901234568e17, "1.2345678901234568e+17"],
    [1e100, "1e+100"],
    [0.0001, "0.0001"],
    [0.00005, "5e-05"],
    [-1.5e-7, "-1.5e-07"],
    [5e-324, "5e-324"],
    [0.1, "0.1"],
    [NaN, "nan"],
    [-Infinity, "-inf"],
  ];
  for (const [value, text] of cases) assertStrictEquals(floatText(value), text);
});

Deno.test("floatText() reads back as the same double and has a dot or an exponent", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    const text = floatText(value);
    assertStrictEquals(Number(text), value);
    const match = /^-?\d+(?:\.\d+)?(?:e([+-]\d{2,}))?$/.exec(text);
    assert(match !== null && (text.includes(".") || match[1] !== undefined), text);
    const leading = value === 0 ? 0 : Number(value.toExponential().split("e")[1]);
    assertStrictEquals(match[1] === undefined, leading >= -4 && leading < 16, text);
  }));
});

Deno.test("trimmedText() is plain text without trailing zeros", () => {
  const cases = [["0E-18", "0"], ["1E+1", "10"], ["0.250", "0.25"], ["1E-9", "0.000000001"], [
    "-12.50",
    "-12.5",
  ]] as const;
  for (const [text, trimmed] of cases) assertStrictEquals(trimmedText(decimal(text)), trimmed);
  fc.assert(fc.property(decimals, (value) => {
    const text = trimmedText(value);
    assert(/^-?\d+(?:\.\d*[1-9])?$/.test(text), text);
    assert(decimal(text).equals(value));
  }));
});

Deno.test("integerText() gives all digits of whole numbers of both kinds and nothing for fractions", () => {
  assertStrictEquals(integerText(Decimal.integer(10n ** 40n + 1n)), (10n ** 40n + 1n).toString());
  assertStrictEquals(integerText(decimal("4.0E+2")), "400");
  assertStrictEquals(integerText(decimal("0E-28")), "0");
  assertStrictEquals(integerText(decimal("-7.00")), "-7");
  assertStrictEquals(integerText(decimal("0.5")), undefined);
});

Deno.test("a metric cell is integer digits, float text of the nearest double, or nothing", () => {
  assertStrictEquals(metricCell(decimal("394.00")), "394");
  assertStrictEquals(metricCell(decimal("1E+30")), `1${"0".repeat(30)}`);
  assertStrictEquals(metricCell(decimal("0.50")), "0.5");
  assertStrictEquals(metricCell(decimal("0.00005")), "5e-05");
  // spec 02 1.5: not whole, but its double is.
  assertStrictEquals(metricCell(decimal("0.99999999999999999999")), "1.0");
  assertStrictEquals(metricCell(null), "");
  assertStrictEquals(metricCell(undefined), "");
  assertStrictEquals(metricCell(7), "7");
  assertStrictEquals(metricCell("H1"), "H1");
  assertStrictEquals(metricCell(false), "False");
});

Deno.test("a decimal in JSON is an integer when whole and a string of its exact digits otherwise", () => {
  assertStrictEquals(decimalJson(decimal("10.00")), "10");
  assertStrictEquals(decimalJson(decimal("1E+3")), "1000");
  assertStrictEquals(decimalJson(decimal("10.50")), '"10.5"');
  assertStrictEquals(decimalJson(decimal("1.0E-7")), '"1E-7"');
  assertStrictEquals(decimalJson(Decimal.integer(2n ** 70n)), "1180591620717411303424");
});

Deno.test("jsonString() is JSON, ASCII only, with lower-case escapes", () => {
  assertStrictEquals(jsonString('a"b\\c/d\n\r\t\b\f'), '"a\\"b\\\\c/d\\n\\r\\t\\b\\f"');
  assertStrictEquals(jsonString("\u001f\u007f é 😀"), '"\\u001f\\u007f \\u00e9 \\ud83d\\ude00"');
  for (const unit of ["grapheme", "binary", "binary-ascii"] as const) {
    fc.assert(fc.property(fc.string({ unit }), (text) => {
      const written = jsonString(text);
      assertStrictEquals(JSON.parse(written), text);
      assert(/^[ -~]*$/.test(written));
    }));
  }
});

Deno.test("metric JSON has an indent of 2, spaces behind keys, and no line end after it", () => {
  const rows = [{
    day: 1,
    phi: decimal("0.50"),
    S: decimal("10.0"),
    name: "ø",
    gap: null,
    list: [],
    ok: true,
    ratio: 0.5,
  }];
  assertStrictEquals(
    metricsJsonText(rows),
    [
      "[",
      "  {",
      '    "day": 1,',
      '    "phi": "0.5",',
      '    "S": 10,',
      '    "name": "\\u00f8",',
      '    "gap": null,',
      '    "list": [],',
      '    "ok": true,',
      '    "ratio": 0.5',
      "  }",
      "]",
    ].join("\n"),
  );
  assertStrictEquals(metricsJsonText([]), "[]");
  assertStrictEquals(metricsJsonText({ a: undefined }), "{}");
});

Deno.test("metric JSON without decimals is the JSON of JavaScript", () => {
  const plain = fc.letrec<{ value: string | number | null | unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(fc.property(plain, (value) => {
    const expected = JSON.stringify(value, null, 2);
    if (/^[ -~\n]*$/.test(expected)) assertStrictEquals(metricsJsonText(JSON.parse(expected)), expected);
    else assertEquals(JSON.parse(metricsJsonText(JSON.parse(expected))), JSON.parse(expected));
  }));
});

Deno.test("displayDecimalText() shows the text of a decimal as displayNumber() shows the decimal", () => {
  fc.assert(fc.property(decimals, (value) => {
    assertEquals(displayDecimalText(value.toString()), displayNumber(value));
  }));
  const plain = fc.tuple(fc.nat({ max: 1_000_000 }), fc.stringMatching(/^[05]{0,8}\d{1,30}$/));
  fc.assert(fc.property(plain, ([whole, fraction]) => {
    assertEquals(displayDecimalText(`${whole}.${fraction}`), displayNumber(decimal(`${whole}.${fraction}`)));
  }));
  assertEquals([displayDecimalText("0.000"), displayDecimalText("0E-28"), displayDecimalText("")], ["0", "0", ""]);
});

Deno.test("displayNumber() shows at most six decimals of the exact binary value, halves to even", () => {
  const cases = [
    ["0.0078125", "0.007812"],
    ["0.0234375", "0.023438"],
    ["-0.0078125", "-0.007812"],
    ["1234567.0078125", "1234567.007812"],
    ["10.500000", "10.5"],
    ["0.1", "0.1"],
    ["0.9999999", "1"],
    ["1E-9", "0"],
    ["-1E-9", "-0"],
    ["100.00", "100"],
    ["123456789012345678901234.5", "123456789012345685803008"],
  ] as const;
  for (const [text, shown] of cases) assertStrictEquals(displayNumber(decimal(text)), shown);
  assertStrictEquals(displayNumber(null), "—");
  assertStrictEquals(displayNumber(3), "3");
  assertStrictEquals(displayNumber("H1"), "H1");
});

Deno.test("every tie at six decimals goes to the even digit", () => {
  fc.assert(fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), (n) => {
    const odd = 2 * n + 1;
    // odd / 128 has seven decimals and ends in 5: rounding its exact text half to even is the rule itself.
    const exact = Decimal.of(BigInt(odd) * 78125n, -7);
    const expected = Decimal.of(exact.times(Decimal.integer(1000000)).roundedHalfEven().coefficient, -6);
    assertStrictEquals(displayNumber(exact), trimmedText(expected).replace(/^0$/, odd < 0 ? "-0" : "0"));
  }));
});
