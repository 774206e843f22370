import { assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";

/** A positive whole number rounded half to even to 28 digits, digit by digit. */
function roundedText(text: string): string {
  const dropped = text.length - 28;
  if (dropped <= 0) return text;
  const unit = 10n ** BigInt(dropped);
  const value = BigInt(text);
  const kept = value / unit;
  const twice = (value % unit) * 2n;
  return String((twice > unit || (twice === unit && kept % 2n === 1n) ? kept + 1n : kept) * unit);
}

Deno.test("numbers beside every power of ten are rounded to 28 digits where they are longer", () => {
  for (let power = 1; power < 120; power++) {
    for (const step of [-1n, 0n, 1n]) {
      const value = 10n ** BigInt(power) + step;
      const sum = Decimal.of(value, 0).plus(Decimal.of(0, 0));
      const text = roundedText(String(value));
      assertEquals(BigInt(sum.coefficient) * 10n ** BigInt(sum.exponent), BigInt(text), `10^${power} + ${step}`);
      assertEquals(Decimal.of(-value, 0).plus(Decimal.of(0, 0)).equals(sum.negated()), true);
    }
  }
});

Deno.test("a sum of far apart numbers keeps the digits that 28 have room for", () => {
  for (let power = 1; power < 40; power++) {
    const large = Decimal.of(10n ** BigInt(power) - 1n, 0);
    const sum = large.plus(Decimal.of(1, -power));
    const exact = BigInt(`${"9".repeat(power)}${"0".repeat(power - 1)}1`);
    const digits = 2 * power;
    const expected = digits <= 28 ? exact : BigInt(roundedText(String(exact)));
    const scaled = BigInt(sum.coefficient) * 10n ** BigInt(power + sum.exponent);
    assertEquals(scaled, expected, `10^${power}`);
  }
});

Deno.test("a double becomes the decimal of its shortest text", () => {
  const texts: readonly (readonly [number, string])[] = [
    [500, "500.0"],
    [-0.5, "-0.5"],
    [137.26788206107008, "137.26788206107008"],
    [-0.012345678901234567, "-0.012345678901234567"],
    [0.000015, "0.000015"],
    [1.5e-7, "1.5E-7"],
    [1e16, "1E+16"],
    [123456789012345680000, "1.2345678901234568E+20"],
  ];
  for (const [value, text] of texts) assertEquals(Decimal.fromNumber(value).toString(), text);
  const amount = Decimal.of(12345678901234567890123456789n, -25);
  assertEquals(amount.toNumber(), 1234.567890123457);
  assertEquals(amount.toNumber(), 1234.567890123457, "the second time too");
});
