/**
 * DuckDB as this project uses it: opened lazily, one piece of work at a time, errors in our words. Only this file and those
 * that fill chunks (`chunk_writer.ts`, `chunk_memory.ts`, `text_layout.ts`) know the package.
 *
 * @module
 */
import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBPreparedStatement,
  DuckDBResultReader,
  DuckDBValue,
} from "@duckdb/node-api";
import { CHUNK, ChunkWriter, type ColumnType, type ColumnValues } from "./chunk_writer.ts";
import { databaseFailure } from "./failures.ts";

/** The package, and the functions beneath it: only those copy whole columns. */
export type Api = typeof import("@duckdb/node-api") & { readonly bindings: typeof import("@duckdb/node-bindings") };

let loaded: Promise<Api> | undefined;

/** The package is native code of 60 MB: it is loaded when the first database is opened. */
function api(): Promise<Api> {
  return loaded ??= loadApi();
}

async function loadApi(): Promise<Api> {
  const [node, { default: bindings }] = await Promise.all([
    import("@duckdb/node-api"),
    import("@duckdb/node-bindings"),
  ]);
  return { ...node, bindings };
}

/** A value that a query takes or gives. Whole numbers past 2^53 are bigints, times are dates. */
export type Cell = string | number | bigint | boolean | Date | null | Uint8Array | readonly Cell[];

/** A row by column name. */
export type Row = Readonly<Record<string, Cell>>;

export type { ColumnType, ColumnValues };

/** How a database is opened. */
export interface OpenOptions {
  /** Refuses every change; several processes may read one file. */
  readonly readOnly?: boolean;
  /** What DuckDB may keep in memory, in megabytes; default 200. */
  readonly memoryMegabytes?: number;
  /** Threads of DuckDB, default as many as there are cores. */
  readonly threads?: number;
}

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

  /**
   * Carries out a statement, or several without values. After one that fails the rest is left out.
   *
   * @throws {StoreError} and {@linkcode Conflict}, see `failures.ts`.
   */
  async run(sql: string, values: readonly Cell[] = []): Promise<void> {
    await this.#attempt(() =>
      this.#result(sql, values, (statement) => statement.run(), () => this.#connection.run(sql))
    );
  }

  /** The rows of a query. */
  async rows(sql: string, values: readonly Cell[] = []): Promise<Row[]> {
    return await this.#attempt(async () => {
      const reader = await this.#read(sql, values);
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
      const reader = await this.#read(sql, values);
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
        const writer = new ChunkWriter(this.#api, types, columns);
        for (let start = 0; start < rows; start += CHUNK) {
          appender.appendDataChunk(writer.chunk(start, Math.min(CHUNK, rows - start)));
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

  #read(sql: string, values: readonly Cell[]): Promise<DuckDBResultReader> {
    return this.#result(
      sql,
      values,
      (statement) => statement.runAndReadAll(),
      () => this.#connection.runAndReadAll(sql),
    );
  }

  /** In as few calls as there can be: each waits for its turn on two threads. Without values one is enough. */
  async #result<T>(
    sql: string,
    values: readonly Cell[],
    prepared: (statement: DuckDBPreparedStatement) => Promise<T>,
    unprepared: () => Promise<T>,
  ): Promise<T> {
    if (values.length === 0) return await unprepared();
    const statement = await this.#connection.prepare(sql);
    try {
      statement.bind(values.map((value) => this.#value(value)));
      return await prepared(statement);
    } finally {
      statement.destroySync();
    }
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

  /** Statements without values in one call, kept as a whole or not at all. */
  script(sql: string): Promise<void> {
    return this.exclusively(async (session) => {
      try {
        await session.run(`BEGIN TRANSACTION;\n${sql};\nCOMMIT`);
      } catch (error) {
        await session.run("ROLLBACK").catch(() => {}); // as in a transaction
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

  /**
   * Brings what the journal holds into the file, after the work under way and while the caller does something else.
   * Closing does so, too, and keeps this thread waiting for it. Where that fails the rows stay in the journal.
   */
  tidy(): void {
    if (this.readOnly) return;
    this.run("CHECKPOINT").catch(() => {});
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
