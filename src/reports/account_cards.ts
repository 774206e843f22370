/**
 * Balance sheets as T-accounts: assets on the left, liabilities on the right, each line at setup and at the end.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { escaped, NONE, NONE_HTML, shown } from "./html.ts";
import type { AgentRow } from "./inputs.ts";
import type { Account, AccountLine } from "./ledger.ts";
import type { TablePacker } from "./packed_tables.ts";
import { type Column, emptyTable } from "./table.ts";

/** Lines of a side that are written out when the others can be packed. */
const SPELLED_LINES = 40;

/** The packed columns of a line. */
export const LINE_COLUMNS: readonly Column[] = [
  { title: "What" },
  { title: "Detail" },
  { title: "Setup", numeric: true },
  { title: "End", numeric: true },
];

interface PairedLine {
  readonly line: AccountLine;
  readonly before: Decimal | null;
  readonly after: Decimal | null;
}

/** One side of a T-account: its lines and their sums. */
interface Side {
  readonly lines: readonly PairedLine[];
  readonly before: Decimal;
  readonly after: Decimal;
}

/** The T-account of an agent. The lines of a very long side go to `packer`; without one all are written out. */
export function accountCard(
  agent: AgentRow,
  before: Account | undefined,
  after: Account | undefined,
  packer: TablePacker | null,
): string {
  const assets = sideOf(before?.assets ?? [], after?.assets ?? []);
  const liabilities = sideOf(before?.liabilities ?? [], after?.liabilities ?? []);
  const state = agent.defaulted ? ' <small class="bad">in default</small>' : "";
  return `<section class="box"><h3>${escaped(agent.name)} <span class="soft">${escaped(agent.id)}</span>${state}</h3>` +
    `<div class="two"><div>${sideTable("Assets", assets, packer)}</div><div>${
      sideTable("Liabilities", liabilities, packer)
    }</div></div>` +
    `<p class="soft">Net worth ${shown(assets.before.minus(liabilities.before))} &rarr; ` +
    `${shown(assets.after.minus(liabilities.after))}</p></section>`;
}

function sideOf(before: readonly AccountLine[], after: readonly AccountLine[]): Side {
  const lines = new Map<string, PairedLine>();
  let start = Decimal.ZERO;
  let end = Decimal.ZERO;
  for (const line of before) {
    lines.set(line.key, { line, before: line.value, after: null });
    start = start.plus(line.value);
  }
  for (const line of after) {
    // What changed hands or size is described as it stands at the end.
    lines.set(line.key, { line, before: lines.get(line.key)?.before ?? null, after: line.value });
    end = end.plus(line.value);
  }
  const sorted = [...lines.values()];
  if (sorted.length > 1) sorted.sort((a, b) => a.line.rank - b.line.rank);
  return { lines: sorted, before: start, after: end };
}

function sideTable(title: string, side: Side, packer: TablePacker | null): string {
  if (side.lines.length === 0) return `<table><tr><th>${title}<tr><td class="soft">none</table>`;
  if (packer !== null && side.lines.length > SPELLED_LINES) return packedSide(title, side, packer);
  let rows = "";
  for (const { line, before, after } of side.lines) {
    const detail = line.detail === "" ? "" : `<small>${escaped(line.detail)}</small>`;
    rows += `<tr><td>${escaped(line.name)}${detail}<td>${amount(before)}<td>${amount(after)}`;
  }
  return `<table class="r2 r3"><tr><th>${title}<th>setup<th>end${rows}${total(side)}</table>`;
}

function total({ before, after }: Side): string {
  return `<tfoot><tr><td>total<td>${shown(before)}<td>${shown(after)}`;
}

/** A side with very many lines: its sums, and the lines when they are opened. */
function packedSide(title: string, { lines, ...sums }: Side, packer: TablePacker): string {
  const from = packer.length;
  for (const { line, before, after } of lines) {
    packer.add([line.name, line.detail, before === null ? NONE : shown(before), after === null ? NONE : shown(after)]);
  }
  return `<table class="r2 r3"><tr><th>${title}<th>setup<th>end${total({ lines, ...sums })}</table>` +
    `<details data-packed="lines" data-from="${from}" data-count="${lines.length}" data-file="balances.csv">` +
    `<summary>${shown(lines.length)} lines</summary><div><div class="bar"></div>` +
    `${emptyTable(LINE_COLUMNS, { label: title })}</div></details>`;
}

function amount(value: Decimal | null): string {
  return value === null ? NONE_HTML : shown(value);
}
