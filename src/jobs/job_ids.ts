/**
 * Names of jobs: three words that people can say and type, such as `castle-river-mountain` (spec 09 6).
 *
 * @module
 */
import { Conflict, UsageError } from "../core/errors.ts";

/** Words of an id: 2,048 to the third are 8.6 billion. */
const WORDS = 3;

/** Ids that are tried before it is clear that something else is wrong. */
const ATTEMPTS = 20;

const FORM = /^[a-z]+(-[a-z]+)+$/;

/** Whether a text may be a job id: two words or more, of small letters, with `-` between. */
export function isJobId(text: string): boolean {
  return FORM.test(text);
}

/**
 * A job id as somebody typed it.
 *
 * @throws {UsageError} naming what is allowed.
 */
export function checkedJobId(text: string): string {
  if (isJobId(text)) return text;
  throw new UsageError(`A job id is words such as castle-river-mountain, but got ${JSON.stringify(text)}.`);
}

/**
 * A new job id, drawn from the secure source of the operating system.
 *
 * @param isTaken whether a store knows the id already
 * @throws {Conflict} when every id that is tried is taken.
 */
export async function newJobId(isTaken: (jobId: string) => Promise<boolean>): Promise<string> {
  const { wordlist } = await import("@scure/bip39/wordlists/english");
  // 2,048 words are 11 bits: every number of 16 bits gives each word equally often.
  const numbers = new Uint16Array(WORDS);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    crypto.getRandomValues(numbers);
    const jobId = [...numbers].map((number) => wordlist[number % wordlist.length]).join("-");
    if (!await isTaken(jobId)) return jobId;
  }
  throw new Conflict(
    `${ATTEMPTS} new job ids in a row were taken: the store answers for every id; choose one with --job-id`,
  );
}

/**
 * The id that somebody asked for, or a new one.
 *
 * @throws {Conflict} when it is taken.
 */
export async function chosenJobId(
  asked: string | undefined,
  isTaken: (jobId: string) => Promise<boolean>,
): Promise<string> {
  if (asked === undefined) return await newJobId(isTaken);
  if (!await isTaken(asked)) return asked;
  throw new Conflict(`There is a job ${asked} in the cloud already; choose another --job-id, or leave it out`);
}
