/**
 * Balance sheets as T-accounts: assets on the left, liabilities on the right, each line at setup and at the end.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { escaped, NONE_HTML, shown } from "./html.ts";
import type { AgentRow } from "./inputs.ts";
import type { Account, AccountLine } from "./ledger.ts";

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

/** The T-account of an agent. */
export function accountCard(agent: AgentRow, before: Account | undefined, after: Account | undefined): string {
  const assets = sideOf(before?.assets ?? [], after?.assets ?? []);
  const liabilities = sideOf(before?.liabilities ?? [], after?.liabilities ?? []);
  const state = agent.defaulted ? ' <small class="bad">in default</small>' : "";
  return `<section class="box"><h3>${escaped(agent.name)} <span class="soft">${escaped(agent.id)}</span>${state}</h3>` +
    `<div class="two"><div>${sideTable("Assets", assets)}</div><div>${
      sideTable("Liabilities", liabilities)
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

function sideTable(title: string, side: Side): string {
  if (side.lines.length === 0) return `<table><tr><th>${title}<tr><td class="soft">none</table>`;
  let rows = "";
  for (const { line, before, after } of side.lines) {
    const detail = line.detail === "" ? "" : `<small>${escaped(line.detail)}</small>`;
    rows += `<tr><td>${escaped(line.name)}${detail}<td>${amount(before)}<td>${amount(after)}`;
  }
  return `<table class="r2 r3"><tr><th>${title}<th>setup<th>end${rows}<tfoot><tr><td>total` +
    `<td>${shown(side.before)}<td>${shown(side.after)}</table>`;
}

function amount(value: Decimal | null): string {
  return value === null ? NONE_HTML : shown(value);
}
