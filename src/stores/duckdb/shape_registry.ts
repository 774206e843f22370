/**
 * The kinds of events that a database knows. A kind is noted when it is recorded first, together with the view that shows
 * its events; a kind whose fields changed since gets another layout beside the old one.
 *
 * @module
 */
import { jsonString } from "../../core/number_text.ts";
import type { ReadableLog } from "../../experiments/contracts.ts";
import type { Database, Session } from "./driver.ts";
import { type EventLayout, layoutFromText, layoutsOf, layoutText } from "./event_shapes.ts";
import { eventsView } from "./events_sql.ts";
import type { KnownKind } from "./log_reader.ts";

/** A row of `event_shapes`. */
interface Shape {
  readonly shape: number;
  readonly layout: number;
  readonly kind: string;
  readonly phase: string;
  readonly fields: string;
}

/** A model whose logs were met. */
interface Model {
  readonly layouts: readonly EventLayout[];
  /** How the details of an event begin in each phase. */
  readonly phases: readonly string[];
  /** The kinds that were met. */
  readonly kinds: Map<string, KnownKind>;
}

/** What is noted in one database. */
export class ShapeRegistry {
  readonly #database: Database;
  readonly #shapes: Shape[];
  /** By the schema of a log, and its phases. */
  readonly #models = new WeakMap<object, Map<string, Model>>();

  #last: Promise<unknown> = Promise.resolve();

  private constructor(database: Database, shapes: Shape[]) {
    this.#database = database;
    this.#shapes = shapes;
  }

  /** Of a database that was just made. */
  static ofNew(database: Database): ShapeRegistry {
    return new ShapeRegistry(database, []);
  }

  /** Reads what a database knows. */
  static async load(database: Database): Promise<ShapeRegistry> {
    const rows = await database.rows("SELECT * FROM event_shapes ORDER BY shape");
    return new ShapeRegistry(
      database,
      rows.map((row) => ({
        shape: Number(row["shape"]),
        layout: Number(row["layout"]),
        kind: String(row["event_type"]),
        phase: String(row["phase"]),
        fields: String(row["fields"]),
      })),
    );
  }

  /**
   * The kinds of events that are in logs, by model; those that the database does not know yet are noted in it, all in one
   * step.
   */
  kindsOf(logs: readonly ReadableLog[]): Promise<ReadonlyMap<string, KnownKind>[]> {
    // One after the other: two callers would note the same kind twice.
    const kinds = this.#last.then(() => this.#noted(logs));
    this.#last = kinds.catch(() => {});
    return kinds;
  }

  async #noted(logs: readonly ReadableLog[]): Promise<ReadonlyMap<string, KnownKind>[]> {
    const fresh: Shape[] = [];
    for (const log of logs) for (const shape of this.#missing(log)) fresh.push(shape);
    const distinct = fresh.filter((shape, i) => i === fresh.findIndex((other) => isSame(shape, other)));
    if (distinct.length > 0) {
      const numbered = this.#numbered(distinct);
      await this.#database.transaction((session) => this.#write(session, numbered));
      this.#shapes.push(...numbered);
    }
    return logs.map((log) => this.#kindsOf(log));
  }

  /** The kinds of a model that were met, all of them with their shapes. */
  #kindsOf(log: ReadableLog): ReadonlyMap<string, KnownKind> {
    const model = this.#modelOf(log);
    for (const layout of model.layouts) {
      if (model.kinds.has(layout.kind) || !isIn(layout.kind, log)) continue;
      const fields = layoutText(layout);
      const shapes = model.phases.map((phase) =>
        this.#shapes.find((shape) => isSame(shape, { kind: layout.kind, phase, fields }))?.shape ?? -1
      );
      model.kinds.set(layout.kind, { layout, shapes });
    }
    return model.kinds;
  }

  #missing(log: ReadableLog): Shape[] {
    const model = this.#modelOf(log);
    return model.layouts.flatMap((layout) => {
      if (model.kinds.has(layout.kind) || !isIn(layout.kind, log)) return [];
      const fields = layoutText(layout);
      const shapes = model.phases.map((phase) => ({ shape: -1, layout: -1, kind: layout.kind, phase, fields }));
      return shapes.filter((shape) => !this.#shapes.some((known) => isSame(known, shape)));
    });
  }

  #modelOf({ schema, shape: { phases } }: ReadableLog): Model {
    let models = this.#models.get(schema);
    if (models === undefined) this.#models.set(schema, models = new Map());
    const key = phases.join("\n");
    let model = models.get(key);
    if (model === undefined) {
      models.set(
        key,
        model = {
          layouts: layoutsOf(schema, phases.length > 0),
          phases: phases.length === 0 ? [""] : phases.map((phase) => `, "phase": ${jsonString(phase)}`),
          kinds: new Map(),
        },
      );
    }
    return model;
  }

  /** Gives shapes their numbers, and each kind of them a layout. */
  #numbered(shapes: readonly Shape[]): Shape[] {
    const next = Math.max(-1, ...this.#shapes.map(({ shape }) => shape)) + 1;
    const layouts = new Map<string, number>();
    const nextLayout = Math.max(-1, ...this.#shapes.map(({ layout }) => layout)) + 1;
    return shapes.map((shape, i) => {
      const key = `${shape.kind}\n${shape.fields}`;
      const known = this.#shapes.find(({ kind, fields }) => kind === shape.kind && fields === shape.fields)?.layout;
      const layout = known ?? layouts.get(key) ?? nextLayout + layouts.size;
      if (known === undefined) layouts.set(key, layout);
      return { ...shape, shape: next + i, layout };
    });
  }

  async #write(session: Session, fresh: readonly Shape[]): Promise<void> {
    const costs = fresh.map(({ kind, fields }) => layoutFromText(kind, fields).costs);
    await session.append("event_shapes", [
      "integer",
      "integer",
      "varchar",
      "varchar",
      "varchar",
      "varchar",
      "varchar",
    ], [
      fresh.map(({ shape }) => shape),
      fresh.map(({ layout }) => layout),
      fresh.map(({ kind }) => kind),
      fresh.map(({ phase }) => phase),
      costs.map((isCosts) => isCosts ? '"costs": {' : ""),
      costs.map((isCosts) => isCosts ? "}" : ""),
      fresh.map(({ fields }) => fields),
    ]);
    const layouts = [...this.#shapes, ...fresh].map((shape): [number, EventLayout] => [
      shape.layout,
      layoutFromText(shape.kind, shape.fields),
    ]);
    await session.run(eventsView(new Map(layouts)));
  }
}

function isSame(a: Pick<Shape, "kind" | "phase" | "fields">, b: Pick<Shape, "kind" | "phase" | "fields">): boolean {
  return a.kind === b.kind && a.phase === b.phase && a.fields === b.fields;
}

function isIn(kind: string, log: ReadableLog): boolean {
  return (log.table(kind)?.length ?? 0) > 0;
}
