/**
 * The payments engine: a system of banks that settle payments through a central queue, tick by tick. Between ticks a
 * caller may submit, withdraw, post, replace, ask, save. The engine reads no file and no clock; the same configuration
 * and calls give the same events. Source: specification chapters 05 to 07.
 *
 * @module
 */
import { ArrivalGenerator } from "../arrivals/generator.ts";
import { type Behaviours, CORRECTED } from "../behaviours.ts";
import type { EngineConfig } from "../config.ts";
import { EngineRefusal, PaymentsError, type PaymentsErrorKind } from "../errors.ts";
import type { PaymentsLog } from "../events.ts";
import { PolicyDocumentError, type RtgsPriority } from "../policy_contract.ts";
import { checkSnapshot, restoreState, saveState } from "./checkpoint.ts";
import { type CallAnswer, postByHand, withdrawByHand } from "./collateral.ts";
import { configHash } from "./config_hash.ts";
import { buildState } from "./construction.ts";
import { CostRules } from "./cost_rules.ts";
import { totalCost } from "./bank.ts";
import { EngineView } from "./policy_view.ts";
import { paymentColumns, paymentRecords, type RecordColumns } from "./payment_records.ts";
import * as queries from "./queries.ts";
import type { EngineState } from "./state.ts";
import {
  type PaymentOrder,
  resubmit,
  returnWithdrawn,
  rtgsPriorityNamed,
  submit,
  withdrawFromQueue2,
} from "./submissions.ts";
import { SettlementCounter, type SettlementTotals } from "./settlement_counter.ts";
import { type SystemMetrics, systemMetrics, transactionCounts } from "./system_metrics.ts";
import { runTick, type TickResult } from "./tick.ts";

/** The outcome of a call on a queued payment. */
export interface QueueCallAnswer {
  readonly success: boolean;
  readonly error?: string;
}

/** One simulation. */
export class PaymentsEngine {
  readonly #state: EngineState;
  #settlements: SettlementCounter | undefined;
  readonly #view: EngineView;
  readonly #costRules: CostRules;

  /**
   * Sets up a simulation before its first tick.
   *
   * @throws {PaymentsError} for the first thing in the configuration that cannot be.
   */
  constructor(config: EngineConfig, behaviours: Behaviours = CORRECTED) {
    this.#state = refusing("RuntimeError", "Failed to create orchestrator: ", () => {
      return buildState(config, behaviours, (random) => new ArrivalGenerator(config, behaviours, random));
    });
    this.#view = new EngineView(this.#state);
    this.#costRules = new CostRules(config.costRates);
  }

  /**
   * Goes on from a checkpoint, with an empty log.
   *
   * @throws {PaymentsError} when the text is no checkpoint, belongs to another configuration, or is not sound.
   */
  static load(config: EngineConfig, checkpoint: string, behaviours: Behaviours = CORRECTED): PaymentsEngine {
    const checked = checkSnapshot(checkpoint, configHash(config, (agent) => agent.policy));
    const engine = new PaymentsEngine({ ...config, rngSeed: checked.snapshot.rng_seed }, behaviours);
    engine.#state.config = config;
    restoreState(engine.#state, checked);
    return engine;
  }

  /** All events so far; since the restore for a restored engine. */
  get log(): PaymentsLog {
    return this.#state.log;
  }

  get config(): EngineConfig {
    return this.#state.config;
  }

  /** The tick that runs next. */
  get currentTick(): number {
    return this.#state.tick;
  }

  /** Ids of the agents in ascending order: the position is the number behind `ref:agent`. */
  get agentIds(): readonly string[] {
    return this.#state.banks.map((bank) => bank.id);
  }

  /**
   * Runs one tick.
   *
   * @throws {PaymentsError} when a step fails; what was done and logged before stays, and the clock does not advance.
   */
  tick(): TickResult {
    return refusing("RuntimeError", "Tick execution failed: ", () => {
      return runTick(this.#state, this.#view, this.#costRules);
    });
  }

  /** Submits a payment before the next tick and gives its id. @throws {PaymentsError} when it is refused. */
  submit(order: PaymentOrder): string {
    const declared = order.rtgsPriority === undefined ? undefined : declaredPriority(order.rtgsPriority);
    const prefix = `Failed to submit transaction${declared === undefined ? "" : " with RTGS priority"}: `;
    return refusing("RuntimeError", prefix, () => {
      this.#state.log.stamp(this.#state.tick);
      const payment = submit(this.#state, order);
      if (declared !== undefined) this.#state.payments.declaredRtgsPriority[payment] = declared;
      return this.#state.payments.id(payment);
    });
  }

  /** Takes a payment out of the central queue. */
  withdrawFromRtgs(id: string): QueueCallAnswer {
    return answering(() => {
      const payment = this.#payment(id);
      this.#state.log.stamp(this.#state.tick);
      withdrawFromQueue2(this.#state, payment);
      this.#state.queue2.compact();
      returnWithdrawn(this.#state, payment);
    });
  }

  /** Declares another RTGS priority for a payment that is not in the central queue. */
  resubmitToRtgs(id: string, rtgsPriority: string): QueueCallAnswer {
    return answering(() => {
      const priority = rtgsPriorityNamed(rtgsPriority);
      if (priority === undefined) throw new EngineRefusal(`Invalid RTGS priority: ${rtgsPriority}`);
      const payment = this.#payment(id);
      this.#state.log.stamp(this.#state.tick);
      resubmit(this.#state, payment, priority);
    });
  }

  #payment(id: string): number {
    const payment = this.#state.payments.find(id);
    if (payment === undefined) throw new EngineRefusal(`Settlement error: Transaction ${id} not found`);
    return payment;
  }

  /** Replaces an agent's policy by a document. @throws {PaymentsError} when there is no such agent or it does not parse. */
  updatePolicy(agentId: string, json: string): void {
    const bank = this.#state.banks[this.#state.numbers.get(agentId) ?? -1];
    if (bank === undefined) throw new PaymentsError("ValueError", `Invalid config: Unknown agent: ${agentId}`);
    try {
      this.#state.replacePolicy(bank, { type: "FromJson", json });
    } catch (error) {
      if (!(error instanceof PolicyDocumentError)) throw error;
      const reason = `Invalid config: Invalid policy JSON for ${agentId}: ${error.message}`;
      throw new PaymentsError("ValueError", reason, { cause: error });
    }
  }

  /** Posts collateral from outside. */
  postCollateral(agentId: string, amount: number): CallAnswer {
    this.#state.log.stamp(this.#state.tick);
    return postByHand(this.#state, agentId, amount);
  }

  /** Withdraws collateral from outside. */
  withdrawCollateral(agentId: string, amount: number): CallAnswer {
    this.#state.log.stamp(this.#state.tick);
    return withdrawByHand(this.#state, agentId, amount);
  }

  /** Runs ticks and gives the accumulated costs of all agents as JSON. @throws {PaymentsError} as {@linkcode tick}. */
  runAndGetAllCosts(ticks: number): string {
    this.#run(ticks);
    const { banks } = this.#state;
    return JSON.stringify(Object.fromEntries(banks.map((bank) => [bank.id, queries.costSummary(this.#state, bank)])));
  }

  /** Runs ticks and gives an agent's accumulated costs in cents. @throws {PaymentsError} as {@linkcode tick}. */
  runAndGetTotalCost(agentId: string, ticks: number): number {
    if (ticks > 0) this.#bank(agentId, "ValueError");
    this.#run(ticks);
    return totalCost(this.#bank(agentId, "ValueError").costs);
  }

  #run(ticks: number): void {
    if (!(ticks > 0)) throw new PaymentsError("ValueError", "num_ticks must be > 0");
    for (let i = 0; i < ticks; i++) this.tick();
  }

  #bank(agentId: string, kind: PaymentsErrorKind = "KeyError") {
    const bank = this.#state.banks[this.#state.numbers.get(agentId) ?? -1];
    if (bank === undefined) throw new PaymentsError(kind, `Agent not found: ${agentId}`);
    return bank;
  }

  /** The text of a checkpoint. @throws {PaymentsError} when a payment stands in two queues. */
  save(): string {
    return saveState(this.#state);
  }

  /** The identity of the configuration that the engine was made with. */
  get configHash(): string {
    return configHash(this.#state.config, (agent) => agent.policy);
  }

  /** State of the random generator. */
  get randomState(): bigint {
    return this.#state.arrivals.randomState;
  }

  /** Position of an agent. @throws {PaymentsError} for an unknown one. */
  agentState(agentId: string): queries.Answer {
    return queries.agentState(this.#bank(agentId));
  }

  /** Accumulated costs of an agent in cents. @throws {PaymentsError} for an unknown one. */
  accumulatedCosts(agentId: string): queries.Answer {
    return queries.accumulatedCosts(this.#state, this.#bank(agentId));
  }

  /** Limits of an agent. @throws {PaymentsError} for an unknown one. */
  agentLimits(agentId: string): queries.Answer {
    return queries.agentLimits(this.#bank(agentId));
  }

  /** Today's outflows of an agent. @throws {PaymentsError} for an unknown one. */
  agentOutflows(agentId: string): queries.Answer {
    return queries.agentOutflows(this.#state, this.#bank(agentId));
  }

  /** Mean payments per tick now; undefined without `arrival_config`. */
  arrivalRate(agentId: string): number | undefined {
    const number = this.#state.numbers.get(agentId);
    return number === undefined ? undefined : this.#state.arrivals.rate(number);
  }

  /** Ids in an agent's queue, in order. @throws {PaymentsError} for an unknown agent. */
  queue1(agentId: string): string[] {
    return this.#bank(agentId).queue1.map((payment) => this.#state.payments.id(payment));
  }

  /** Ids in the central queue, in order. */
  queue2(): string[] {
    return Array.from(this.#state.queue2.order(), (payment) => this.#state.payments.id(payment));
  }

  get queue2Length(): number {
    return this.#state.queue2.length;
  }

  /** Balance, posted collateral and queue length of each agent, in ascending order of ids. */
  positions(): { readonly balance: number; readonly postedCollateral: number; readonly queue1Length: number }[] {
    return this.#state.banks.map(({ balance, postedCollateral, queue1 }) => {
      return { balance, postedCollateral, queue1Length: queue1.length };
    });
  }

  /** Number of payments so far. */
  get paymentCount(): number {
    return this.#state.payments.length;
  }

  /** The id of the n-th payment created. */
  paymentId(number: number): string {
    return this.#state.payments.id(number);
  }

  /** One payment, null when there is none with this id. */
  paymentDetails(id: string): queries.Answer | null {
    const payment = this.#state.payments.find(id);
    return payment === undefined ? null : queries.paymentDetails(this.#state, payment);
  }

  /** All payments that arrived so far (or on one day), in order of creation. */
  paymentRecords(day?: number): queries.Answer[] {
    return paymentRecords(this.#state, day);
  }

  /** The same as {@linkcode paymentRecords}, in columns: a long run has tens of thousands. */
  paymentColumns(day?: number): RecordColumns {
    return paymentColumns(this.#state, day);
  }

  /** Unsettled payments due within so many ticks. */
  paymentsNearDeadline(within: number): queries.Answer[] {
    return queries.nearDeadline(this.#state, within);
  }

  /** Unsettled payments past their deadline. */
  overduePayments(): queries.Answer[] {
    return queries.overduePayments(this.#state);
  }

  /** Offsets and cycles that settled, in order. */
  cycleRecords(): queries.Answer[] {
    return this.#state.cycleRecords.map((record) => queries.cycleAnswer(this.#state, record));
  }

  /** Collateral that policies posted and withdrew. */
  collateralRecords(): queries.Answer[] {
    return queries.collateralAnswers(this.#state);
  }

  /** Records of a completed day, agents in ascending order; empty for other days. */
  dayRecords(day: number): readonly queries.Answer[] {
    return (this.#state.dayRecords[day] ?? []).map((record) => ({ ...record }));
  }

  /** Policies in force, in the order of the configuration. */
  agentPolicies(): queries.Answer[] {
    return queries.agentPolicies(this.#state);
  }

  systemMetrics(): SystemMetrics {
    return systemMetrics(this.#state);
  }

  /** The two totals of {@linkcode systemMetrics} that are asked for again and again. */
  settlementTotals(): SettlementTotals {
    this.#settlements ??= new SettlementCounter(this.#state);
    return this.#settlements.totals();
  }

  /** Numbers of payments: all, original, parts, settled. */
  transactionCounts(): Readonly<Record<string, number>> {
    return transactionCounts(this.#state);
  }
}

function declaredPriority(name: string): RtgsPriority {
  const priority = rtgsPriorityNamed(name);
  if (priority !== undefined) return priority;
  const names = "'HighlyUrgent', 'Urgent', or 'Normal'";
  throw new PaymentsError("ValueError", `Invalid RTGS priority '${name}'. Must be ${names}`);
}

/** Runs a call and gives a refusal its outer text. */
function refusing<T>(kind: PaymentsErrorKind, prefix: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    throw new PaymentsError(kind, prefix + error.message, { cause: error });
  }
}

/** Runs a call and gives a refusal as an answer. */
function answering(call: () => void): QueueCallAnswer {
  try {
    call();
    return { success: true };
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    return { success: false, error: error.message };
  }
}
