/**
 * The grammar of the command line: what flags and arguments a command takes, how their text is read, and the help that
 * follows from it. One declaration serves the parser, `--help`, docs/commands.md and the types of the values.
 *
 * Written here, and not on `@std/cli/parse-args`, because that reads neither types nor ranges and knows no names to
 * suggest; and because importing it would cost more than all of this.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { suggestion } from "../core/nearest.ts";

/** A flag with a value of type `T`, or a switch (`T` is boolean). */
export interface Flag<T> {
  /** What stands for the value in the help, such as `N`; null for a switch, which takes no value. */
  readonly placeholder: string | null;
  readonly summary: string;
  /** What holds when the flag is absent, as the help shows it; the command fills it in. */
  readonly fallback?: string;
  /** A switch with a `--no-` form. */
  readonly negatable?: boolean;
  /** The heading in the help under which this flag and those after it stand. */
  readonly group?: string;
  /** Reads the value. @throws {UnreadableValue} naming what is allowed. */
  read(text: string): T;
}

/** The flags of a command by name, without dashes. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values that were given: undefined where a flag is absent. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T | undefined : never;
};

/** An argument without a flag. */
export interface Positional {
  /** As the help shows it, such as `FILE`. */
  readonly name: string;
  readonly summary: string;
  /** May be absent; only the last ones may. */
  readonly optional?: true;
}

/** What a command takes and what its help says. */
export interface CommandShape<F extends Flags> {
  /** With the group, such as `sweep ring`. */
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly Positional[];
  readonly flags: F;
  /** Paragraphs between the summary and the flags. */
  readonly details?: readonly string[];
  /** At least one: what to type, and what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
}

/** What was typed behind a command. */
export interface Given<F extends Flags> {
  readonly help: boolean;
  /** As many as the command has, those that may be absent aside; empty when `help`. */
  readonly positionals: readonly string[];
  readonly flags: FlagValues<F>;
}

/** A value that a flag cannot take: `allowed` completes "expects ...". */
export class UnreadableValue extends Error {
  override readonly name = "UnreadableValue";
  constructor(readonly allowed: string) {
    super(`expected ${allowed}`);
  }
}

type Presentation = Pick<Flag<unknown>, "fallback" | "group">;

/** A flag that takes any text. */
export function text(placeholder: string, summary: string, more: Presentation = {}): Flag<string> {
  return { placeholder, summary, ...more, read: (text) => text };
}

/** A flag that takes a path, which the command resolves from the caller's directory. */
export function path(placeholder: string, summary: string, more: Presentation = {}): Flag<string> {
  return {
    placeholder,
    summary,
    ...more,
    read(text) {
      if (text === "") throw new UnreadableValue("a path");
      return text;
    },
  };
}

/** A flag that takes a whole number in a range (both ends included). */
export function wholeNumber(
  placeholder: string,
  summary: string,
  range: { readonly min?: number; readonly max?: number },
  more: Presentation = {},
): Flag<number> {
  const { min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  const allowed = range.max !== undefined
    ? `a whole number from ${min} to ${max}`
    : range.min !== undefined
    ? `a whole number of at least ${min}`
    : "a whole number";
  return {
    placeholder,
    summary,
    ...more,
    read(text) {
      const number = /^[-+]?[0-9]{1,16}$/.test(text.trim()) ? Number(text) : NaN;
      if (!(number >= min && number <= max)) throw new UnreadableValue(allowed);
      return number;
    },
  };
}

/** A flag that takes one of a few words. */
export function oneOf<const W extends string>(
  words: readonly W[],
  summary: string,
  more: Presentation = {},
): Flag<W> {
  return {
    placeholder: words.join("|"),
    summary,
    ...more,
    read(text) {
      const word = words.find((word) => word === text);
      if (word === undefined) throw new UnreadableValue(`one of ${words.join(", ")}${suggestion(text, words)}`);
      return word;
    },
  };
}

/** A flag whose value has a form of its own. */
export function valueOf<T>(
  placeholder: string,
  summary: string,
  read: (text: string) => T,
  more: Presentation = {},
): Flag<T> {
  return { placeholder, summary, ...more, read };
}

/** A flag without a value. */
export function onOff(
  summary: string,
  more: Presentation & { readonly negatable?: boolean } = {},
): Flag<boolean> {
  return { placeholder: null, summary, ...more, read: () => true };
}

/**
 * Reads the arguments behind a command's name.
 *
 * @throws {UsageError} naming the flag, the value and what is allowed.
 */
export function parseArguments<F extends Flags>(shape: CommandShape<F>, args: readonly string[]): Given<F> {
  const values: Record<string, unknown> = {};
  const positionals: string[] = [];
  let help = false;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    if (argument === "--") {
      positionals.push(...args.slice(i + 1));
      break;
    }
    if (argument === "--help" || argument === "-h") help = true;
    else if (argument.startsWith("--")) i = readFlag(shape, args, i, values);
    else if (argument.length > 1 && argument.startsWith("-")) throw unknownOption(shape, argument);
    else positionals.push(argument);
  }
  if (!help) checkPositionals(shape, positionals);
  return { help, positionals, flags: typedValues(shape.flags, values) };
}

/** Reads the flag at position `i`, and its value when that stands in the next argument; returns the last one used. */
function readFlag<F extends Flags>(
  shape: CommandShape<F>,
  args: readonly string[],
  i: number,
  values: Record<string, unknown>,
): number {
  const [, name = "", inline] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(args[i] ?? "") ?? [];
  if (name === "debug") return i;
  const flag = Object.hasOwn(shape.flags, name) ? shape.flags[name] : undefined;
  if (flag === undefined) {
    const positive = name.startsWith("no-") ? name.slice(3) : "";
    if (!Object.hasOwn(shape.flags, positive) || shape.flags[positive]?.negatable !== true) {
      throw unknownOption(shape, `--${name}`);
    }
    if (inline !== undefined) throw new UsageError(`--${name} takes no value, but got "${shortened(inline)}".`);
    values[positive] = false;
    return i;
  }
  if (flag.placeholder === null) {
    if (inline !== undefined) throw new UsageError(`--${name} takes no value, but got "${shortened(inline)}".`);
    values[name] = true;
    return i;
  }
  const value = inline ?? args[i + 1];
  if (value === undefined || (inline === undefined && isFlagOf(shape, value))) {
    throw new UsageError(`--${name} needs a value: --${name} ${flag.placeholder}.`);
  }
  values[name] = readValue(name, flag, value);
  return inline === undefined ? i + 1 : i;
}

function readValue(name: string, flag: Flag<unknown>, value: string): unknown {
  try {
    return flag.read(value);
  } catch (error) {
    if (!(error instanceof UnreadableValue)) throw error;
    throw new UsageError(`--${name} expects ${error.allowed}, but got "${shortened(value)}".`);
  }
}

function isFlagOf<F extends Flags>(shape: CommandShape<F>, argument: string): boolean {
  return argument.startsWith("--") && Object.hasOwn(shape.flags, argument.slice(2).split("=", 1)[0] ?? "");
}

function unknownOption<F extends Flags>(shape: CommandShape<F>, typed: string): UsageError {
  const known = [
    "--help",
    ...Object.entries(shape.flags).flatMap(([name, flag]) =>
      flag.negatable ? [`--${name}`, `--no-${name}`] : [`--${name}`]
    ),
  ];
  return new UsageError(
    `bilancio ${shape.name} has no option ${shortened(typed)}${suggestion(typed, known)}. ` +
      `See: bilancio ${shape.name} --help`,
  );
}

function checkPositionals<F extends Flags>(shape: CommandShape<F>, given: readonly string[]): void {
  const empty = given.findIndex((text) => text === "");
  const missing = shape.positionals[empty < 0 ? given.length : empty];
  if (missing !== undefined && (missing.optional !== true || empty >= 0)) {
    throw new UsageError(
      `bilancio ${shape.name} needs ${missing.name}: ${missing.summary}. See: bilancio ${shape.name} --help`,
    );
  }
  const extra = given[shape.positionals.length];
  if (extra !== undefined) {
    throw new UsageError(
      `bilancio ${shape.name} does not know what to do with "${shortened(extra)}". ` +
        `Usage: ${usage(shape)}`,
    );
  }
}

/** The values are what each flag's own `read` returned, so the record has the types of the flags. */
function typedValues<F extends Flags>(flags: F, values: Record<string, unknown>): FlagValues<F> {
  const complete: Record<string, unknown> = {};
  for (const name of Object.keys(flags)) complete[name] = values[name];
  const isTyped = (record: object): record is FlagValues<F> => Object.keys(flags).every((name) => name in record);
  if (!isTyped(complete)) throw new TypeError("a flag has no place");
  return complete;
}

/** A text for a message: at most 60 characters of it. */
export function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function usage<F extends Flags>(shape: CommandShape<F>): string {
  const positionals = shape.positionals.map(({ name, optional }) => optional ? ` [${name}]` : ` ${name}`).join("");
  return `bilancio ${shape.name}${positionals} [options]`;
}

/** The help of a command, as `--help` prints it. */
export function helpText<F extends Flags>(shape: CommandShape<F>): string {
  const lines = [`${shape.summary}`, "", `Usage: ${usage(shape)}`];
  if (shape.positionals.length > 0) {
    lines.push("", ...columns(shape.positionals.map((positional) => [positional.name, positional.summary])));
  }
  for (const paragraph of shape.details ?? []) lines.push("", ...wrapped(paragraph, 100));
  lines.push(...flagLines(shape.flags));
  lines.push("", "Examples:");
  for (const [command, does] of shape.examples) lines.push(`  ${command}`, `      ${does}`);
  return `${lines.join("\n")}\n`;
}

function flagLines(flags: Flags): string[] {
  const lines: string[] = [];
  let rows: [string, string][] = [];
  let heading = "Options";
  const flush = () => {
    if (rows.length > 0) lines.push("", `${heading}:`, ...columns(rows));
    rows = [];
  };
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.group !== undefined) {
      flush();
      heading = flag.group;
    }
    const left = flag.placeholder !== null
      ? `--${name} ${flag.placeholder}`
      : flag.negatable
      ? `--${name}, --no-${name}`
      : `--${name}`;
    rows.push([left, flag.fallback === undefined ? flag.summary : `${flag.summary} (default: ${flag.fallback})`]);
  }
  flush();
  const general: [string, string][] = [
    ["-h, --help", "show this help"],
    ["--debug", "show where in the program an error came from"],
  ];
  lines.push("", "General:", ...columns(general));
  return lines;
}

const LEFT = 30;
const WIDTH = 110;

function columns(rows: readonly (readonly [string, string])[]): string[] {
  return rows.flatMap(([left, right]) => {
    const [first = "", ...more] = wrapped(right, WIDTH - LEFT - 2);
    const head = left.length <= LEFT - 2
      ? [`  ${left.padEnd(LEFT)}${first}`]
      : [`  ${left}`, `  ${"".padEnd(LEFT)}${first}`];
    return [...head, ...more.map((line) => `  ${"".padEnd(LEFT)}${line}`)];
  });
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
