/**
 * Draws from the gamma distribution, step by step as the reference draws them. Source: `spec 03 2.4`.
 *
 * @module
 */

/** ln 4 and 1 + ln 4.5 as the doubles of `spec 03 2.4`. */
const LOG4 = 1.3862943611198906;
const SG_MAGIC = 2.504077396776274;

/** What a draw needs: numbers that are uniform in [0, 1). */
export interface UniformSource {
  /** The next number. */
  random(): number;
}

/**
 * A gamma draw of shape `alpha` (above 0) and scale 1. The number of uniform draws it takes varies. `Math.log`, `exp`
 * and `pow` may differ from another platform's in the last place: compare with a relative tolerance of 1e-15
 * (`spec 03 2.5`).
 */
export function gammaDraw(source: UniformSource, alpha: number): number {
  if (!(alpha > 0)) throw new RangeError(`the shape of a gamma draw must be above 0, got ${alpha}`);
  if (alpha > 1) return largeShape(source, alpha);
  if (alpha === 1) return -Math.log(1 - source.random());
  return smallShape(source, alpha);
}

function largeShape(source: UniformSource, alpha: number): number {
  const a = Math.sqrt(2 * alpha - 1);
  const b = alpha - LOG4;
  const c = alpha + a;
  while (true) {
    const u1 = source.random();
    // spec 03 2.4: a rejected first draw takes no second one
    if (!(u1 > 1e-7 && u1 < 0.9999999)) continue;
    const u2 = 1 - source.random();
    const v = Math.log(u1 / (1 - u1)) / a;
    const x = alpha * Math.exp(v);
    const z = u1 * u1 * u2;
    const q = b + c * v - x;
    if (q + SG_MAGIC - 4.5 * z >= 0 || q >= Math.log(z)) return x;
  }
}

function smallShape(source: UniformSource, alpha: number): number {
  const b = (Math.E + alpha) / Math.E;
  while (true) {
    const p = b * source.random();
    const x = p <= 1 ? Math.pow(p, 1 / alpha) : -Math.log((b - p) / alpha);
    const u1 = source.random();
    if (u1 <= (p > 1 ? Math.pow(x, alpha - 1) : Math.exp(-x))) return x;
  }
}
