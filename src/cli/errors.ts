/**
 * What an error means to the person who typed the command: a sentence on standard error and an exit status.
 *
 * @module
 */
import {
  AmountOverflow,
  Conflict,
  InvalidReference,
  NotFound,
  SimulationError,
  StoreError,
  UsageError,
  ValidationError,
} from "../core/errors.ts";

/** Exit status of a command that did what it was asked. */
export const DONE = 0;
/** Exit status of a command that failed. */
export const FAILED = 1;
/** Exit status of a command that was typed wrongly. */
export const WRONG_USE = 2;

/** Errors that say in one or two sentences all that their reader needs. */
const SPEAKING = [
  AmountOverflow,
  Conflict,
  InvalidReference,
  NotFound,
  SimulationError,
  StoreError,
  UsageError,
  ValidationError,
];

/** The exit status for an error. */
export function exitStatus(error: unknown): number {
  return firstError(error) instanceof UsageError ? WRONG_USE : FAILED;
}

/**
 * What went wrong first. On a full disk the work fails, and then what closes its files fails too; only the first says
 * what to do.
 */
function firstError(error: unknown): unknown {
  return error instanceof SuppressedError ? firstError(error.suppressed) : error;
}

/** The error for standard error: its message, or with `debug` also where it came from. */
export function errorText(thrown: unknown, debug: boolean): string {
  const error = firstError(thrown);
  if (debug) return `${stackText(error)}\n`;
  if (SPEAKING.some((kind) => error instanceof kind) && error instanceof Error) return `${error.message}\n`;
  const sentence = systemSentence(error);
  if (sentence !== undefined) return `${sentence}\n`;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `Unexpected error, which is a defect of bilancio: ${what}\nThe same command with --debug shows where.\n`;
}

function stackText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\nCaused by: ${stackText(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** What the operating system says, in words; undefined when it did not speak. Deno's messages name the path. */
function systemSentence(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Deno.errors.NotCapable) {
    return `The permissions of this task do not allow it: ${error.message}. Choose a path that they cover, or grant more.`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `The system does not allow it: ${error.message}. Choose another path or change its rights.`;
  }
  const errno = /^(.*?) ?\(os error \d+\)(.*)$/.exec(error.message);
  return errno === null ? undefined : `The system refused: ${errno[1]}${errno[2]}.`;
}
