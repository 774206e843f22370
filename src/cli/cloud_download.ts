/**
 * `bilancio cloud download`: a sweep out of object storage, byte for byte as it was synced (spec 09 7).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { openTargets } from "./cloud_targets.ts";
import { type Command, commandOf } from "./command.ts";
import { DONE } from "./errors.ts";
import { onOff } from "./flags.ts";
import { Interrupt } from "./interrupt.ts";
import { from, withoutDots } from "./paths.ts";
import { transferBar, TransferLine } from "./transfer_line.ts";
import { counted, idText, sizeText } from "./volume_table.ts";

/** `bilancio cloud download`. */
export const command: Command = commandOf({
  name: "cloud download",
  summary: "Brings a sweep back from the cloud, byte for byte",
  positionals: [
    { name: "NAME", summary: "the sweep, as bilancio cloud list-sweeps shows it" },
    { name: "DIR", summary: "where to; a directory that is not there or is empty" },
  ],
  flags: { "quiet": onOff("no progress and no summary"), "json": onOff("one JSON object on standard output") },
  details: [
    "Every file is compared with its checksum, archives are unpacked inside DIR and nowhere else, and DIR appears when " +
    "all of it is there. Interrupted and started again it goes on where it was. What came back is a sweep like any " +
    "other: it can be resumed, evaluated, and synced.",
  ],
  examples: [["bilancio cloud download trading out/trading-again", "writes the sweep into a new directory"]],
}, async ({ positionals: [name = "", shown = ""], flags }, terminal) => {
  const directory = withoutDots(from(terminal.directory, shown));
  if (directory === "" || /(?:^|\/)\.\.$/.test(directory)) {
    throw new UsageError(`${JSON.stringify(shown)} is no directory that a download can make; name one.`);
  }
  await using targets = await openTargets({ "database-url": undefined }, terminal, {
    database: "unused",
    storage: "required",
  });
  const { storage } = targets;
  if (storage === undefined) throw new UsageError("A download needs object storage.");
  using interrupt = new Interrupt(terminal, "Stopping: what arrived is kept; the same command goes on.");
  const { downloadSweep } = await import("../stores/archive/download.ts");
  using line = new TransferLine(terminal, { quiet: flags.quiet === true || flags.json === true });
  try {
    const { manifest, fetched, kept, bytes } = await downloadSweep(storage, name, directory, {
      onProgress: ({ key, objectsDone, objectsTotal, bytes }) =>
        line.tell(() => `${transferBar(objectsDone, objectsTotal, "objects", sizeText(bytes))}, ${key}`),
      signal: interrupt.stop,
    });
    line[Symbol.dispose]();
    if (flags.json === true) {
      terminal.out(
        `${JSON.stringify({ sweep: name, type: manifest.sweepType, directory: shown, fetched, kept, bytes })}\n`,
      );
    } else if (flags.quiet !== true) {
      const before = kept === 0 ? "" : `, ${kept} there before`;
      terminal.out(
        `Downloaded ${idText(name)} into ${shown}: ${counted(fetched, "object")} (${sizeText(bytes)})${before}\n`,
      );
    }
    return DONE;
  } catch (error) {
    if (interrupt.status !== undefined) return interrupt.status;
    throw error;
  }
});
