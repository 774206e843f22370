/**
 * Pairs as points: the run without trading across, the run with trading upwards. Below the diagonal trading helped.
 *
 * @module
 */
import { escaped, shortened } from "../html.ts";
import { at, svg, WIDTH } from "./axis.ts";

/** A pair as a point; both values from 0 to 1. */
export interface PairPoint {
  readonly baseline: number;
  readonly trading: number;
  /** Its sign gives the colour. */
  readonly effect: number;
  /** What the pair is, shown when pointed at. */
  readonly label: string;
  /** Page of the run with trading, null when there is none. */
  readonly href: string | null;
}

/** Points up to which each has a label of its own; more are drawn as one path for each colour. */
const LABELLED = 600;

const LEFT = 46;
const TOP = 14;
const SIDE = WIDTH - LEFT - 14;

const x = (value: number) => at(LEFT + value * SIDE);
const y = (value: number) => at(TOP + (1 - value) * SIDE);

/** All pairs over the diagonal. */
export function pairScatter(points: readonly PairPoint[], xName: string, yName: string): string {
  const bottom = TOP + SIDE;
  let lines = "";
  let frame = `<path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}V${y(0)}z" fill="var(--blue)" opacity=".08"/>`;
  for (let i = 0; i <= 5; i++) {
    const value = i / 5;
    lines += `M${LEFT} ${y(value)}H${LEFT + SIDE}M${x(value)} ${TOP}V${bottom}`;
    frame += `<text class="t e" x="${LEFT - 6}" y="${at(TOP + (1 - value) * SIDE + 4)}">${value}</text>` +
      `<text class="t m" x="${x(value)}" y="${bottom + 16}">${value}</text>`;
  }
  frame = `<path class="g" d="${lines}"/>${frame}` +
    `<path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}" stroke="var(--soft)" stroke-dasharray="5 4"/>` +
    `<text class="t e" x="${x(0.97)}" y="${y(0.04)}">trading helps</text>` +
    `<text class="t" x="${x(0.03)}" y="${y(0.94)}">trading hurts</text>` +
    `<text class="t m" x="${at(LEFT + SIDE / 2)}" y="${bottom + 34}">${escaped(xName)}</text>` +
    `<text class="t m" transform="translate(12 ${at(TOP + SIDE / 2)}) rotate(-90)">${escaped(yName)}</text>`;
  const marks = points.length <= LABELLED ? points.map(labelled).join("") : dots(points);
  return svg(bottom + 42, `${yName} over ${xName}`, `${points.length} pairs and the diagonal`, frame + marks);
}

function colour({ effect }: PairPoint): string {
  return effect > 0 ? "var(--blue)" : effect < 0 ? "var(--red)" : "var(--soft)";
}

function labelled(point: PairPoint): string {
  const { baseline, trading, label, href } = point;
  const text = `${label}: ${shortened(baseline, 4)} without, ${shortened(trading, 4)} with trading`;
  const circle = `<circle cx="${x(baseline)}" cy="${y(trading)}" r="4.5" fill="${colour(point)}" fill-opacity=".6" ` +
    `stroke="var(--card)"><title>${escaped(text)}</title></circle>`;
  return href === null ? circle : `<a href="${escaped(href)}">${circle}</a>`;
}

/** One dot for all pairs on the same spot. */
function dots(points: readonly PairPoint[]): string {
  const paths = new Map<string, Set<string>>();
  for (const point of points) {
    const spots = paths.get(colour(point)) ?? new Set();
    paths.set(colour(point), spots.add(`M${x(point.baseline)} ${y(point.trading)}h0`));
  }
  let text = "";
  for (const [stroke, spots] of paths) {
    text += `<path d="${
      [...spots].join("")
    }" stroke="${stroke}" stroke-width="5" stroke-linecap="round" opacity=".45"/>`;
  }
  return text;
}
