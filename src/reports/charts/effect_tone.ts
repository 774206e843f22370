/**
 * The colours of effects: blue where trading helps, orange where it hurts, and the neutral colour of the page at zero.
 * Both ends differ in lightness and in hue for people who see colours differently, and every cell states its number.
 *
 * @module
 */
import { escaped, shortened } from "../html.ts";
import { ticks } from "./axis.ts";
import type { Tone } from "./heat_map.ts";

/** Style rules that the tones need: the colour of zero and the colours of numbers on strong tones. */
export const EFFECT_STYLE = ":root{--zero:#eceff3;--on:var(--ink);--over:#fff}" +
  "@media (prefers-color-scheme:dark){:root{--zero:#2a323d;--on:#12161c;--over:#12161c}}";

/** A round bound for effects on both sides of zero. */
export function effectBound(effects: readonly number[]): number {
  const largest = effects.reduce((most, effect) => Math.max(most, Math.abs(effect)), 0);
  return ticks(0, largest > 1e-9 ? largest : 0.1, 4).at(-1) ?? 1;
}

/** The colour of an effect between `-bound` and `bound`. */
export function effectTone(effect: number, bound: number): Tone {
  const strength = Math.min(1, Math.abs(effect) / bound);
  const part = Math.round(strength * 100);
  // Blue is darker than orange: white reads better on it sooner.
  const over = effect > 0 ? 0.8 : 0.95;
  return {
    colour: part === 0
      ? "var(--zero)"
      : `color-mix(in srgb,var(--${effect > 0 ? "blue" : "red"}) ${part}%,var(--zero))`,
    ink: strength >= over ? "var(--over)" : strength >= 0.58 ? "var(--on)" : "var(--ink)",
  };
}

/** The scale of the tones, with what both ends mean. */
export function effectScale(bound: number, hurts: string, helps: string): string {
  const end = shortened(bound, 4);
  return `<p class="soft scale"><span>${escaped(hurts)} ${escaped(`\u2212${end}`)}</span><i></i>` +
    `<span>+${end} ${escaped(helps)}</span></p>`;
}

/** Rules for {@linkcode effectScale}. */
export const SCALE_STYLE = ".scale{display:flex;gap:10px;align-items:center;font-size:.85rem;max-width:none}" +
  ".scale i{flex:0 1 200px;min-width:60px;height:12px;border-radius:3px;" +
  "background:linear-gradient(90deg,var(--red),var(--zero),var(--blue))}";
