/**
 * A heat map: means over two parameters in the colours of viridis, which grow lighter evenly and which people who see
 * colours differently can read. The value stands in each cell.
 *
 * @module
 */
import { escaped, shortened } from "../html.ts";
import { at, svg } from "./axis.ts";

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

/** The colour of a share from 0 to 1, and whether dark text reads better on it. */
export function viridis(share: number): { readonly colour: string; readonly light: boolean } {
  const place = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const lower = Math.min(STOPS.length - 2, Math.floor(place));
  const [a, b] = [STOPS[lower] ?? STOPS[0], STOPS[lower + 1] ?? STOPS[0]];
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (place - lower));
  return { colour: `rgb(${mix(0)},${mix(1)},${mix(2)})`, light: share > 0.55 };
}

/** A cell of a heat map: the mean of `count` runs, null where there is none. */
export interface HeatCell {
  readonly mean: number | null;
  readonly count: number;
}

/** One panel of a heat map. Values run from 0 to 1. */
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
}

/** A panel as SVG. */
export function heatMap(panel: HeatPanel): string {
  const { columns, rows } = panel;
  const width = 300;
  const left = 24 + 7 * Math.max(...rows.map((row) => row.length));
  const slot = (width - left - 4) / columns.length;
  const row = Math.min(34, Math.max(18, slot));
  const top = 22;
  const bottom = top + rows.length * row;
  const numbers = slot >= 27;
  let content = `<text class="t" x="2" y="12">${escaped(panel.rowName)}</text>` +
    `<text class="t m" x="${at((left + width) / 2)}" y="${at(bottom + 32)}">${escaped(panel.columnName)}</text>`;
  rows.forEach((name, r) => {
    const y = top + r * row;
    content += `<text class="t e" x="${left - 6}" y="${at(y + row / 2 + 4)}">${escaped(name)}</text>`;
    columns.forEach((column, c) => {
      const { mean, count } = panel.cells[r]?.[c] ?? { mean: null, count: 0 };
      const x = left + c * slot;
      const tone = mean === null ? null : viridis(mean);
      const value = mean === null ? "no run" : shortened(mean, 3);
      content +=
        `<g><title>${escaped(panel.columnName)} ${escaped(column)}, ${escaped(panel.rowName)} ${escaped(name)}: ` +
        `${value}${count > 1 ? ` (mean of ${count} runs)` : ""}</title><rect x="${at(x)}" y="${at(y)}" ` +
        `width="${at(slot - 1.5)}" height="${at(row - 1.5)}" rx="2" fill="${tone?.colour ?? "var(--line)"}"/>`;
      if (mean !== null && numbers) {
        content += `<text class="m" x="${at(x + slot / 2 - 0.7)}" y="${at(y + row / 2 + 3.5)}" font-size="11" ` +
          `style="fill:${tone?.light ? "#000" : "#fff"}">${shortened(mean, 2)}</text>`;
      }
      content += "</g>";
    });
  });
  columns.forEach((name, c) => {
    content += `<text class="t m" x="${at(left + (c + 0.5) * slot)}" y="${at(bottom + 15)}">${escaped(name)}</text>`;
  });
  const title = `${panel.valueName}${panel.title === "" ? "" : `, ${panel.title}`}`;
  return svg(bottom + 38, title, `Heat map over ${panel.columnName} and ${panel.rowName}`, content, width);
}

/** The colour scale of heat maps from 0 to 1. */
export function heatScale(name: string): string {
  const stops = STOPS.map((_, i) => viridis(i / (STOPS.length - 1)).colour).join(",");
  return `<p class="soft" style="font-size:.85rem">${escaped(name)}: 0 <span style="display:inline-block;width:160px;` +
    `max-width:40%;height:10px;border-radius:3px;vertical-align:-1px;background:linear-gradient(90deg,${stops})"></span> 1</p>`;
}
