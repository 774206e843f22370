/**
 * Ages as people type them.
 *
 * @module
 */
import { type Flag, UnreadableValue, valueOf } from "./flags.ts";
import { DAY } from "./volume_table.ts";

const UNITS: Readonly<Record<string, number>> = { "": DAY, h: DAY / 24, d: DAY, w: 7 * DAY };

/** A flag that takes an age such as `30` (days), `12h` or `2w`; its value is in milliseconds. */
export function age(summary: string): Flag<number> {
  return valueOf("DAYS", summary, readAge);
}

function readAge(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,6}(?:\.\d{1,6})?)([hdw]?)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (number === "" || factor === undefined) throw new UnreadableValue("days, or hours or weeks such as 12h or 2w");
  return Number(number) * factor;
}
