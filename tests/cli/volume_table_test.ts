import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ageText, counted, DAY, idText, sizeText } from "../../src/cli/volume_table.ts";

Deno.test("sizes have a unit and at most three digits", () => {
  const sizes = [0, 1, 999, 1000, 1049, 99_949, 99_950, 999_499, 999_500, 1e6, 2.34e9, 5e12, 5e15, 5e18];
  assertEquals(sizes.map(sizeText), [
    "0 B",
    "1 B",
    "999 B",
    "1.0 kB",
    "1.0 kB",
    "99.9 kB",
    "100 kB",
    "999 kB",
    "1.0 MB",
    "1.0 MB",
    "2.3 GB",
    "5.0 TB",
    "5.0 PB",
    "5000 PB",
  ]);
});

Deno.test("ages are rounded down, in a unit that fits", () => {
  const hour = DAY / 24;
  assertEquals([0, hour - 1, hour, 2 * DAY - 1, 2 * DAY, 400 * DAY].map((age) => ageText(age)), [
    "0 min",
    "59 min",
    "1 h",
    "47 h",
    "2 days",
    "400 days",
  ]);
  assertEquals(ageText(null), "?");
});

Deno.test("a name is shown on one line without anything that a terminal would act on", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const shown = idText(name);
    assertEquals(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(shown), false);
    if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) assertEquals(shown, name);
  }));
});

Deno.test("counts agree with their nouns", () => {
  assertEquals([counted(1, "entry"), counted(1200, "entry"), counted(0, "experiment")], [
    "1 entry",
    "1,200 entries",
    "0 experiments",
  ]);
});
