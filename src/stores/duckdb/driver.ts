/**
 * DuckDB as this project uses it: opened lazily, one piece of work at a time, errors in our words. No other file knows
 * the package.
 *
 * @module
 */
import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { databaseFailure } from "./failures.ts";

type Api = typeof import("@duckdb/node-api");

let loaded: Promise<Api> | undefined;

/** The package is native code of 60 MB: it is loaded when the first database is opened. */
function api(): Promise<Api> {
  return loaded ??= import("@duckdb/node-api");
}

/** A value that a query takes or gives. Whole numbers past 2^53 are bigints, times are dates. */
export type Cell = string | number | bigint | boolean | Date | null | Uint8Array | readonly Cell[];

/** A row by column name. */
export type Row = Readonly<Record<string, Cell>>;

/** Columns of an append: how each is stored. */
export type ColumnType = "integer" | "bigint" | "double" | "varchar" | "boolean";

/** One column of rows to append. Integers are below 2^31, bigints below 2^53; null is allowed everywhere. */
export type ColumnValues = ArrayLike<number | string | boolean | null>;

/** How a database is opened. */
export interface OpenOptions {
  /** Refuses every change; several processes may read one file. */
  readonly readOnly?: boolean;
  /** What DuckDB may keep in memory, in megabytes; default 200. */
  readonly memoryMegabytes?: number;
  /** Threads of DuckDB, default as many as there are cores. */
  readonly threads?: number;
}

/** Rows of a chunk of DuckDB. */
const CHUNK = 2048;

/** Statements of one unit of work; those of others wait until it is done. */
export class Session {
  readonly #connection: DuckDBConnection;
  readonly #api: Api;
  readonly #path: string;

  constructor(api: Api, connection: DuckDBConnection, path: string) {
    this.#api = api;
    this.#connection = connection;
    this.#path = path;
  }

  /** Carries out one or several statements. @throws {StoreError} and {@linkcode Conflict}, see `failures.ts`. */
  async run(sql: string, values: readonly Cell[] = []): Promise<void> {
    await this.#attempt(() => this.#connection.run(sql, this.#bound(values)));
  }

  /** The rows of a query. */
  async rows(sql: string, values: readonly Cell[] = []): Promise<Row[]> {
    return await this.#attempt(async () => {
      const reader = await this.#connection.runAndReadAll(sql, this.#bound(values));
      const names = reader.deduplicatedColumnNames();
      const columns = reader.getColumnsJS();
      return Array.from({ length: reader.currentRowCount }, (_, place) => {
        const row: Record<string, Cell> = {};
        names.forEach((name, column) => row[name] = cellOf(columns[column]?.[place]));
        return row;
      });
    });
  }

  /** The result of a query as columns by name. */
  async columns(sql: string, values: readonly Cell[] = []): Promise<Record<string, Cell[]>> {
    return await this.#attempt(async () => {
      const reader = await this.#connection.runAndReadAll(sql, this.#bound(values));
      return Object.fromEntries(
        Object.entries(reader.getColumnsObjectJS()).map(([name, column]) => [name, column.map(cellOf)]),
      );
    });
  }

  /** Appends rows given as columns, which is many times faster than statements. */
  async append(table: string, types: readonly ColumnType[], columns: readonly ColumnValues[]): Promise<void> {
    const rows = columns[0]?.length ?? 0;
    if (rows === 0) return;
    await this.#attempt(async () => {
      const appender = await this.#connection.createAppender(table);
      try {
        const kinds = types.map((type) => this.#type(type));
        for (let start = 0; start < rows; start += CHUNK) {
          const count = Math.min(CHUNK, rows - start);
          const chunk = this.#api.DuckDBDataChunk.create(kinds, count);
          columns.forEach((values, number) => this.#fill(chunk.getColumnVector(number), values, start, count));
          appender.appendDataChunk(chunk);
        }
        appender.flushSync();
      } catch (error) {
        // Closing tries to write again and says less.
        try {
          appender.closeSync();
        } catch {
          throw error;
        }
        throw error;
      }
      appender.closeSync();
    });
  }

  #fill(
    vector: ReturnType<InstanceType<Api["DuckDBDataChunk"]>["getColumnVector"]>,
    values: ColumnValues,
    start: number,
    count: number,
  ): void {
    const { DuckDBBigIntVector, DuckDBIntegerVector } = this.#api;
    if (vector instanceof DuckDBIntegerVector && values instanceof Int32Array) {
      for (let i = 0; i < count; i++) vector.setItem(i, values[start + i] ?? 0);
    } else if (vector instanceof DuckDBBigIntVector) {
      for (let i = 0; i < count; i++) {
        const value = values[start + i];
        vector.setItem(i, typeof value === "number" ? BigInt(value) : null);
      }
    } else {
      for (let i = 0; i < count; i++) vector.setItem(i, values[start + i] ?? null);
    }
    vector.flush();
  }

  #type(type: ColumnType): DuckDBType {
    const { BIGINT, BOOLEAN, DOUBLE, INTEGER, VARCHAR } = this.#api;
    return { integer: INTEGER, bigint: BIGINT, double: DOUBLE, varchar: VARCHAR, boolean: BOOLEAN }[type];
  }

  #bound(values: readonly Cell[]): DuckDBValue[] {
    return values.map((value) => this.#value(value));
  }

  #value(value: Cell): DuckDBValue {
    if (value instanceof Date) return new this.#api.DuckDBTimestampValue(BigInt(value.getTime()) * 1000n);
    if (value instanceof Uint8Array) return new this.#api.DuckDBBlobValue(value);
    if (isList(value)) return this.#api.listValue(value.map((member) => this.#value(member)));
    if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
    return value;
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw databaseFailure(error, this.#path);
    }
  }
}

function isList(value: Cell): value is readonly Cell[] {
  return Array.isArray(value);
}

function cellOf(value: unknown): Cell {
  if (typeof value === "bigint") {
    return value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  if (Array.isArray(value)) return value.map(cellOf);
  if (value === null || value instanceof Date || value instanceof Uint8Array) return value;
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    default:
      return value === undefined ? null : JSON.stringify(value);
  }
}

/** An open database file. Work of several callers is done one after the other. */
export class Database implements AsyncDisposable {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #session: Session;
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;

  private constructor(
    readonly path: string,
    readonly readOnly: boolean,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    session: Session,
  ) {
    this.#instance = instance;
    this.#connection = connection;
    this.#session = session;
  }

  /**
   * Opens a file, or makes it; `:memory:` is a database without one.
   *
   * @throws {Conflict} when another process holds it; {@linkcode StoreError} when it cannot be opened.
   */
  static async open(path: string, options: OpenOptions = {}): Promise<Database> {
    const { readOnly = false, memoryMegabytes = 200, threads } = options;
    let instance: DuckDBInstance | undefined;
    try {
      const loadedApi = await api();
      instance = await loadedApi.DuckDBInstance.create(path, {
        access_mode: readOnly ? "READ_ONLY" : "AUTOMATIC",
        memory_limit: `${memoryMegabytes}MB`,
        // Nothing is fetched from the network, whatever a query says.
        autoinstall_known_extensions: "false",
        ...(threads === undefined ? {} : { threads: String(threads) }),
      });
      const connection = await instance.connect();
      return new Database(path, readOnly, instance, connection, new Session(loadedApi, connection, path));
    } catch (error) {
      instance?.closeSync();
      throw databaseFailure(error, path);
    }
  }

  /** Work on the database that nobody else's comes between. */
  exclusively<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => work(this.#session));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Work that is kept as a whole or not at all. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.exclusively(async (session) => {
      await session.run("BEGIN TRANSACTION");
      try {
        const result = await work(session);
        await session.run("COMMIT");
        return result;
      } catch (error) {
        // After a failed COMMIT nothing is left to roll back; what failed first is what matters.
        await session.run("ROLLBACK").catch(() => {});
        throw error;
      }
    });
  }

  /** See {@linkcode Session.run}. */
  run(sql: string, values: readonly Cell[] = []): Promise<void> {
    return this.exclusively((session) => session.run(sql, values));
  }

  /** See {@linkcode Session.rows}. */
  rows(sql: string, values: readonly Cell[] = []): Promise<Row[]> {
    return this.exclusively((session) => session.rows(sql, values));
  }

  /** See {@linkcode Session.columns}. */
  columns(sql: string, values: readonly Cell[] = []): Promise<Record<string, Cell[]>> {
    return this.exclusively((session) => session.columns(sql, values));
  }

  /** Waits for the work under way and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#last;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}
