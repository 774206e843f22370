/**
 * `bilancio sweep comparison`: rings without and with dealers, in pairs (spec 03 6, 8.3).
 *
 * @module
 */
import { type Command, commandOf } from "./command.ts";
import { type ComparisonFlags, comparisonFromFlags, SWEEP_COMPARISON } from "./paired_flags.ts";
import { syncAtEnd } from "./sweep_cloud.ts";
import { settledFlags } from "./sweep_execution.ts";
import type { Terminal } from "./terminal.ts";

async function sweepComparison(typed: ComparisonFlags, terminal: Terminal): Promise<number> {
  const flags = await settledFlags(typed, terminal);
  const { comparisonSettings } = await import("../experiments/paired_settings.ts");
  const { pairedSession, readConfig } = await import("./paired_session.ts");
  const reference = flags.reference === true;
  let file;
  if (flags.config !== undefined) {
    const { loadComparisonConfig } = await import("../experiments/paired_config.ts");
    file = await readConfig(
      flags.config,
      terminal,
      (text, subject) => loadComparisonConfig(text, subject, { reference }),
    );
  }
  const behaviours = reference ? (await import("../ring/behaviours.ts")).REFERENCE : undefined;
  const given = comparisonFromFlags(flags);
  const settings = comparisonSettings({ ...given, behaviours }, file?.overrides);
  const directory = flags["out-dir"] ?? file?.outDir ?? undefined;
  const sync = await syncAtEnd(flags, file?.cloudSync, terminal);
  return await pairedSession({ settings, given, directory, sync, flags }, terminal);
}

/** The command. */
export const command: Command = commandOf(SWEEP_COMPARISON, ({ flags }, terminal) => sweepComparison(flags, terminal));
