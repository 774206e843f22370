import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PaymentsError } from "../../src/payments/errors.ts";
import { XorShift64Star } from "../../src/payments/random.ts";

/** The first states and outputs by seed (spec 06 1.3). */
const STREAMS: readonly (readonly [seed: bigint, draws: readonly (readonly [state: bigint, output: bigint])[]])[] = [
  [12345n, [
    [414263032884n, 10977518812293740004n],
    [13899250292899622708n, 13893246733018840292n],
    [4699802557254932116n, 1412386850724336324n],
    [7812230513901692169n, 13578198927181985541n],
    [13437934951602944603n, 2204759546661399375n],
    [6228533996106399743n, 3884182425906045667n],
  ]],
  [42n, [
    [1409286176n, 6255019084209693600n],
    [47299340976525346n, 14430073426741505498n],
    [142435135655313518n, 14575455857230217846n],
    [4637185482584944939n, 17414512882241728735n],
    [6045135835962859838n, 14100574548354140678n],
    [13894433480154566335n, 15416679289703091875n],
  ]],
  [0n, [[33554433n, 5180492295206395165n]]],
  [1n, [[33554433n, 5180492295206395165n]]],
  [18446744073709551615n, [[18442240611487580160n, 17954947803125907456n]]],
];

for (const [seed, draws] of STREAMS) {
  Deno.test(`seed ${seed} gives the states and outputs of the specification`, () => {
    const random = new XorShift64Star(seed);
    for (const [state, output] of draws) assertEquals([random.next(), random.state], [output, state]);
  });
}

Deno.test("a generator seeded with a state that was read goes on with the same numbers", () => {
  assertEquals(new XorShift64Star(4699802557254932116n).next(), 13578198927181985541n);
});

function drawn<T>(seed: bigint, count: number, draw: (random: XorShift64Star) => T): T[] {
  const random = new XorShift64Star(seed);
  return Array.from({ length: count }, () => draw(random));
}

Deno.test("ranges, Poisson counts and fractions are those of the specification", () => {
  assertEquals(drawn(12345n, 6, (random) => random.range(0, 100)), [4, 92, 24, 41, 75, 67]);
  assertEquals(drawn(42n, 6, (random) => random.range(0, 100)), [0, 98, 46, 35, 78, 75]);
  assertEquals(drawn(12345n, 4, (random) => random.poisson(2.5)), [2, 2, 5, 1]);
  assertEquals(drawn(42n, 4, (random) => random.poisson(2.5)), [6, 3, 2, 0]);
  assertEquals(drawn(12345n, 6, (random) => random.poisson(0.5)), [0, 1, 1, 0, 1, 1]);
  assertEquals(drawn(42n, 2, (random) => random.fraction()), [0.33908526400192196, 0.7822558479199243]);
});

Deno.test("standard normals are those of the specification, to the last digits that a platform owes", () => {
  const wanted = [0.020192261493307564, -0.19808395580817836, 0.5055468928031102];
  drawn(12345n, 3, (random) => random.standardNormal()).forEach((value, i) => {
    assertAlmostEquals(value, wanted[i] ?? NaN, 1e-14);
  });
});

Deno.test("a Poisson mean of 1000 counts 747 with seed 42, after 748 draws", () => {
  const random = new XorShift64Star(42n);
  assertEquals(random.poisson(1000), 747);
  const other = new XorShift64Star(42n);
  for (let draw = 0; draw < 748; draw++) other.next();
  assertEquals(random.state, other.state);
});

Deno.test("an empty range is refused before a number is drawn", () => {
  const random = new XorShift64Star(7n);
  assertThrows(() => random.range(5, 5), PaymentsError, "min must be less than max");
  assertEquals(random.state, 7n);
});

Deno.test("two words of 32 bits calculate what 64 bits do", () => {
  const mask = (1n << 64n) - 1n;
  fc.assert(fc.property(fc.bigInt({ min: 1n, max: mask }), fc.integer({ min: 1, max: 2 ** 52 }), (seed, count) => {
    let state = seed;
    const random = new XorShift64Star(seed);
    const ranged = new XorShift64Star(seed);
    for (let draw = 0; draw < 20; draw++) {
      state ^= state >> 12n;
      state = (state ^ (state << 25n)) & mask;
      state ^= state >> 27n;
      const output = (state * 2685821657736338717n) & mask;
      assertEquals(random.next(), output);
      assertEquals(ranged.range(0, count), Number(output % BigInt(count)));
    }
  }));
});
