import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { NONE, shown } from "../../src/reports/html.ts";
import { EMPTY_PLACE, NONE_PLACE, TextPlaces } from "../../src/reports/text_places.ts";

Deno.test("every number and every decimal finds the text that a page shows for it", () => {
  const places = new TextPlaces();
  const number = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger());
  const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }), fc.integer({ min: -12, max: 12 }));
  fc.assert(fc.property(number, decimal, (value, [coefficient, exponent]) => {
    const amount = Decimal.of(coefficient, exponent);
    assertEquals(places.text(places.placeOfNumber(value)), shown(value));
    assertEquals(places.text(places.placeOfDecimal(amount)), shown(amount));
  }));
});

Deno.test("whole numbers that one double stands for keep their texts apart", () => {
  const places = new TextPlaces();
  const [even, odd] = [Decimal.integer(2n ** 53n), Decimal.integer(2n ** 53n + 1n)];
  assert(even.toNumber() === odd.toNumber());
  assertEquals(places.text(places.placeOfDecimal(even)), "9,007,199,254,740,992");
  assertEquals(places.text(places.placeOfDecimal(odd)), "9,007,199,254,740,993");
});

Deno.test("equal texts share a place, the empty one and the dash have the first two", () => {
  const places = new TextPlaces();
  assertEquals([places.place(""), places.place(NONE)], [EMPTY_PLACE, NONE_PLACE]);
  assertEquals(places.place("5"), places.placeOfNumber(5));
  assertEquals(places.placeOfDecimal(Decimal.of(50, -1)), places.placeOfNumber(5));
  assertEquals(places.texts, ["", NONE, "5"]);
});
