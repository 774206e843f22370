/**
 * A heat map: means over two parameters in the colours of viridis, which grow lighter evenly and which people who see
 * colours differently can read. The value stands in each cell.
 *
 * @module
 */
import { escaped, shortened } from "../html.ts";
import { at, labelStep, svg } from "./axis.ts";

const STOPS = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
] as const;

/** The colour of a cell, and that of the number on it. */
export interface Tone {
  readonly colour: string;
  readonly ink: string;
}

/** The colour of a share from 0 to 1, and whether dark text reads better on it. */
export function viridis(share: number): { readonly colour: string; readonly light: boolean } {
  const place = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const lower = Math.min(STOPS.length - 2, Math.floor(place));
  const [a, b] = [STOPS[lower] ?? STOPS[0], STOPS[lower + 1] ?? STOPS[0]];
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (place - lower));
  return { colour: `rgb(${mix(0)},${mix(1)},${mix(2)})`, light: share > 0.55 };
}

function viridisTone(share: number): Tone {
  const { colour, light } = viridis(share);
  return { colour, ink: light ? "#000" : "#fff" };
}

/** A cell of a heat map: the mean of `count` runs, null where there is none. */
export interface HeatCell {
  readonly mean: number | null;
  readonly count: number;
  /** What is said when the cell is pointed at, besides its place; default the mean and the count. */
  readonly note?: string;
  /** Whether the number stands out. */
  readonly strong?: boolean;
  /** The choices of the page's filters that a press on the cell makes, such as `kappa=0.5&mu=1`. */
  readonly pick?: string;
}

/** One panel of a heat map. Values run from 0 to 1 unless `tone` says otherwise. */
export interface HeatPanel {
  /** What is the same in the whole panel, such as `μ = 0.5`; empty for a single panel. */
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** By row, then by column. */
  readonly cells: readonly (readonly HeatCell[])[];
  readonly columnName: string;
  readonly rowName: string;
  readonly valueName: string;
  /** The colours of values; default those of viridis from 0 to 1. */
  readonly tone?: (value: number) => Tone;
}

/** Width of a panel in its own units. */
const PANEL_WIDTH = 300;

/** A panel as SVG. */
export function heatMap(panel: HeatPanel): string {
  const { columns, rows } = panel;
  const left = 24 + 7 * Math.max(...rows.map((row) => row.length));
  const slot = (PANEL_WIDTH - left - 4) / columns.length;
  const row = Math.min(34, Math.max(18, slot));
  const top = 22;
  const bottom = top + rows.length * row;
  let content = `<text class="t" x="2" y="12">${escaped(panel.rowName)}</text>` +
    `<text class="t m" x="${at((left + PANEL_WIDTH) / 2)}" y="${at(bottom + 32)}">${escaped(panel.columnName)}</text>`;
  rows.forEach((name, r) => {
    const y = top + r * row;
    content += `<text class="t e" x="${left - 6}" y="${at(y + row / 2 + 4)}">${escaped(name)}</text>`;
    columns.forEach((column, c) => {
      const place = `${panel.columnName} ${column}, ${panel.rowName} ${name}`;
      const cell = panel.cells[r]?.[c] ?? { mean: null, count: 0 };
      content += heatCell(cell, panel.tone ?? viridisTone, place, { x: left + c * slot, y, width: slot, height: row });
    });
  });
  const stride = labelStep(columns.length, Math.max(1, Math.floor(columns.length * slot / 30)));
  columns.forEach((name, c) => {
    if (c % stride > 0) return;
    content += `<text class="t m" x="${at(left + (c + 0.5) * slot)}" y="${at(bottom + 15)}">${escaped(name)}</text>`;
  });
  const title = `${panel.valueName}${panel.title === "" ? "" : `, ${panel.title}`}`;
  return svg(bottom + 38, title, `Heat map over ${panel.columnName} and ${panel.rowName}`, content, PANEL_WIDTH);
}

/** Where a cell stands. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function heatCell(cell: HeatCell, tone: (value: number) => Tone, place: string, { x, y, width, height }: Box): string {
  const { mean, count } = cell;
  const { colour, ink } = mean === null ? { colour: "none", ink: "" } : tone(mean);
  const value = cell.note ??
    (mean === null ? "no run" : `${shortened(mean, 3)}${count > 1 ? ` (mean of ${count} runs)` : ""}`);
  let content = `<title>${escaped(place)}: ${escaped(value)}</title><rect x="${at(x)}" y="${at(y)}" ` +
    `width="${at(width - 1.5)}" height="${at(height - 1.5)}" rx="2" fill="${colour}"${
      mean === null ? ' stroke="var(--line)"' : ""
    }/>`;
  if (mean !== null && width >= 27) {
    const text = shortened(mean, 2).replace("-", "\u2212");
    content += `<text class="m" x="${at(x + width / 2 - 0.7)}" y="${at(y + height / 2 + 3.5)}" font-size="11"` +
      `${cell.strong === true ? ' font-weight="700"' : ""} style="fill:${ink}">${escaped(text)}</text>`;
  }
  return cell.pick === undefined
    ? `<g>${content}</g>`
    : `<a href="#pairs" data-pick="${escaped(cell.pick)}">${content}</a>`;
}

/** The colour scale of heat maps from 0 to 1. */
export function heatScale(name: string): string {
  const stops = STOPS.map((_, i) => viridis(i / (STOPS.length - 1)).colour).join(",");
  return `<p class="soft" style="font-size:.85rem">${escaped(name)}: 0 <span style="display:inline-block;width:160px;` +
    `max-width:40%;height:10px;border-radius:3px;vertical-align:-1px;background:linear-gradient(90deg,${stops})"></span> 1</p>`;
}
