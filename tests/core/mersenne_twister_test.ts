import { assert, assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { MersenneTwister } from "../../src/core/mersenne_twister.ts";

const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

Deno.test("seed 42 gives the recorded words and uniform numbers", () => {
  const words = new MersenneTwister(42);
  assertEquals(times(4, () => words.word()), [2746317213, 478163327, 107420369, 3184935163]);
  const uniform = new MersenneTwister(42);
  assertEquals(times(3, () => uniform.random()), [0.6394267984578837, 0.025010755222666936, 0.27502931836911926]);
  assertStrictEquals(new MersenneTwister(0).random(), 0.8444218515250481);
});

Deno.test("the stream goes on across refills and for seeds of two and three words", () => {
  const two = new MersenneTwister(123456789012);
  assertEquals(times(3000, () => two.word()).slice(-3), [1334849586, 308093899, 586496255]);
  assertStrictEquals(new MersenneTwister(2n ** 70n + 5n).random(), 0.46679953776226335);
});

Deno.test("the sign and the type of a seed do not matter", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (seed) => {
    const expected = new MersenneTwister(seed).word();
    assertStrictEquals(new MersenneTwister(-seed).word(), expected);
    assertStrictEquals(new MersenneTwister(BigInt(seed)).word(), expected);
  }));
  assertThrows(() => new MersenneTwister(1.5), RangeError);
});

Deno.test("below() and shuffle() give the recorded draws", () => {
  const below = new MersenneTwister(42);
  assertEquals(times(8, () => below.below(10)), [1, 0, 4, 3, 3, 2, 1, 8]);
  const list = upTo(10);
  new MersenneTwister(42).shuffle(list);
  assertEquals(list, [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]);
});

Deno.test("below(1) takes words until a bit is 0, shuffling one element takes none", () => {
  const generator = new MersenneTwister(3);
  assertStrictEquals(generator.below(1), 0);
  assertStrictEquals(generator.random(), 0.5926409106271656);
  const untouched = new MersenneTwister(42);
  untouched.shuffle([1]);
  untouched.shuffle([]);
  assertStrictEquals(untouched.word(), 2746317213);
});

Deno.test("sample() keeps the reference's two ways of drawing", () => {
  // 5 of 100 redraws what was taken; 10 of 100 draws from a pool of 85 or more only when the list is that short.
  assertEquals(new MersenneTwister(42).sample(upTo(100), 5), [81, 14, 3, 94, 35]);
  assertEquals(new MersenneTwister(42).sample(upTo(100), 10), [81, 14, 3, 94, 35, 31, 28, 17, 13, 86]);
  fc.assert(fc.property(fc.nat(), fc.nat(40), fc.nat(40), (seed, length, count) => {
    fc.pre(count <= length);
    const taken = new MersenneTwister(seed).sample(upTo(length), count);
    assertStrictEquals(new Set(taken).size, count);
    assert(taken.every((element) => element < length));
  }));
  assertThrows(() => new MersenneTwister(1).sample([1], 2), RangeError);
});

Deno.test("bounds outside of 1 to 2^32 - 1 and widths outside of 1 to 32 bits are refused", () => {
  const generator = new MersenneTwister(1);
  for (const n of [0, -1, 2 ** 32, NaN]) assertThrows(() => generator.below(n), RangeError);
  for (const bits of [0, 33, NaN]) assertThrows(() => generator.bits(bits), RangeError);
  assertThrows(() => generator.choice([]), RangeError);
  assert(generator.below(2 ** 32 - 1) < 2 ** 32 - 1);
});

Deno.test("draws stay inside of their bounds and a shuffle keeps every element", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seed, n) => {
    const generator = new MersenneTwister(seed);
    const drawn = generator.below(n);
    assert(drawn >= 0 && drawn < n && Number.isInteger(drawn));
    const uniform = generator.uniform(2, 5);
    assert(uniform >= 2 && uniform < 5);
    const list = upTo(n % 50);
    generator.shuffle(list);
    assertEquals(list.toSorted((a, b) => a - b), upTo(n % 50));
  }));
});

Deno.test("seed 42 gives the recorded gamma draws within the accepted error of the math library", () => {
  const recorded: [number, number[]][] = [
    [0.2, [0.15244665981337352, 0.0022441852689479543, 0.30898872189180504]],
    [1, [1.020060287274801, 0.02532883904273889, 0.3216240640749656]],
    [2, [1.1428765860350905, 3.620073783908602, 1.6675339911160236]],
  ];
  for (const [alpha, expected] of recorded) {
    const generator = new MersenneTwister(42);
    for (const value of expected) assertAlmostEquals(generator.gamma(alpha), value, value * 1e-15);
  }
});

Deno.test("gamma draws are refused for shapes that are not above 0, and a beta draw lies in [0, 1]", () => {
  const generator = new MersenneTwister(1);
  for (const alpha of [0, -1, NaN]) assertThrows(() => generator.gamma(alpha), RangeError, "above 0");
  for (let i = 0; i < 200; i++) {
    const value = generator.beta(0.5, 2);
    assert(value >= 0 && value <= 1);
  }
  // A shape so small that the draw underflows to 0 takes one gamma draw only: two uniform numbers.
  const tiny = new MersenneTwister(42);
  assertStrictEquals(tiny.beta(1e-6, 1), 0);
  const after = new MersenneTwister(42);
  after.random();
  after.random();
  assertStrictEquals(tiny.random(), after.random());
});

Deno.test("the mean of exponential and gamma draws is that of the distribution", () => {
  const generator = new MersenneTwister(7);
  const mean = (draw: () => number): number => times(20000, draw).reduce((sum, value) => sum + value, 0) / 20000;
  assertAlmostEquals(mean(() => generator.exponential(4)), 0.25, 0.01);
  for (const alpha of [0.3, 1, 3.5]) assertAlmostEquals(mean(() => generator.gamma(alpha)), alpha, 0.06 * alpha);
});
