/**
 * Page inputs made from texts: events as JSON lines, tables as CSV.
 *
 * @module
 */
import { parse } from "@std/csv";
import type { AgentRow, DayMetricsRow, EventRow, EventSource } from "../../src/reports/inputs.ts";

/** Events from objects, as an `EventLog` would give them. */
export function eventSource(rows: readonly EventRow[]): EventSource {
  const row = (event: number): EventRow => rows[event] ?? { kind: "" };
  return {
    length: rows.length,
    kind: (event) => row(event).kind,
    time: (event) => Number(row(event).day ?? 0),
    phase: (event) => String(row(event).phase ?? ""),
    object: row,
  };
}

/** Events from the text of events.jsonl. */
export function eventsFromLines(text: string): EventSource {
  return eventSource(text.split("\n").filter((line) => line !== "").map((line): EventRow => JSON.parse(line)));
}

/** Rows of a CSV text by column name. */
export function csvRows(text: string): Record<string, string>[] {
  const [names = [], ...lines] = parse(text);
  return lines.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""])));
}

/** The agents of balances.csv with kinds guessed from their ids, as recorded scenarios name them. */
export function agentsOf(balances: readonly Record<string, string>[], events: EventSource): AgentRow[] {
  const defaulted = new Set<unknown>();
  for (let i = 0; i < events.length; i++) {
    if (events.kind(i) === "AgentDefaulted") defaulted.add(events.object(i).agent);
  }
  return balances.flatMap((row) => {
    const id = row.agent_id ?? "";
    if (id === "SYSTEM") return [];
    return [{ id, name: `Name of ${id}`, kind: kindOf(id), defaulted: defaulted.has(id) }];
  });
}

function kindOf(id: string): string {
  if (/^CB/.test(id)) return "central_bank";
  if (/^B\d/.test(id)) return "bank";
  return /^F\d/.test(id) ? "firm" : "household";
}

/** Day metrics from the text of metrics.csv, through doubles. */
export function dayMetricsOf(text: string): DayMetricsRow[] {
  return csvRows(text).map((row) => {
    const number = (name: string) => Number(row[name] ?? "");
    const maybe = (name: string) => (row[name] ?? "") === "" ? null : number(name);
    return {
      day: number("day"),
      S_t: number("S_t"),
      Mbar_t: number("Mbar_t"),
      M_t: maybe("M_t"),
      G_t: maybe("G_t"),
      alpha_t: maybe("alpha_t"),
      Mpeak_t: number("Mpeak_t"),
      gross_settled_t: number("gross_settled_t"),
      v_t: maybe("v_t"),
      phi_t: maybe("phi_t"),
      delta_t: maybe("delta_t"),
      n_debtors: number("n_debtors"),
      n_creditors: number("n_creditors"),
      HHIplus_t: maybe("HHIplus_t"),
      notes: row.notes ?? "",
    };
  });
}
