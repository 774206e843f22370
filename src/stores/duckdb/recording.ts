/**
 * What is known of a simulation while it is being recorded.
 *
 * @module
 */
import type { EventStretch } from "../../experiments/contracts.ts";
import { type LogReader, NameNumbers } from "./log_reader.ts";
import type { StartRow } from "./simulation_rows.ts";

/** A simulation that is being recorded. */
export interface Recording {
  readonly number: number;
  readonly ticksPerDay: number;
  /** Numbers of the names in events that came as plain values. */
  readonly names: Map<string, number>;
  readonly nameList: string[];
  /** Names up to this number are in the database. */
  namesWritten: number;
  sequence: number;
  /** The log that is being read, and the names of logs that are known. */
  log: EventStretch["log"] | undefined;
  reader: LogReader | undefined;
  logNames: NameNumbers;
}

/** A simulation of which nothing but its start is recorded. */
export function newRecording({ simulation_no, ticks_per_day }: StartRow): Recording {
  const number = Number(simulation_no);
  return {
    number,
    ticksPerDay: Number(ticks_per_day),
    names: new Map(),
    nameList: [],
    namesWritten: 0,
    sequence: 0,
    log: undefined,
    reader: undefined,
    logNames: new NameNumbers(number),
  };
}
