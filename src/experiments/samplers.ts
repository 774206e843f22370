/**
 * Points in the space of a ring sweep: the full grid and the Latin hypercube. Values are exact decimals, exponents
 * included, because the registry shows them as they were computed. Source: spec 03 5.1.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { MersenneTwister } from "../core/mersenne_twister.ts";

/** One combination of what a ring sweep varies. */
export interface Point {
  readonly kappa: Decimal;
  readonly concentration: Decimal;
  readonly mu: Decimal;
  readonly monotonicity: Decimal;
}

/** The values of each axis of a grid. */
export interface GridAxes {
  readonly kappas: readonly Decimal[];
  readonly concentrations: readonly Decimal[];
  readonly mus: readonly Decimal[];
  readonly monotonicities: readonly Decimal[];
}

/** A closed interval. */
export type Range = readonly [low: Decimal, high: Decimal];

/** The interval of each axis of a Latin hypercube. */
export interface HypercubeRanges {
  readonly kappa: Range;
  readonly concentration: Range;
  readonly mu: Range;
  readonly monotonicity: Range;
}

/** Every combination; kappa turns slowest, monotonicity fastest. */
export function* gridPoints(axes: GridAxes): Generator<Point> {
  for (const kappa of axes.kappas) {
    for (const concentration of axes.concentrations) {
      for (const mu of axes.mus) {
        for (const monotonicity of axes.monotonicities) yield { kappa, concentration, mu, monotonicity };
      }
    }
  }
}

/** What the sampler adds to its seed (spec 03 5.1). */
const SEED_OFFSET = 7919;

/**
 * `count` points with exactly one value in each of `count` equal strata of every axis. A count of 0 or less gives none.
 *
 * @param seed the seed counter of the sweep before its first hypercube run
 */
export function* hypercubePoints(count: number, ranges: HypercubeRanges, seed: number): Generator<Point> {
  if (count <= 0) return;
  const random = new MersenneTwister(seed + SEED_OFFSET);
  const strata = equalStrata(count);
  const kappas = stratified(strata, ranges.kappa, random);
  const concentrations = stratified(strata, ranges.concentration, random);
  const mus = stratified(strata, ranges.mu, random);
  const monotonicities = stratified(strata, ranges.monotonicity, random);
  // All axes but kappa are shuffled a second time.
  random.shuffle(concentrations);
  random.shuffle(mus);
  random.shuffle(monotonicities);
  for (const [k, kappa] of kappas.entries()) {
    const concentration = concentrations[k];
    const mu = mus[k];
    const monotonicity = monotonicities[k];
    if (concentration === undefined || mu === undefined || monotonicity === undefined) return;
    yield { kappa, concentration, mu, monotonicity };
  }
}

/** A part of the interval from 0 to 1. */
interface Stratum {
  readonly from: Decimal;
  readonly width: Decimal;
}

function equalStrata(count: number): Stratum[] {
  const n = Decimal.integer(count);
  let from = Decimal.ZERO.dividedBy(n);
  return Array.from({ length: count }, (_, k) => {
    const to = Decimal.integer(k + 1).dividedBy(n);
    const stratum = { from, width: to.minus(from) };
    from = to;
    return stratum;
  });
}

/** One value of a range in each stratum, in random order. */
function stratified(strata: readonly Stratum[], [low, high]: Range, random: MersenneTwister): Decimal[] {
  const span = high.minus(low);
  const values = strata.map(({ from, width }) => {
    const u = Decimal.fromNumber(random.random());
    return low.plus(span.times(from.plus(width.times(u))));
  });
  random.shuffle(values);
  return values;
}
