/**
 * The numbered migrations, as they stand in `migrations/`. They are part of the program, also of the compiled one.
 *
 * @module
 */
import accessText from "../../../migrations/access.sql" with { type: "text" };
import jobs from "../../../migrations/0001_jobs.sql" with { type: "text" };
import sweeps from "../../../migrations/0002_sweeps.sql" with { type: "text" };
import simulations from "../../../migrations/0003_simulations.sql" with { type: "text" };

/** One step of the schema; never edited after a release. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Every migration, in the order in which they are applied. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "jobs", sql: jobs },
  { version: 2, name: "sweeps", sql: sweeps },
  { version: 3, name: "simulations", sql: simulations },
];

/** What is carried out after them, every time: it may change. */
export const ACCESS: string = accessText;
