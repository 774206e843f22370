/**
 * What the dealers hold over the days, one line for each bucket.
 *
 * @module
 */
import { escaped } from "../html.ts";
import { plot, svg } from "./axis.ts";
import {
  type BucketCourse,
  cornerPath,
  courseOf,
  dayScale,
  type Step,
  stepCorners,
  tradeMoments,
} from "./market_days.ts";

const COLOURS = ["var(--blue)", "var(--red)", "var(--green)", "var(--amber)"] as const;
const DASHES = [["", "solid"], ["7 3", "dashed"], ["2 3", "dotted"], ["9 3 2 3", "dash-dotted"]] as const;
const HEIGHT = 270;

/** Colour and dashes of the n-th bucket; the dashes change with the colour, which does not say it alone. */
function lookOf(place: number): readonly [colour: string, dashes: string, name: string] {
  const [dashes, name] = DASHES[(place + Math.floor(place / COLOURS.length)) % DASHES.length] ?? DASHES[0];
  return [COLOURS[place % COLOURS.length] ?? COLOURS[0], dashes, name];
}

/** The colours of {@linkcode marketInventory}. */
export function inventoryKey(buckets: readonly BucketCourse[]): (readonly [string, string])[] {
  return buckets.map(({ name }, i) => {
    const [colour, , dashes] = lookOf(i);
    return [colour, `${name} (${dashes})`];
  });
}

/** Draws the buckets, of which one has days. */
export function marketInventory(buckets: readonly BucketCourse[]): string {
  const courses = buckets.map(({ days, trades }) =>
    courseOf(days, tradeMoments(trades), ({ inventory }) => inventory, ({ after }) => after.inventory)
  );
  let [first, last, max] = [Infinity, -Infinity, 0];
  for (const { days } of buckets) {
    first = Math.min(first, days[0]?.day ?? Infinity);
    last = Math.max(last, days[days.length - 1]?.day ?? -Infinity);
  }
  for (const steps of courses) for (const { value } of steps) max = Math.max(max, value);
  const area = plot(HEIGHT, { max, xName: "day", yName: "tickets", counts: true });
  const scale = dayScale(area, first, last);
  let lines = "";
  courses.forEach((steps, i) => {
    const [colour, dashes] = lookOf(i);
    const pattern = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
    lines += `<g><title>${escaped(`${buckets[i]?.name ?? ""}: ${endOf(steps)}`)}</title>` +
      `<path d="${
        cornerPath(stepCorners(steps, last + 1, scale, area.y))
      }" fill="none" stroke="${colour}" stroke-width="2"` +
      `${pattern}/></g>`;
  });
  return svg(
    HEIGHT,
    "Tickets of the dealers over the days",
    `${buckets.length} lines, one for each bucket`,
    area.frame + scale.frame + lines,
  );
}

function endOf(steps: readonly Step[]): string {
  const held = steps[steps.length - 1]?.value ?? 0;
  return `${held === 1 ? "1 ticket" : `${held} tickets`} after the last trade`;
}
