/**
 * What Postgres and the network say when something goes wrong, in our words: what happened to which database, and what
 * to do. Values of rows are not repeated, nor anything of the URL but host and database.
 *
 * @module
 */
import { Conflict, NotFound, StoreError, UsageError, ValidationError } from "../../core/errors.ts";

/** Failures that pass by themselves: the same work is tried again. */
const TRANSIENT = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "08000", // connection exception
  "08001",
  "08003",
  "08006",
  "40001", // serialization failure
  "40P01", // deadlock
  "53300", // too many connections
  "57P01", // the server is shutting down
  "57P02", // it was shut down after a crash
  "57P03", // it is starting up
  "57P05", // idle session timeout
]);

/** What a later attempt may find better, though not at once. */
const LATER = new Set(["57014", "53000", "53100", "53200", "53400", "55P03", "25P03"]);

/** Errors that a work in a transaction throws for its own reasons. */
const OURS = [Conflict, NotFound, StoreError, UsageError, ValidationError];

/** The code of an error: five characters of Postgres, or a name of the system or the driver. */
export function failureCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  const code: unknown = Reflect.get(thrown, "code");
  if (typeof code === "string") return code;
  return thrown.cause === undefined ? "" : failureCode(thrown.cause);
}

/** Whether the same work may succeed when it is tried again at once. */
export function isTransient(thrown: unknown): boolean {
  return TRANSIENT.has(failureCode(thrown));
}

/** Whether a connection cannot be used any more after an error: the server, the system or the driver ended it. */
export function isConnectionLost(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code: unknown = Reflect.get(thrown, "code");
  if (typeof code !== "string") return isConnectionLost(thrown.cause);
  return Reflect.get(thrown, "severity") !== "ERROR";
}

/** The error for something that the driver, the server or the system threw; errors of ours pass through. */
export function postgresFailure(thrown: unknown, place: string): Error {
  if (thrown instanceof Error && OURS.some((kind) => thrown instanceof kind)) return thrown;
  if (thrown instanceof Deno.errors.NotCapable) return thrown;
  const code = failureCode(thrown);
  const said = thrown instanceof Error ? firstLine(thrown.message) : String(thrown);
  const failed = (message: string, retryable = TRANSIENT.has(code) || LATER.has(code)) =>
    new StoreError(message, { store: "postgres", retryable }, { cause: thrown });
  const unreachable = REACHING[code];
  if (unreachable !== undefined) return failed(`Cannot reach ${place}: ${unreachable}`);
  const special = SPECIAL[code];
  if (special !== undefined) return failed(special(place, said));
  if (code === "23505") return new Conflict(`The ${place} holds such a row already: ${said}`, { cause: thrown });
  if (code === "23503") return new NotFound(`The ${place} lacks what a row refers to: ${said}`, { cause: thrown });
  if (code === "3D000") {
    return new NotFound(`There is no ${place}; create it, or correct BILANCIO_DATABASE_URL`, { cause: thrown });
  }
  if (/^2[23]/.test(code)) return failed(`The ${place} refuses a value: ${said}`);
  return failed(`The ${place} failed: ${said === "" ? code : said}`);
}

const LOST = "the connection was lost; what was written is kept, start again to go on";

const REACHING: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing answers there; start the server, or correct BILANCIO_DATABASE_URL",
  ENOTFOUND: "there is no such host; correct BILANCIO_DATABASE_URL",
  EAI_AGAIN: "the name of the host cannot be resolved now; check the network",
  EHOSTUNREACH: "there is no way to that host; check the network",
  ENETUNREACH: "there is no way to that host; check the network",
  ENOENT: "there is no such socket; start the server, or correct BILANCIO_DATABASE_URL",
  CONNECT_TIMEOUT: "it did not answer in time; check the network, or correct BILANCIO_DATABASE_URL",
  ETIMEDOUT: "it did not answer in time; check the network, or correct BILANCIO_DATABASE_URL",
  ECONNRESET: LOST,
  EPIPE: LOST,
  CONNECTION_CLOSED: LOST,
  CONNECTION_DESTROYED: LOST,
  CONNECTION_ENDED: "this connection was closed by its owner",
  "57P01": LOST,
  "57P02": LOST,
  "57P03": "the server is starting up or shutting down; try again in a moment",
  "53300": "it has too many connections already; close some, or use a pooler",
};

/** The first words that the server says about a name. */
function named(said: string): string {
  return /"([^"]+)"/.exec(said)?.[1] ?? "of that name";
}

const SPECIAL: Readonly<Record<string, (place: string, said: string) => string>> = {
  "28P01": (place) => `The ${place} does not accept the user or the password; correct BILANCIO_DATABASE_URL`,
  "28000": (place) => `The ${place} does not accept the user; correct BILANCIO_DATABASE_URL`,
  "42501": (place) => `The user may not do that in the ${place}; use the owner's BILANCIO_DATABASE_URL`,
  "25006": (place) => `The ${place} may only be read now; write to the primary server, or free its disk`,
  "42P01": (place, said) => `The ${place} has no table ${named(said)}; bilancio migrate makes the missing tables`,
  "42703": (place, said) => `The ${place} has no column ${named(said)}; bilancio migrate brings it up to date`,
  "3F000": (place, said) => `The ${place} has no schema ${named(said)}; bilancio migrate makes what is missing`,
  "57014": (place) => `The ${place} took longer than the statement timeout allows; ask for less, or allow more`,
  "53100": (place) => `The disk of the ${place} is full; free some space and start again`,
};

function firstLine(text: string): string {
  return text.split("\n")[0]?.trim() ?? text;
}
