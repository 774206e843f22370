/**
 * `bilancio config`: the effective settings, with secrets masked, and where each came from (spec 09 8).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { type Command, commandOf } from "./command.ts";
import { FAILED } from "./errors.ts";
import { onOff } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** A setting as it is shown. */
interface ShownSetting {
  readonly name: string;
  readonly variable: string;
  /** Masked where it is a secret; null where none was given. */
  readonly value: string | null;
  readonly source: string | null;
  /** What is wrong with the value. */
  readonly problem: string | null;
}

async function settings(terminal: Terminal): Promise<{ shown: ShownSetting[]; hidden: readonly string[] }> {
  const { processConfiguration } = await import("../configuration/configuration.ts");
  const { maskedSetting } = await import("../configuration/masking.ts");
  const { SETTING_NAMES, settingOf } = await import("../configuration/settings.ts");
  const configuration = await processConfiguration(terminal.directory);
  for (const warning of configuration.warnings) terminal.error(`warning: ${warning}\n`);
  const shown = SETTING_NAMES.map((name): ShownSetting => {
    const variable = settingOf(name).variables[0] ?? name;
    try {
      const found = configuration.setting(name);
      const value = found === undefined ? null : maskedSetting(name, found.value);
      return { name, variable, value, source: found?.source ?? null, problem: null };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { name, variable, value: null, source: null, problem: error.message };
    }
  });
  return { shown, hidden: [...configuration.hidden.variables, ...configuration.hidden.files] };
}

/** `bilancio config`. */
export const command: Command = commandOf({
  name: "config",
  summary: "Shows the effective settings, with secrets masked, and where each came from",
  positionals: [],
  flags: { "json": onOff("one JSON object on standard output") },
  details: [
    "The first place that has a setting counts: a flag; the environment; .env in this directory; bilancio.yaml in this " +
    "directory; ~/.bilancio/config.yaml. In YAML the keys are the variables without BILANCIO_, in small letters " +
    "(s3_bucket: x), or groups of them (s3: {bucket: x}).",
  ],
  examples: [["bilancio config --json", "says which database, bucket and volume would be used"]],
}, async ({ flags }, terminal) => {
  const { shown, hidden } = await settings(terminal);
  const problems = shown.flatMap(({ problem }) => problem === null ? [] : [problem]);
  if (flags.json === true) terminal.out(`${JSON.stringify({ settings: shown, hidden }, null, 2)}\n`);
  else {
    const { oneLine } = await import("./job_text.ts");
    const rows = shown.map(({ variable, value, source, problem }) => [
      variable,
      problem !== null ? "(wrong)" : value === null ? "-" : oneLine(value),
      source ?? "",
    ]);
    const lines = [["SETTING", "VALUE", "FROM"], ...rows];
    const widths = [0, 1].map((column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
    const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    terminal.out(lines.map((cells) => `${line(cells).trimEnd()}\n`).join(""));
    if (hidden.length > 0) {
      terminal.error(
        `The permissions of this task hide ${hidden.length} places; deno task -q online config sees them.\n`,
      );
    }
  }
  for (const problem of problems) terminal.error(`${problem}\n`);
  return problems.length === 0 ? 0 : FAILED;
});
