import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { addParts, PART, sum } from "../../src/core/two_parts.ts";

const BIG_PART = BigInt(PART);

/** Rounds a magnitude half to even to 28 digits, with the digits that went. */
function rounded(value: bigint): { value: bigint; dropped: number } {
  const magnitude = value < 0n ? -value : value;
  let dropped = Math.max(0, `${magnitude}`.length - 28);
  const unit = 10n ** BigInt(dropped);
  let kept = magnitude / unit;
  const twice = (magnitude % unit) * 2n;
  if (twice > unit || twice === unit && kept % 2n === 1n) kept++;
  if (kept === 10n ** 28n) {
    kept /= 10n;
    dropped++;
  }
  return { value: value < 0n ? -kept : kept, dropped };
}

const number = fc.oneof(
  fc.bigInt({ min: -(10n ** 28n) + 1n, max: 10n ** 28n - 1n }),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.constantFrom(10n ** 28n - 1n, 1n - 10n ** 28n, 5n * 10n ** 27n, 10n ** 14n, -(10n ** 14n), 10n ** 14n - 1n, 0n),
);

function parts(value: bigint): [high: number, low: number] {
  return [Number(value / BIG_PART), Number(value % BIG_PART)];
}

Deno.test("a sum in two parts is the exact sum rounded half to even to 28 digits", () => {
  fc.assert(
    fc.property(number, fc.integer({ min: 0, max: 13 }), number, (a, shift, b) => {
      const [aHigh, aLow] = parts(a);
      const [bHigh, bLow] = parts(b);
      addParts(aHigh, aLow, shift, bHigh, bLow);
      const expected = rounded(a * 10n ** BigInt(shift) + b);
      assertEquals(BigInt(sum.high) * BIG_PART + BigInt(sum.low), expected.value);
      assertEquals(sum.dropped, expected.dropped);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("a tie goes to the even digit, also where it carries through both parts", () => {
  // 9999...9995 with 29 digits: up to 10^28, which is one digit too long.
  addParts(99999999999999, 99999999999999, 1, 0, 5);
  assertEquals({ ...sum }, { high: 10000000000000, low: 0, dropped: 2 });
  addParts(10000000000000, 2, 1, 0, 5);
  assertEquals({ ...sum }, { high: 10000000000000, low: 2, dropped: 1 });
});
