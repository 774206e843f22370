import { assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { EventLog } from "../../src/core/event_log.ts";
import { amountAt, dayAt } from "../../src/reports/event_fields.ts";
import { ByKind, eventKinds } from "../../src/reports/event_kinds.ts";
import { EVENT_COLUMNS, EventSheet, partOfDay } from "../../src/reports/event_rows.ts";
import type { EventSource } from "../../src/reports/inputs.ts";
import { TextPlaces } from "../../src/reports/text_places.ts";
import { RING_EVENTS } from "../../src/ring/events.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import { FOUR, marketScenario } from "../ring/dealers/markets.ts";
import { eventSource } from "./recorded.ts";

function log(): EventLog<typeof RING_EVENTS> {
  const names = { agent: (n: number) => `H${n}`, contract: (n: number) => `C_${n}`, ticket: (n: number) => `P_${n}` };
  const log = new EventLog(RING_EVENTS, { time: "day", phases: ["setup", "simulation"], names });
  log.stamp(0, "setup");
  log.emit("CashMinted", 1, Decimal.of(105, -1), 4000, undefined);
  log.emit("PayableCreated", 1, 2, Decimal.of(7, 0), 3, 3, 4001, "first");
  log.stamp(3, "simulation");
  log.emit("InstrumentMerged", 4000, 4002);
  log.emit("AgentDefaulted", 1, 1, null, null, Decimal.integer(3), "expel-agent");
  return log;
}

/** All rows of a source as texts, markers left out. */
function rowsOf(source: EventSource): string[][] {
  const places = new TextPlaces();
  const events = eventKinds(source, places);
  const sheet = new EventSheet(places);
  for (let i = 0; i < events.length; i++) {
    const kind = events.kindOf(i);
    if (partOfDay(kind.name) === null) sheet.add(kind, events.rowOf(i), places.place(String(events.time(i))));
  }
  return Array.from({ length: sheet.length }, (_, i) => sheet.texts(i));
}

/** The same rows, put together from the columns that a long log packs. */
function rowsOfColumns(source: EventSource): string[][] {
  const places = new TextPlaces();
  const events = eventKinds(source, places);
  const sheet = new EventSheet(places);
  for (let i = 0; i < events.length; i++) {
    const kind = events.kindOf(i);
    if (partOfDay(kind.name) === null) sheet.add(kind, events.rowOf(i), places.place(String(events.time(i))));
  }
  const columns = sheet.columns();
  return Array.from({ length: sheet.length }, (_, row) => {
    const texts = columns.map((column) => places.text(column[row] ?? -1));
    return [...texts.slice(0, -2), texts.slice(-2).join("")];
  });
}

/** The same events as objects. */
function objectsOf(source: EventSource): EventSource {
  return eventSource(Array.from({ length: source.length }, (_, i) => source.object(i)));
}

Deno.test("the columns of a log make the rows of a table", () => {
  assertEquals(rowsOf(log()), [
    ["0", "CashMinted", "C_4000", "—", "H1", "—", "—", "10.5", ""],
    ["0", "PayableCreated", "first", "H1", "H2", "—", "—", "7", "due day 3"],
    ["3", "InstrumentMerged", "C_4000", "—", "—", "—", "—", "—", "takes in C_4002"],
    ["3", "AgentDefaulted", "—", "H1", "—", "—", "—", "—", "shortfall 3, trigger default"],
  ]);
});

Deno.test("a log and the same events as objects make the same rows, one by one and in columns", () => {
  const outcome = simulateRing(marketScenario(FOUR));
  for (const source of [log(), outcome.log]) {
    const rows = rowsOf(source);
    assertEquals(rows, rowsOf(objectsOf(source)));
    assertEquals(rowsOfColumns(source), rows);
    assertEquals(rowsOfColumns(objectsOf(source)), rows);
    assertEquals(rows.every((row) => row.length === EVENT_COLUMNS.length), true);
  }
});

Deno.test("fields that are missing, null or strange are empty text, no amount and no day", () => {
  const events = eventKinds(
    eventSource([{ kind: "Odd", day: 1, list: [1], nothing: null, flag: true }]),
    new TextPlaces(),
  );
  const kind = events.kindOf(0);
  for (const name of ["list", "nothing", "flag", "absent"]) {
    const field = kind.field(name);
    assertEquals([field.text(0), amountAt(field, 0).toNumber(), dayAt(field, 0)], ["", 0, null], name);
    const column = new Int32Array(2);
    field.write([0], column.fill(7), [1]);
    assertEquals([...column], [7, 7], name);
  }
});

Deno.test("what belongs to a kind is made once, null too", () => {
  const events = eventKinds(log(), new TextPlaces());
  const asked: string[] = [];
  const kinds = new ByKind(({ name }) => {
    asked.push(name);
    return null;
  });
  for (const i of [0, 1, 0, 1]) assertEquals(kinds.of(events.kindOf(i)), null);
  assertEquals(asked, ["CashMinted", "PayableCreated"]);
});
