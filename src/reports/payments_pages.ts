/**
 * The page of a run of the payments engine, from the engine itself: a {@linkcode PaymentsWatch} looks at it after each
 * tick and writes the page at the end.
 *
 * @module
 */
import type { PaymentsEngine } from "../payments/engine/engine.ts";
import type { Link } from "./inputs.ts";
import type { PaymentsPageInput, TickSample } from "./payments_input.ts";
import { paymentsPage } from "./payments_page.ts";

/** What the page says besides what the engine knows. */
export interface PaymentsPageOptions {
  readonly name: string;
  readonly description?: string | null;
  /** What stopped the run. */
  readonly error?: string;
  /** Ticks that the run was to have, default all days of the configuration. */
  readonly plannedTicks?: number;
  readonly links?: readonly Link[];
}

/** Watches one engine. */
export class PaymentsWatch {
  readonly #samples: TickSample[] = [];
  readonly #engine: PaymentsEngine;

  constructor(engine: PaymentsEngine) {
    this.#engine = engine;
  }

  /** To be called after each tick. */
  look(): void {
    const positions = this.#engine.positions();
    this.#samples.push({
      tick: this.#engine.currentTick - 1,
      balances: Float64Array.from(positions, ({ balance }) => balance),
      queue1: positions.reduce((sum, { queue1Length }) => sum + queue1Length, 0),
      queue2: this.#engine.queue2Length,
    });
  }

  /** What the page is made of. */
  pageInput({ name, description, error, links, plannedTicks }: PaymentsPageOptions): PaymentsPageInput {
    const { config, log, agentIds } = this.#engine;
    const agents = new Map(config.agents.map((agent) => [agent.id, agent]));
    const positions = this.#engine.positions();
    return {
      name,
      description: description ?? null,
      ticksPerDay: config.ticksPerDay,
      plannedTicks: plannedTicks ?? config.ticksPerDay * config.numDays,
      banks: agentIds.map((id, number) => ({
        id,
        openingBalance: agents.get(id)?.openingBalance ?? 0,
        balance: positions[number]?.balance ?? 0,
        unsecuredCap: agents.get(id)?.unsecuredCap ?? 0,
        postedCollateral: positions[number]?.postedCollateral ?? 0,
        queue1Length: positions[number]?.queue1Length ?? 0,
      })),
      samples: this.#samples,
      log,
      ...(error === undefined ? {} : { error }),
      links: links ?? [],
    };
  }

  /** The page as one self-contained HTML file. */
  page(options: PaymentsPageOptions): string {
    return paymentsPage(this.pageInput(options));
  }
}
