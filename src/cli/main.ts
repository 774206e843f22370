/**
 * The program `bilancio`: finds the command, loads it, and turns what goes wrong into a sentence and an exit status.
 * Nothing heavy is imported here, so that `--help` answers at once.
 *
 * @module
 */
import { type CommandEntry, COMMANDS, loadedCommand } from "./commands.ts";
import { errorText, exitStatus } from "./errors.ts";
import { UsageError } from "../core/errors.ts";
import { suggestion } from "../core/nearest.ts";
import { from } from "./paths.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** The help of the program. */
export function programHelp(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length)) + 2;
  const commands = COMMANDS.map((command) => `  ${command.name.padEnd(width)}${command.summary}`);
  return `bilancio ${VERSION}: a laboratory for financial networks

Usage: bilancio [-C DIR] COMMAND [arguments] [options]

Commands:
${commands.join("\n")}

General:
  -C DIR         work in DIR: relative paths start there
  -h, --help     show this help; behind a command, the help of that command
  --version      show the version
  --debug        show where in the program an error came from

Examples:
  bilancio run examples/scenarios/03-ring-that-jams.yaml
  bilancio sweep ring --kappas 0.25,0.5,1,2 --out-dir out/grid

Exit status: 0 done, 1 failed, 2 wrong use, 130 or 143 interrupted.
`;
}

/** The words that may stand behind a group of commands. */
function membersOf(group: string): string[] {
  const length = group.split(" ").length;
  const entries = COMMANDS.filter((entry) => entry.name.startsWith(`${group} `));
  return [...new Set(entries.map((entry) => entry.name.split(" ")[length] ?? ""))];
}

/** A command and what stands behind its name. */
interface Call {
  readonly entry: CommandEntry;
  readonly rest: readonly string[];
}

function callOf(args: readonly string[]): Call {
  const [first = ""] = args;
  if (first.startsWith("-")) {
    throw new UsageError(
      `bilancio has no option ${first}${suggestion(first, ["--help", "--version", "--debug"])}. See: bilancio --help`,
    );
  }
  for (const entry of COMMANDS) {
    const words = entry.name.split(" ");
    if (words.every((word, i) => word === args[i])) return { entry, rest: args.slice(words.length) };
  }
  // The longest group that the words name: `payments experiment` before `payments`.
  for (
    const group of [args.slice(0, 2), args.slice(0, 1)].filter((words) => !words.some((word) => word.startsWith("-")))
  ) {
    const name = group.join(" ");
    const members = membersOf(name);
    if (members.length === 0) continue;
    const given = args[group.length];
    const hint = given === undefined || given.startsWith("-") ? "" : `, not "${given}"${suggestion(given, members)}`;
    throw new UsageError(`bilancio ${name} takes one of ${members.join(", ")}${hint}. See: bilancio --help`);
  }
  const names = [...new Set(COMMANDS.map((entry) => entry.name.split(" ")[0] ?? ""))];
  throw new UsageError(`bilancio has no command "${first}"${suggestion(first, names)}. See: bilancio --help`);
}

/** The help of a group such as `sweep`, undefined when the words are no `GROUP --help`. */
function groupHelp(args: readonly string[]): string | undefined {
  const option = args.at(-1);
  const group = args.slice(0, -1).join(" ");
  const members = COMMANDS.filter((entry) => entry.name.startsWith(`${group} `));
  const isCommand = COMMANDS.some((entry) => entry.name === group);
  if (members.length === 0 || isCommand || (option !== "--help" && option !== "-h")) return undefined;
  const width = Math.max(...members.map((entry) => entry.name.length)) + 2;
  const lines = members.map((entry) => `  bilancio ${entry.name.padEnd(width)}${entry.summary}`);
  return `${lines.join("\n")}\n\nThe help of each: bilancio ${members[0]?.name ?? group} --help\n`;
}

/** The directory that `-C DIR` names, and the arguments behind it. */
function workingDirectory(args: readonly string[]): { directory: string; rest: readonly string[] } {
  let directory = "";
  let rest = args;
  while (rest[0] === "-C") {
    const next = rest[1];
    if (next === undefined) throw new UsageError("-C needs a directory: -C DIR.");
    directory = from(directory, next);
    rest = rest.slice(2);
  }
  return { directory, rest };
}

async function dispatch(args: readonly string[], terminalOf: (directory: string) => Terminal): Promise<number> {
  const { directory, rest } = workingDirectory(args);
  const terminal = terminalOf(directory);
  const words = rest[0] === "--debug" ? rest.slice(1) : rest;
  const first = words[0];
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    (first === undefined ? terminal.error : terminal.out)(programHelp());
    return first === undefined ? 2 : 0;
  }
  if (first === "--version") {
    terminal.out(`bilancio ${VERSION}\n`);
    return 0;
  }
  const help = groupHelp(words);
  if (help !== undefined) {
    terminal.out(help);
    return 0;
  }
  const { entry, rest: behind } = callOf(words);
  const command = await loadedCommand(entry);
  return await command.run(behind, terminal);
}

/** Runs the program with its arguments and returns the exit status; errors are sentences on standard error. */
export async function main(
  args: readonly string[],
  terminalOf: (directory: string) => Terminal = processTerminal,
): Promise<number> {
  try {
    return await dispatch(args, terminalOf);
  } catch (error) {
    terminalOf("").error(errorText(error, args.includes("--debug")));
    return exitStatus(error);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
