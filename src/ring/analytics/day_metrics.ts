/**
 * The metrics of every analysed day: what was due, how much money the dues need, what was paid on time, how much money
 * the payments of the day tied up, and how concentrated the claims are. Decimals of 28 digits throughout; the cost is
 * linear in the number of dues and settlements. Source: `spec 02 3`.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { analysedDays, NONE, type PaymentHistory } from "./history.ts";
import { OnTimePayments } from "./on_time.ts";
import { outflowsFor } from "./outflows.ts";

/** The metrics of one day; the keys and their order are those of the files (spec 02 3.3, 3.9). Null stands for none. */
export interface DayRow {
  /** The day, counted from 0. */
  readonly day: number;
  /** Sum of all dues, in the money unit as all amounts. */
  readonly S_t: Decimal;
  /** Money that is needed after netting the dues of every agent. */
  readonly Mbar_t: Decimal;
  /** Money in the economy, null when unknown. */
  readonly M_t: Decimal | null;
  /** Money that is missing: `Mbar_t - M_t`, at least 0. */
  readonly G_t: Decimal | null;
  /** Share of the dues that netting saves. */
  readonly alpha_t: Decimal | null;
  /** Most money that the payments of the day had taken out of pockets at one time. */
  readonly Mpeak_t: Decimal;
  /** Sum of everything settled on the day, whenever it was due. */
  readonly gross_settled_t: Decimal;
  /** Velocity: gross settlement over peak money. */
  readonly v_t: Decimal | null;
  /** Share of the dues that was settled in full on the due day. */
  readonly phi_t: Decimal | null;
  /** Share of the dues that was not. */
  readonly delta_t: Decimal | null;
  /** Agents that owe more than they are owed on the day. */
  readonly n_debtors: number;
  /** Agents that are owed more than they owe. */
  readonly n_creditors: number;
  /** Herfindahl index of the net claims, between 1 / `n_creditors` and 1. */
  readonly HHIplus_t: Decimal | null;
  /** `no net creditors`, `no net debtors`, both, or nothing. */
  readonly notes: string;
}

/** The share of one agent in the net debt of a day; net creditors have 0, null where nobody is a net debtor. */
export interface DebtorShareRow {
  /** The day of the dues. */
  readonly day: number;
  /** The agent's id. */
  readonly agent: string;
  /** Fraction of `Mbar_t`. */
  readonly DS_t: Decimal | null;
}

/** One settlement of a day, in log order. */
export interface IntradayRow {
  /** The day of the settlement. */
  readonly day: number;
  /** From 1 within the day. */
  readonly step: number;
  /** Id of the debtor, empty when the log names none. */
  readonly payer: string;
  /** Id of the creditor, empty when the log names none. */
  readonly payee: string;
  /** What was paid, never 0. */
  readonly amount: Decimal;
  /** Money taken out of pockets by the steps so far. */
  readonly P_prefix: Decimal;
}

/** Result of {@linkcode dayMetrics}; all lists are empty when there is no day to analyse. */
export interface DayMetrics {
  /** Ascending. */
  readonly days: readonly number[];
  /** One row per day. */
  readonly dayMetrics: readonly DayRow[];
  /** Days ascending; agents by first appearance in the dues of the day, debtor before creditor. */
  readonly debtorShares: readonly DebtorShareRow[];
  /** Days ascending, steps ascending. */
  readonly intraday: readonly IntradayRow[];
}

/** The money of the economy: one sum for all days, one per day, or null when it is unknown. */
export type MoneySource = Decimal | null | ((day: number) => Decimal);

/**
 * Computes the metrics of every day.
 *
 * @param days days to analyse; empty or missing means all due days, see {@linkcode analysedDays}.
 */
export function dayMetrics(history: PaymentHistory, money: MoneySource, days?: readonly number[]): DayMetrics {
  const analysed = analysedDays(history, days);
  const positions = new DuePositions(history);
  const onTime = new OnTimePayments(history);
  const rows: DayRow[] = [];
  const shares: DebtorShareRow[] = [];
  const steps: IntradayRow[] = [];
  for (const day of analysed) {
    const dues = history.dues.byDay.get(day) ?? [];
    const settlements = history.settlements.byDay.get(day) ?? [];
    const netting = positions.net(dues);
    const replay = replayDay(history, day, settlements, steps);
    shareRows(history, day, netting, shares);
    const settledOnTime = onTime.amount(dues, settlements);
    rows.push(dayRow(day, netting, replay, settledOnTime, typeof money === "function" ? money(day) : money));
  }
  return { days: analysed, dayMetrics: rows, debtorShares: shares, intraday: steps };
}

/** What the summary of a run takes from a day; the metrics that only day 1 gives are missing on the others. */
export type SummaryRow =
  & Pick<DayRow, "day" | "S_t" | "G_t" | "phi_t" | "delta_t">
  & Partial<Pick<DayRow, "alpha_t" | "Mpeak_t" | "v_t" | "HHIplus_t">>;

/** The part of {@linkcode dayMetrics} that a summary reads, the same to the last digit, at a fraction of its cost. */
export function* summaryRows(
  history: PaymentHistory,
  money: MoneySource,
  days?: readonly number[],
): Generator<SummaryRow> {
  const positions = new DuePositions(history);
  const onTime = new OnTimePayments(history);
  for (const day of analysedDays(history, days)) {
    const dues = history.dues.byDay.get(day) ?? [];
    const settlements = history.settlements.byDay.get(day) ?? [];
    const netting = positions.net(dues);
    const settledOnTime = onTime.amount(dues, settlements);
    const cash = typeof money === "function" ? money(day) : money;
    if (day === 1) {
      yield dayRow(day, netting, replayDay(history, day, settlements, null), settledOnTime, cash);
      continue;
    }
    const { total, needed } = netting;
    yield { day, S_t: total, G_t: cash === null ? null : gap(needed, cash), ...onTimeShares(settledOnTime, total) };
  }
}

/** Dues of a day by agent; agents in order of first appearance, debtor before creditor of each due (spec 02 3.8). */
interface Netting {
  readonly total: Decimal;
  readonly agents: readonly number[];
  /** `max(0, F_i - I_i)` and `max(0, I_i - F_i)` by position in `agents`; null where it is 0. */
  readonly debts: readonly (Decimal | null)[];
  readonly claims: readonly (Decimal | null)[];
  /** Sum of the debts: the money that the day needs. */
  readonly needed: Decimal;
}

/** Sums the dues of one day after the other in columns by agent, which are cleared where they were used. */
class DuePositions {
  readonly #payments: PaymentHistory["dues"];
  readonly #owed: (Decimal | null)[];
  readonly #owned: (Decimal | null)[];

  constructor(history: PaymentHistory) {
    this.#payments = history.dues;
    this.#owed = new Array(history.agentCount).fill(null);
    this.#owned = new Array(history.agentCount).fill(null);
  }

  net(dues: readonly number[]): Netting {
    const { debtors, creditors, amounts } = this.#payments;
    const agents: number[] = [];
    let total = Decimal.ZERO;
    for (const due of dues) {
      const amount = amounts[due] ?? Decimal.ZERO;
      total = total.plus(amount);
      this.#add(this.#owed, debtors[due] ?? NONE, amount, agents);
      this.#add(this.#owned, creditors[due] ?? NONE, amount, agents);
    }
    const debts: (Decimal | null)[] = [];
    const claims: (Decimal | null)[] = [];
    for (const agent of agents) {
      const owed = this.#owed[agent] ?? Decimal.ZERO;
      const owned = this.#owned[agent] ?? Decimal.ZERO;
      const order = owed.compare(owned);
      debts.push(order > 0 ? owed.minus(owned) : null);
      claims.push(order < 0 ? owned.minus(owed) : null);
      this.#owed[agent] = null;
      this.#owned[agent] = null;
    }
    return { total, agents, debts, claims, needed: sumOf(debts) };
  }

  #add(column: (Decimal | null)[], agent: number, amount: Decimal, agents: number[]): void {
    if (agent < 0) return;
    const sum = column[agent] ?? null;
    if (this.#owed[agent] === null && this.#owned[agent] === null) agents.push(agent);
    column[agent] = sum === null ? amount : sum.plus(amount);
  }
}

interface Replay {
  readonly gross: Decimal;
  readonly peak: Decimal;
}

/** Goes through the settlements of a day in log order (spec 02 3.5) and appends its steps where someone wants them. */
function replayDay(
  history: PaymentHistory,
  day: number,
  settlements: readonly number[],
  steps: IntradayRow[] | null,
): Replay {
  const { debtors, creditors, amounts } = history.settlements;
  const payments = settlements.filter((row) => amounts[row]?.isZero === false);
  const outflows = outflowsFor(payments.map((row) => amounts[row] ?? Decimal.ZERO));
  let gross = Decimal.ZERO;
  let peak = Decimal.ZERO;
  let step = 0;
  for (const row of payments) {
    const payer = debtors[row] ?? NONE;
    const payee = creditors[row] ?? NONE;
    const amount = amounts[row] ?? Decimal.ZERO;
    const prefix = outflows.pay(payer, payee, amount);
    gross = gross.plus(amount);
    peak = Decimal.max(peak, prefix);
    steps?.push({
      day,
      step: ++step,
      payer: nameOf(history, payer),
      payee: nameOf(history, payee),
      amount,
      P_prefix: prefix,
    });
  }
  return { gross, peak };
}

function nameOf(history: PaymentHistory, agent: number): string {
  return agent < 0 ? "" : history.agentName(agent);
}

function shareRows(history: PaymentHistory, day: number, netting: Netting, shares: DebtorShareRow[]): void {
  const { needed } = netting;
  for (let i = 0; i < netting.agents.length; i++) {
    const debt = netting.debts[i] ?? Decimal.ZERO;
    shares.push({
      day,
      agent: nameOf(history, netting.agents[i] ?? NONE),
      DS_t: needed.isZero ? null : debt.dividedBy(needed),
    });
  }
}

function dayRow(
  day: number,
  netting: Netting,
  replay: Replay,
  settledOnTime: Decimal,
  money: Decimal | null,
): DayRow {
  const { total, debts, claims, needed } = netting;
  const concentration = herfindahl(claims);
  const notes: string[] = [];
  if (concentration === null) notes.push("no net creditors");
  if (needed.isZero) notes.push("no net debtors");
  return {
    day,
    S_t: total,
    Mbar_t: needed,
    M_t: money,
    G_t: money === null ? null : gap(needed, money),
    alpha_t: total.isZero ? null : Decimal.ONE.minus(needed.dividedBy(total)),
    Mpeak_t: replay.peak,
    gross_settled_t: replay.gross,
    v_t: replay.peak.isZero ? null : replay.gross.dividedBy(replay.peak),
    ...onTimeShares(settledOnTime, total),
    n_debtors: count(debts),
    n_creditors: count(claims),
    HHIplus_t: concentration,
    notes: notes.join(", "),
  };
}

function onTimeShares(settledOnTime: Decimal, total: Decimal): Pick<DayRow, "phi_t" | "delta_t"> {
  if (total.isZero) return { phi_t: null, delta_t: null };
  const phi = settledOnTime.dividedBy(total);
  return { phi_t: phi, delta_t: Decimal.ONE.minus(phi) };
}

function gap(needed: Decimal, money: Decimal): Decimal {
  const missing = needed.minus(money);
  return missing.sign > 0 ? missing : Decimal.ZERO;
}

function sumOf(values: readonly (Decimal | null)[]): Decimal {
  let sum = Decimal.ZERO;
  for (const value of values) if (value !== null) sum = sum.plus(value);
  return sum;
}

function count(values: readonly (Decimal | null)[]): number {
  let count = 0;
  for (const value of values) if (value !== null) count++;
  return count;
}

/** Sum of the squared shares; the squares are rounded twice as spec 02 1.1 has it. */
function herfindahl(claims: readonly (Decimal | null)[]): Decimal | null {
  const total = sumOf(claims);
  if (total.isZero) return null;
  let sum = Decimal.ZERO;
  for (const claim of claims) if (claim !== null) sum = sum.plus(claim.dividedBy(total).squared());
  return sum;
}
