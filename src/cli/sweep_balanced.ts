/**
 * `bilancio sweep balanced`: rings with outside holders, passive and active, in pairs (spec 03 7, 8.3).
 *
 * @module
 */
import { type Command, commandOf } from "./command.ts";
import { type BalancedFlags, balancedFromFlags, SWEEP_BALANCED } from "./paired_flags.ts";
import { syncAtEnd } from "./sweep_cloud.ts";
import { settledFlags } from "./sweep_execution.ts";
import type { Terminal } from "./terminal.ts";

async function sweepBalanced(typed: BalancedFlags, terminal: Terminal): Promise<number> {
  const flags = await settledFlags(typed, terminal);
  const { balancedSettings } = await import("../experiments/paired_settings.ts");
  const { pairedSession, readConfig } = await import("./paired_session.ts");
  const reference = flags.reference === true;
  let file;
  if (flags.config !== undefined) {
    const { loadBalancedConfig } = await import("../experiments/paired_config.ts");
    file = await readConfig(
      flags.config,
      terminal,
      (text, subject) => loadBalancedConfig(text, subject, { reference }),
    );
  }
  const behaviours = reference ? (await import("../ring/behaviours.ts")).REFERENCE : undefined;
  const given = balancedFromFlags(flags);
  const settings = balancedSettings({ ...given, behaviours }, file?.overrides);
  const directory = flags["out-dir"] ?? file?.outDir ?? undefined;
  const sync = await syncAtEnd(flags, file?.cloudSync, terminal);
  return await pairedSession({ settings, given, directory, sync, flags }, terminal);
}

/** The command. */
export const command: Command = commandOf(SWEEP_BALANCED, ({ flags }, terminal) => sweepBalanced(flags, terminal));
