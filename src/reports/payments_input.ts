/**
 * What the page of a payments run is made of: the log, the banks, and what the queues and accounts were after each tick.
 * Money is cents, times are ticks.
 *
 * @module
 */
import type { PaymentsLog } from "../payments/events.ts";
import type { Link } from "./inputs.ts";

/** A bank as it stands at the end. The position in the list is its number in the log. */
export interface PaymentsBank {
  readonly id: string;
  readonly openingBalance: number;
  readonly balance: number;
  /** Unsecured overdraft cap. */
  readonly unsecuredCap: number;
  readonly postedCollateral: number;
  /** Payments that wait in its own queue. */
  readonly queue1Length: number;
}

/** Accounts and queues after one tick. */
export interface TickSample {
  readonly tick: number;
  /** By bank number. */
  readonly balances: ArrayLike<number>;
  /** Payments in the banks' own queues, all together. */
  readonly queue1: number;
  /** Payments in the central queue. */
  readonly queue2: number;
}

/** The input of a payments page. */
export interface PaymentsPageInput {
  readonly name: string;
  readonly description?: string | null;
  readonly ticksPerDay: number;
  /** Ticks that the run was meant to have. */
  readonly plannedTicks: number;
  readonly banks: readonly PaymentsBank[];
  /** One for each executed tick, in order; empty where nobody looked. */
  readonly samples: readonly TickSample[];
  readonly log: PaymentsLog;
  /** What stopped the run, where something did. */
  readonly error?: string;
  readonly links?: readonly Link[];
}
