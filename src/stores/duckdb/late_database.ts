/**
 * A database that is opened, and made, when it is needed first: a store that nobody uses leaves no file.
 *
 * @module
 */
import { isMissing, readFailure } from "../files/atomic_file.ts";
import { Database } from "./driver.ts";
import { migrate } from "./migrations.ts";

/** The database of a store, whose owner closes it. */
export class LateDatabase implements AsyncDisposable {
  #database: Promise<Database> | undefined;

  constructor(readonly path: string) {}

  /** Whether there is something to read; asking makes no file. @throws {StoreError} when that cannot be seen. */
  isThere(): boolean {
    if (this.#database !== undefined) return true;
    try {
      return Deno.statSync(this.path).isFile;
    } catch (error) {
      if (isMissing(error)) return false;
      throw readFailure(error, this.path);
    }
  }

  /** The database with the present schema, the same for every call. */
  open(): Promise<Database> {
    return this.#database ??= migrated(this.path);
  }

  /** Closes the database when it was opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    const database = await this.#database?.catch(() => undefined);
    await database?.[Symbol.asyncDispose]();
  }
}

async function migrated(path: string): Promise<Database> {
  const database = await Database.open(path);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}
