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

/** What one database knows, and what it is about to know. */
export class ShapeRegistry {
  readonly #shapes: Shape[];
  /** Shapes that have their numbers and are not in the database yet. */
  #waiting: Shape[] = [];
  /** By the schema of a log, and its phases. */
  readonly #models = new Map<object, Map<string, Model>>();

  private constructor(shapes: Shape[]) {
    this.#shapes = shapes;
  }

  /** Of a database that was just made. */
  static ofNew(): ShapeRegistry {
    return new ShapeRegistry([]);
  }

  /** Reads what a database knows. */
  static async load(database: Database): Promise<ShapeRegistry> {
    const rows = await database.rows("SELECT * FROM event_shapes ORDER BY shape");
    return new ShapeRegistry(
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
   * The kinds of events that are in logs, by model. Those that the database does not know get their numbers; {@linkcode
   * note} has to follow in the same transaction as their events.
   */
  kindsOf(logs: readonly ReadableLog[]): ReadonlyMap<string, KnownKind>[] {
    const fresh = logs.flatMap((log) => this.#missing(log));
    const distinct = fresh.filter((shape, i) => i === fresh.findIndex((other) => isSame(shape, other)));
    const numbered = this.#numbered(distinct);
    this.#waiting.push(...numbered);
    this.#shapes.push(...numbered);
    return logs.map((log) => this.#kindsOf(log));
  }

  /** Notes in the database what it does not know yet. */
  async note(session: Session): Promise<void> {
    const fresh = this.#waiting;
    this.#waiting = [];
    if (fresh.length > 0) await this.#write(session, fresh);
  }

  /** Marks what is known; call what it gives when the transaction fails: what came since is forgotten. */
  mark(): () => void {
    const { length } = this.#shapes;
    return () => {
      const forgotten = new Set(this.#shapes.splice(length).map(({ shape }) => shape));
      this.#waiting = [];
      for (const model of [...this.#models.values()].flatMap((models) => [...models.values()])) {
        for (const [kind, { shapes }] of model.kinds) {
          if (shapes.some((shape) => forgotten.has(shape))) model.kinds.delete(kind);
        }
      }
    };
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
    const layouts = this.#shapes.map((shape): [number, EventLayout] => [
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
