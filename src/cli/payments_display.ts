/**
 * What a payments run shows while it goes on, by mode (spec 08 10.1).
 *
 * @module
 */
import type { PaymentsEngine } from "../payments/engine/engine.ts";
import type { ShownRun } from "./payments_figures.ts";
import { type WrittenEvent, writtenEvent } from "../payments/events.ts";
import type { TickLine } from "../payments/script.ts";
import type { EventFilter } from "./payments_filter.ts";
import { table, type Terminal } from "./terminal.ts";

/** How a run is shown. */
export type DisplayMode = "normal" | "stream" | "event-stream" | "verbose";

/** Shows one tick after the other. */
export class RunDisplay {
  readonly #mode: DisplayMode;
  readonly #filter: EventFilter | undefined;
  readonly #saving: { readonly count: number };
  readonly #terminal: Terminal;
  #engine: PaymentsEngine | undefined;
  #shown = 0;
  #dayStart = { arrivals: 0, settlements: 0, released: 0 };
  #dayCost = 0;

  constructor(
    mode: DisplayMode,
    filter: EventFilter | undefined,
    saving: { readonly count: number },
    terminal: Terminal,
  ) {
    this.#mode = mode;
    this.#filter = filter;
    this.#saving = saving;
    this.#terminal = terminal;
  }

  /** Shows what happened since the last tick. */
  tick(line: TickLine, engine: PaymentsEngine): void {
    this.show(line, engine, this.showsEvents ? this.#newEvents(engine) : []);
  }

  /** Whether this mode shows events. */
  get showsEvents(): boolean {
    return this.#mode === "verbose" || this.#mode === "event-stream";
  }

  /** Shows a tick with its events; a replay calls this with what is recorded. */
  show(line: TickLine, run: ShownRun, newEvents: readonly WrittenEvent[]): void {
    if (this.#mode === "stream") this.#terminal.out(streamLine(line));
    if (!this.showsEvents) return;
    const events = newEvents.filter((event) => this.#filter?.(event) ?? true);
    if (this.#mode === "event-stream") {
      this.#terminal.error(events.map((event) => `[Tick ${event.tick}] ${eventText(event)}\n`).join(""));
      return;
    }
    this.#terminal.error(verboseTick(line, events));
    this.#dayCost += line.totalCost;
    const { ticksPerDay } = run.config;
    if ((line.tick + 1) % ticksPerDay === 0) this.#day((line.tick + 1) / ticksPerDay - 1, run);
  }

  /** Begins in the middle of a run: what was counted up to the end of the day before. */
  goOnFrom(
    totals: { readonly total_arrivals: number; readonly total_settlements: number; readonly released: number },
  ): void {
    this.#dayStart = {
      arrivals: totals.total_arrivals,
      settlements: totals.total_settlements,
      released: totals.released,
    };
  }

  #newEvents(engine: PaymentsEngine): WrittenEvent[] {
    if (engine !== this.#engine) {
      this.#engine = engine;
      this.#shown = 0;
    }
    const events: WrittenEvent[] = [];
    for (; this.#shown < engine.log.length; this.#shown++) {
      events.push(writtenEvent(engine.log, this.#shown));
    }
    return events;
  }

  #day(day: number, run: ShownRun): void {
    const { total_arrivals: arrivals, total_settlements: settlements } = run.systemMetrics();
    const released = this.#saving.count;
    const before = this.#dayStart;
    const positions = run.positions();
    const rows = run.agentIds.map((id, agent) => [
      id,
      String(positions[agent]?.balance ?? 0),
      String(positions[agent]?.postedCollateral ?? 0),
      String(positions[agent]?.queue1Length ?? 0),
    ]);
    this.#terminal.error(
      `\nEnd of day ${day}: ${arrivals - before.arrivals} arrivals, ${settlements - before.settlements} settlements, ` +
        `${released - before.released} released by liquidity saving, costs ${this.#dayCost}\n` +
        `${table(["agent", "balance", "collateral", "queue 1"], rows)}\n`,
    );
    this.#dayStart = { arrivals, settlements, released };
    this.#dayCost = 0;
  }
}

/** The JSON line of a tick. */
function streamLine({ tick, numArrivals, numSettlements, numLsmReleases, totalCost }: TickLine): string {
  const line = {
    tick,
    arrivals: numArrivals,
    settlements: numSettlements,
    lsm_releases: numLsmReleases,
    costs: totalCost,
  };
  return `${JSON.stringify(line)}\n`;
}

function verboseTick(line: TickLine, events: readonly WrittenEvent[]): string {
  const { tick, numArrivals, numSettlements, numLsmReleases, totalCost, queue2 } = line;
  const head = `Tick ${tick}: ${numArrivals} arrivals, ${numSettlements} settlements, ${numLsmReleases} by liquidity ` +
    `saving, ${queue2} in queue 2, costs ${totalCost}\n`;
  return head + events.map((event) => `  ${eventText(event)}\n`).join("");
}

/** An event on one line: its kind and its fields, empty ones left out. */
function eventText({ event_type, tick: _, ...fields }: WrittenEvent): string {
  const parts = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [event_type, ...parts].join(" ");
}
