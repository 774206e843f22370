/**
 * The files that a payments run leaves.
 *
 * @module
 */
import { type PaymentsRun, writtenEvents } from "../payments/script.ts";
import { writeOutputs, writeParts } from "./outputs.ts";

/** Where the files go. */
export interface ExportPaths {
  readonly events?: string | undefined;
  readonly final?: string | undefined;
}

/** Events whose lines are written at once. */
const EVENTS_PER_PART = 4096;

/**
 * Writes the events, one JSON object per line, and the object with the state at the end.
 *
 * @throws {StoreError} naming the file that could not be written.
 */
export async function writeExports(directory: string, run: PaymentsRun, { events, final }: ExportPaths): Promise<void> {
  if (events !== undefined) await writeParts(directory, events, eventParts(run));
  if (final !== undefined) {
    writeOutputs(directory, [{ path: final, content: `${JSON.stringify(run.final, null, 2)}\n` }]);
  }
}

async function* eventParts(run: PaymentsRun): AsyncGenerator<string> {
  let part = "";
  let count = 0;
  for (const event of writtenEvents(run.logs)) {
    part += `${JSON.stringify(event)}\n`;
    if (++count % EVENTS_PER_PART !== 0) continue;
    yield part;
    part = "";
  }
  if (part !== "") yield part;
}
