/**
 * Asking before something is lost.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Asks the person at the terminal; anything but `y` or `yes` is a no.
 *
 * @param question such as `Delete 2 experiments?`
 * @throws {UsageError} when nobody is there to answer: a script says so with `--yes`.
 */
export function confirmed(question: string, terminal: Terminal): boolean {
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError(`${question} Nobody is there to answer; --yes answers for a script. Nothing was deleted.`);
  }
  terminal.error(`${question} [y/N] `);
  return /^y(?:es)?$/i.test(typedLine().trim());
}

/** What is typed up to the end of a line. */
function typedLine(): string {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (Deno.stdin.readSync(byte) !== null && byte[0] !== 10) bytes.push(byte[0] ?? 0);
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
