/**
 * Compares runs of the payments engine with the recordings as golden/rtgs/README sections 5 and 6 say: what the
 * reference leaves to chance is sorted, its ids of runs and the texts of its JSON parser are ignored.
 *
 * @module
 */
import { REFERENCE } from "../../src/payments/behaviours.ts";
import type { EngineConfig } from "../../src/payments/config.ts";
import { type PaymentsEngine } from "../../src/payments/engine/engine.ts";
import { PaymentsError } from "../../src/payments/errors.ts";
import { type WrittenEvent, writtenEvent } from "../../src/payments/events.ts";
import { loadEngineDictionary } from "../../src/payments/scenario/engine_dictionary.ts";
import { type PaymentsRun, runPayments, type ScriptEntry } from "../../src/payments/script.ts";
import { GOLDEN } from "./golden.ts";
import { recordedText, recordedTextIfAny } from "./compare.ts";

type Fields = Readonly<Record<string, unknown>>;

const PARSER_TEXT = /(JSON parsing failed: |Failed to parse JSON: ).*/s;

/** Where two values differ, undefined when they are the same. Keys may come in any order. */
export function difference(ours: unknown, theirs: unknown, path = ""): string | undefined {
  if (ours === theirs) return undefined;
  if (typeof ours === "string" && typeof theirs === "string") {
    if (ours.replace(PARSER_TEXT, "$1") === theirs.replace(PARSER_TEXT, "$1")) return undefined;
  }
  if (isFields(ours) && isFields(theirs)) {
    for (const key in theirs) {
      if (key === "simulation_id") continue;
      const found = difference(ours[key], theirs[key], `${path}/${key}`);
      if (found !== undefined) return found;
    }
    for (const key in ours) {
      if (key !== "simulation_id" && !(key in theirs)) return `${path}/${key}: ours has ${text(ours[key])}`;
    }
    return undefined;
  }
  return `${path}: ours ${text(ours)}, recorded ${text(theirs)}`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 300);
}

/** Events of one tick that the reference logs in an order of chance have the same group. */
function group(event: Fields): string | undefined {
  if (event.event_type === "PriorityEscalated") return `escalated ${event.tick}`;
  if (event.event_type === "StateRegisterSet" && event.reason === "eod_reset") {
    return `reset ${event.tick} ${event.agent_id}`;
  }
  return undefined;
}

const orderKey = (event: Fields) => `${event.tx_id ?? ""} ${event.register_key ?? ""}`;

/** Sorts the runs of events whose order is chance. */
export function inFixedOrder<T extends Fields>(events: T[]): T[] {
  let start = 0;
  while (start < events.length) {
    const first = events[start];
    const name = first === undefined ? undefined : group(first);
    let end = start + 1;
    if (name !== undefined) {
      while (end < events.length && group(events[end] ?? {}) === name) end++;
      const sorted = events.slice(start, end).sort((a, b) => orderKey(a) < orderKey(b) ? -1 : 1);
      events.splice(start, end - start, ...sorted);
    }
    start = end;
  }
  return events;
}

/** The first difference between two lists of events. */
export function eventDifference(ours: Fields[], theirs: Fields[]): string | undefined {
  inFixedOrder(ours);
  inFixedOrder(theirs);
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const found = difference(ours[i], theirs[i]);
    if (found !== undefined) {
      return `event ${i} of ${theirs.length}: ${found}\n  ours     ${text(ours[i])}\n  recorded ${text(theirs[i])}`;
    }
  }
  return undefined;
}

/** The objects of a recorded file with one per line. */
export function recordedLines(...path: string[]): Fields[] {
  return linesOf(recordedText(GOLDEN, ...path));
}

function linesOf(text: string): Fields[] {
  const fields: Fields[] = [];
  for (const line of text.split("\n")) if (line !== "") fields.push(fieldsOf(JSON.parse(line)));
  return fields;
}

const PAYMENT_ID = /00000000-0000-0000-0000-[0-9a-f]{12}/g;

/** The same with payments numbered by first appearance, for recordings that number them otherwise. */
export function renumberedLines(...path: string[]): Fields[] {
  const names = new Map<string, string>();
  const renamed = recordedText(GOLDEN, ...path).replace(PAYMENT_ID, (id) => {
    let name = names.get(id);
    if (name === undefined) {
      name = `00000000-0000-0000-0000-${names.size.toString(16).padStart(12, "0")}`;
      names.set(id, name);
    }
    return name;
  });
  return linesOf(renamed);
}

/** A recorded JSON file; states of the random generator, which no double holds, become text. */
export function recordedJson(...path: string[]): Fields {
  return fieldsOf(JSON.parse(seedsAsText(recordedText(GOLDEN, ...path))));
}

function seedsAsText(json: string): string {
  return json.replace(/"rng_seed":\s*(\d+)/g, '"rng_seed": "$1"');
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The configuration of a recorded case. */
export function recordedConfig(folder: string, name: string): EngineConfig {
  const dictionary = recordedText(GOLDEN, folder, name, "engine_input.json");
  return loadEngineDictionary(dictionary, name, { reference: true }).config;
}

/** Runs a recorded case the reference's way. */
export function replay(folder: string, name: string): PaymentsRun {
  const script = recordedTextIfAny(GOLDEN, folder, name, "script.json");
  const { ticks } = recordedJson(folder, name, "final.json");
  return runPayments(recordedConfig(folder, name), {
    behaviours: REFERENCE,
    keepTicks: true,
    ...(typeof ticks === "number" ? { ticks } : {}),
    ...(script === undefined ? {} : { script: scriptOf(JSON.parse(script)) }),
    readConfig: (dictionary) => loadEngineDictionary(JSON.stringify(dictionary), name, { reference: true }).config,
  });
}

function scriptOf(entries: unknown): ScriptEntry[] {
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown) => {
    const { before_tick: beforeTick, op, args } = fieldsOf(entry);
    return { before_tick: Number(beforeTick), op: String(op), args: fieldsOf(args) };
  });
}

/** All events of a run as they are written. */
export function eventsOf(run: PaymentsRun): WrittenEvent[] {
  return run.logs.flatMap((log) => Array.from({ length: log.length }, (_, event) => writtenEvent(log, event)));
}

/** The ticks of a run with the recorded names. */
export function tickLines(run: PaymentsRun): Fields[] {
  return run.ticks.map((line) => ({
    tick: line.tick,
    num_arrivals: line.numArrivals,
    num_settlements: line.numSettlements,
    num_lsm_releases: line.numLsmReleases,
    total_cost: line.totalCost,
    queue2: line.queue2,
    agents: line.agents,
  }));
}

function sortedBy(key: string, list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  return list.toSorted((a: unknown, b: unknown) => String(fieldsOf(a)[key]) < String(fieldsOf(b)[key]) ? -1 : 1);
}

function checkpoint(json: string): Fields {
  const snapshot = fieldsOf(JSON.parse(seedsAsText(json)));
  return { ...snapshot, transactions: sortedBy("id", snapshot.transactions) };
}

function byAgent(engine: PaymentsEngine, value: (id: string) => unknown): Fields {
  return Object.fromEntries(engine.agentIds.map((id) => [id, value(id)]));
}

/** What `records.json.gz` holds, of a run. */
export function recordsOf(run: PaymentsRun): Fields {
  const { engine } = run;
  if (engine === undefined) return {};
  return {
    transactions: sortedBy("tx_id", engine.paymentRecords()),
    lsm_cycles: engine.cycleRecords(),
    collateral_events: engine.collateralRecords(),
    queue1: byAgent(engine, (id) => engine.queue1(id)),
    queue2: engine.queue2(),
    outflows: byAgent(engine, (id) => engine.agentOutflows(id)),
    limits: byAgent(engine, (id) => engine.agentLimits(id)),
    near_deadline_10: sortedBy("tx_id", engine.paymentsNearDeadline(10)),
    overdue: sortedBy("tx_id", engine.overduePayments()),
    checkpoints: run.checkpoints.map(checkpoint),
    ...finalCheckpoint(engine),
  };
}

function finalCheckpoint(engine: PaymentsEngine): Fields {
  try {
    return { final_checkpoint: checkpoint(engine.save()) };
  } catch (error) {
    if (!(error instanceof PaymentsError)) throw error;
    return { final_checkpoint: null, final_checkpoint_error: { kind: error.kind, message: error.message } };
  }
}

/** The recorded `records.json.gz` with the lists whose order is chance sorted. */
export function recordedRecords(folder: string, name: string): Fields {
  const records = recordedJson(folder, name, "records.json.gz");
  const sorted = ["transactions", "near_deadline_10", "overdue"].map((key) => [key, sortedBy("tx_id", records[key])]);
  const { checkpoints, final_checkpoint: final } = records;
  return {
    ...records,
    ...Object.fromEntries(sorted),
    checkpoints: Array.isArray(checkpoints) ? checkpoints.map((saved) => checkpoint(JSON.stringify(saved))) : [],
    final_checkpoint: final === null || final === undefined ? null : checkpoint(JSON.stringify(final)),
  };
}
