/** Options of {@linkcode parseArgs}. */
export interface ParseOptions {
  boolean?: boolean | readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  negatable?: readonly string[];
  default?: Readonly<Record<string, unknown>>;
  alias?: Readonly<Record<string, string | readonly string[]>>;
  stopEarly?: boolean;
  "--"?: boolean;
  unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}
/** Parses command-line arguments; positional ones stand in `_`. */
export function parseArgs(
  args: readonly string[],
  options?: ParseOptions,
): { _: (string | number)[]; "--"?: string[]; [name: string]: unknown };
