/** Decimals against an oracle of exact big-integer fractions that shares no code with them. */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";

interface Exact {
  readonly c: bigint;
  readonly e: number;
}

const power = (n: number): bigint => 10n ** BigInt(n);
const size = (c: bigint): bigint => c < 0n ? -c : c;
const exact = (d: Decimal): Exact => ({ c: BigInt(d.coefficient), e: d.exponent });

/** Rounds on the digits as text: half to even at `digits` digits. */
function cut({ c, e }: Exact, digits = 28): Exact {
  const text = size(c).toString();
  if (text.length <= digits) return { c, e };
  const tail = text.slice(digits);
  const half = `5${"0".repeat(tail.length - 1)}`;
  let head = BigInt(text.slice(0, digits));
  if (tail > half || (tail === half && head % 2n === 1n)) head += 1n;
  const grown = head === power(digits);
  const kept = grown ? head / 10n : head;
  return { c: c < 0n ? -kept : kept, e: e + tail.length + (grown ? 1 : 0) };
}

function exactSum(a: Exact, b: Exact): Exact {
  const e = Math.min(a.e, b.e);
  return { c: a.c * power(a.e - e) + b.c * power(b.e - e), e };
}

/** The quotient from its 28 leading digits and the remainder behind them. */
function exactQuotient(a: Exact, b: Exact): Exact {
  const ideal = a.e - b.e;
  if (a.c === 0n) return { c: 0n, e: ideal };
  const n = size(a.c);
  const d = size(b.c);
  let k = 28 + d.toString().length - n.toString().length;
  const at = (k: number): [bigint, bigint] => k >= 0 ? [n * power(k), d] : [n, d * power(-k)];
  if (at(k)[0] / at(k)[1] >= power(28)) k--;
  const [top, bottom] = at(k);
  let q = top / bottom;
  let e = ideal - k;
  const rest = (top % bottom) * 2n;
  if (rest === 0n) {
    while (e < ideal && q % 10n === 0n) {
      q /= 10n;
      e++;
    }
  } else if (rest > bottom || (rest === bottom && q % 2n === 1n)) q += 1n;
  if (q === power(28)) {
    q /= 10n;
    e++;
  }
  return { c: (a.c < 0n) === (b.c < 0n) ? q : -q, e };
}

function order(a: Exact, b: Exact): number {
  const { c } = exactSum(a, { c: -b.c, e: b.e });
  return c > 0n ? 1 : c < 0n ? -1 : 0;
}

const limit = (digits: number) => fc.bigInt({ min: -power(digits), max: power(digits) });
const coefficient = fc.oneof(
  limit(3),
  limit(9),
  limit(17),
  limit(28),
  limit(34),
  fc.constantFrom(0n, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n), power(28) - 1n, power(28), 5n * power(27)),
  fc.tuple(limit(12), fc.nat(16)).map(([c, zeros]) => c * power(zeros)),
  fc.tuple(fc.nat(30), fc.constantFrom(-1n, 0n, 1n)).map(([n, off]) => 5n * power(n) + off),
);
const decimal = fc.tuple(coefficient, fc.oneof(fc.integer({ min: -4, max: 2 }), fc.integer({ min: -45, max: 14 })))
  .map(([c, e]) => Decimal.of(c, e));
const integer = coefficient.map((c) => Decimal.integer(c));

function assertIs(actual: Decimal, expected: Exact, isInteger = false): void {
  assertEquals({ ...exact(actual), isInteger: actual.isInteger }, { ...expected, isInteger });
  // A number exactly where it is safe, and never a negative zero.
  const c = actual.coefficient;
  assertStrictEquals(typeof c, size(BigInt(c)) <= 9007199254740991n ? "number" : "bigint");
  assert(!Object.is(c, -0), "negative zero");
}

const RUNS = { numRuns: 2000 };

Deno.test("sums and differences of decimals are exact and then rounded to 28 digits", () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      assertIs(a.plus(b), cut(exactSum(exact(a), exact(b))));
      assertIs(a.minus(b), cut(exactSum(exact(a), { c: -BigInt(b.coefficient), e: b.exponent })));
    }),
    RUNS,
  );
});

Deno.test("a sum of decimals far apart in size is rounded as if it were exact", () => {
  const far = fc.tuple(coefficient, fc.integer({ min: -300, max: 300 })).map(([c, e]) => Decimal.of(c, e));
  fc.assert(
    fc.property(far, far, (a, b) => {
      const sum = a.plus(b);
      const expected = cut(exactSum(exact(a), exact(b)));
      assertEquals(order(exact(sum), expected), 0);
    }),
    RUNS,
  );
});

Deno.test("products of decimals are exact and then rounded to 28 digits", () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const product = { c: BigInt(a.coefficient) * BigInt(b.coefficient), e: a.exponent + b.exponent };
      assertIs(a.times(b), cut(product));
    }),
    RUNS,
  );
});

Deno.test("quotients have 28 digits, or fewer when exact, with the exponent nearest to the ideal one", () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      fc.pre(!b.isZero);
      assertIs(a.dividedBy(b), exactQuotient(exact(a), exact(b)));
    }),
    RUNS,
  );
  assertThrows(() => Decimal.ONE.dividedBy(Decimal.parse("0.00") ?? Decimal.ZERO), RangeError, "zero");
});

Deno.test("a square is rounded to 31 digits and then to 28", () => {
  fc.assert(
    fc.property(decimal, (a) => {
      fc.pre(!a.isZero);
      const { c, e } = exact(a);
      assertIs(a.squared(), cut(cut({ c: c * c, e: e * 2 }, 31)));
    }),
    RUNS,
  );
  // spec 02 1.1: the recorded value, which differs from the product rounded once.
  const share = Decimal.integer(679).dividedBy(Decimal.integer(1952));
  assertEquals(share.toString(), "0.3478483606557377049180327869");
  assertEquals(share.squared().toString(), "0.1209984820108841709217952164");
  assertEquals(share.times(share).toString(), "0.1209984820108841709217952163");
  assertEquals(Decimal.of(0, -2).squared().toString(), "0");
});

Deno.test("integers stay exact integers at any size under plus, minus, times and negation", () => {
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      const x = BigInt(a.coefficient);
      const y = BigInt(b.coefficient);
      assertIs(a.plus(b), { c: x + y, e: 0 }, true);
      assertIs(a.minus(b), { c: x - y, e: 0 }, true);
      assertIs(a.times(b), { c: x * y, e: 0 }, true);
      assertIs(a.negated(), { c: -x, e: 0 }, true);
    }),
    RUNS,
  );
});

Deno.test("an integer with a decimal operand gives a rounded decimal, and so does every quotient", () => {
  fc.assert(
    fc.property(integer, decimal, (a, b) => {
      const sum = cut(exactSum(exact(a), exact(b)));
      assertIs(a.plus(b), sum);
      assertIs(b.plus(a), sum);
      assertIs(a.times(b), cut({ c: BigInt(a.coefficient) * BigInt(b.coefficient), e: b.exponent }));
      if (!b.isZero) assertStrictEquals(a.dividedBy(b).isInteger, false);
    }),
    RUNS,
  );
  assertStrictEquals(Decimal.integer(6).dividedBy(Decimal.integer(3)).isInteger, false);
});

Deno.test("comparison goes by value, whatever the kind and the exponent", () => {
  const any = fc.oneof(decimal, integer);
  fc.assert(
    fc.property(any, any, fc.nat(20), (a, b, zeros) => {
      const expected = order(exact(a), exact(b));
      assertStrictEquals(Math.sign(a.compare(b)) + 0, expected);
      assertStrictEquals(a.equals(b), expected === 0);
      assertStrictEquals(a.lessThan(b), expected < 0);
      assertStrictEquals(a.greaterThan(b), expected > 0);
      assertStrictEquals(Decimal.min(a, b), expected > 0 ? b : a);
      assertStrictEquals(Decimal.max(a, b), expected < 0 ? b : a);
      const spelled = Decimal.of(BigInt(a.coefficient) * power(zeros), a.exponent - zeros);
      assert(spelled.equals(a));
      assertStrictEquals(Decimal.min(spelled, a), spelled);
      assertStrictEquals(Decimal.max(a, spelled), a);
      assertStrictEquals(a.sign, order(exact(a), { c: 0n, e: 0 }));
      assertStrictEquals(a.isZero, a.sign === 0);
    }),
    RUNS,
  );
});

/** The layout of spec 02 1.2, by moving the point in a string of digits. */
function layout({ c, e }: Exact): string {
  const sign = c < 0n ? "-" : "";
  const digits = size(c).toString();
  const adjusted = e + digits.length - 1;
  if (e <= 0 && adjusted >= -6) {
    const wide = digits.padStart(1 - e, "0");
    return sign + (e === 0 ? wide : `${wide.slice(0, e)}.${wide.slice(e)}`);
  }
  const mantissa = digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`;
  return `${sign}${mantissa}E${adjusted >= 0 ? "+" : "-"}${Math.abs(adjusted)}`;
}

Deno.test("the text of a decimal follows its layout rule and reads back as the same digits and exponent", () => {
  fc.assert(
    fc.property(decimal, (a) => {
      assertStrictEquals(a.toString(), layout(exact(a)));
      const read = Decimal.parse(a.toString());
      assert(read !== undefined);
      assertIs(read, exact(a));
    }),
    RUNS,
  );
  const texts = ["500.0000000000000000000000000", "125.000", "0E-28", "4.0E+2", "0.000001", "1E-7", "-0.50", "1.2E-7"];
  for (const text of texts) assertStrictEquals(Decimal.parse(text)?.toString(), text);
});

Deno.test("text that spells no finite decimal is no decimal", () => {
  for (
    const text of ["", ".", "-", "1e", "e5", "1.2.3", "nan", "inf", "Infinity", "0x10", "1 2", "1,5", "1e999999999"]
  ) {
    assertStrictEquals(Decimal.parse(text), undefined, text);
  }
  assertStrictEquals(Decimal.parse(" 12 ")?.toString(), "12");
  assertStrictEquals(Decimal.parse("1_000.5")?.toString(), "1000.5");
  assertStrictEquals(Decimal.parse("+.5")?.toString(), "0.5");
  assertStrictEquals(Decimal.parse("5.")?.toString(), "5");
  assertStrictEquals(Decimal.parse("-0")?.toString(), "0");
});

Deno.test("toNumber is the nearest double, and fromNumber comes back to its number", () => {
  fc.assert(fc.property(decimal, (a) => assertStrictEquals(a.toNumber(), Number(a.toString()))), RUNS);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const read = Decimal.fromNumber(value);
      assertStrictEquals(read.toNumber(), value + 0);
      assertIs(read, exact(read));
    }),
    RUNS,
  );
  const cases: [number, string][] = [[500, "500.0"], [0, "0.0"], [1e-5, "0.00001"], [1e16, "1E+16"], [0.1, "0.1"]];
  for (const [value, text] of cases) assertStrictEquals(Decimal.fromNumber(value).toString(), text);
  assertStrictEquals(Decimal.fromNumber(1e15).toString(), "1000000000000000.0");
  assertThrows(() => Decimal.fromNumber(NaN), RangeError);
  assertThrows(() => Decimal.fromNumber(-Infinity), RangeError);
});

Deno.test("truncation goes toward zero and rounding to the even half, both to integers of any size", () => {
  fc.assert(
    fc.property(decimal, (a) => {
      const { c, e } = exact(a);
      const whole = e >= 0 ? c * power(e) : c / power(-e);
      assertIs(a.truncated(), { c: whole, e: 0 }, true);
      const rest = e >= 0 ? 0n : size(c % power(-e)) * 2n;
      const unit = e >= 0 ? 1n : power(-e);
      const up = rest > unit || (rest === unit && whole % 2n !== 0n);
      assertIs(a.roundedHalfEven(), { c: whole + (up ? c < 0n ? -1n : 1n : 0n), e: 0 }, true);
    }),
    RUNS,
  );
});

Deno.test("normalising rounds to 28 digits and removes every trailing zero", () => {
  fc.assert(
    fc.property(fc.oneof(decimal, integer), (a) => {
      const rounded = cut(exact(a));
      const normal = a.normalized();
      assertEquals(order(exact(normal), rounded), 0);
      const { c, e } = exact(normal);
      assert(c === 0n ? e === 0 : c % 10n !== 0n);
      assertStrictEquals(normal.isInteger, false);
      assertStrictEquals(a.isIntegral, a.exponent >= 0 || e >= 0);
    }),
    RUNS,
  );
});

Deno.test("a sum goes from left to right and rounds every step", () => {
  fc.assert(
    fc.property(fc.array(decimal, { minLength: 1, maxLength: 8 }), (values) => {
      const expected = values.reduce((sum, value) => cut(exactSum(sum, exact(value))), { c: 0n, e: 0 });
      assertIs(Decimal.sum(values), expected);
    }),
    { numRuns: 500 },
  );
  assertIs(Decimal.sum([]), { c: 0n, e: 0 }, true);
  assertIs(Decimal.sum([Decimal.integer(2), Decimal.integer(3)]), { c: 5n, e: 0 }, true);
});

Deno.test("a plain number becomes an integer only when a double holds it exactly", () => {
  assertThrows(() => Decimal.integer(0.5), RangeError);
  assertThrows(() => Decimal.integer(2 ** 53), RangeError);
  assertIs(Decimal.integer(-0), { c: 0n, e: 0 }, true);
});
