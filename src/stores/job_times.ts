/**
 * Times of jobs and their events: ISO 8601 with up to six digits of a second, which JavaScript's dates would drop.
 *
 * @module
 */

/** Microseconds since 1970. */
export function microsecondsOf(time: string): number {
  const rest = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? "";
  return Date.parse(time) * 1000 + Number(rest.padEnd(3, "0"));
}

/** The same time in UTC with six digits of a second: texts of this form sort by time. */
export function sortableTime(time: string): string {
  const microseconds = microsecondsOf(time);
  const [whole = ""] = new Date(Math.floor(microseconds / 1000)).toISOString().split("Z");
  return `${whole}${String(microseconds % 1000).padStart(3, "0")}Z`;
}
