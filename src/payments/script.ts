/**
 * A run from its first tick to its last with the calls that a script makes between ticks. What it leaves is the object
 * that `--export-final` writes, with the field names of the recordings (golden/rtgs/README sections 1 and 3).
 *
 * @module
 */
import { AmountOverflow } from "../core/errors.ts";
import { type Behaviours, CORRECTED } from "./behaviours.ts";
import { editedCheckpoint } from "./checkpoint_edit.ts";
import type { EngineConfig } from "./config.ts";
import { PaymentsEngine } from "./engine/engine.ts";
import type { TickResult } from "./engine/tick.ts";
import { PaymentsError } from "./errors.ts";
import { type PaymentsLog, type WrittenEvent, writtenEvent } from "./events.ts";

/** One call: carried out when the clock shows `before_tick`, before that tick runs. */
export interface ScriptEntry {
  readonly before_tick: number;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** How a run ended before its time. */
export interface RunError {
  /** The class of the reference's error, or `AmountOverflow`. */
  readonly kind: string;
  readonly message: string;
  readonly at: "construction" | "tick";
  readonly tick?: number;
}

/** A tick with the state after it. */
export interface TickLine extends TickResult {
  readonly queue2: number;
  /** By agent id: balance, posted collateral, length of Queue 1; in a callback, of the time when it is read. */
  readonly agents: Readonly<Record<string, readonly [number, number, number]>>;
}

/** What a caller of {@linkcode runPayments} may choose. */
export interface RunOptions {
  readonly behaviours?: Behaviours;
  readonly script?: readonly ScriptEntry[];
  /** Text of a checkpoint to go on from, instead of starting at tick 0. */
  readonly checkpoint?: string;
  /** Number of ticks, default all days of the configuration. */
  readonly ticks?: number;
  /** Makes a configuration of an engine dictionary that a script brings. */
  readonly readConfig?: (dictionary: unknown) => EngineConfig;
  /** Called after every tick. */
  readonly onTick?: (line: TickLine, engine: PaymentsEngine) => void;
  /** Whether lines of all ticks are kept. */
  readonly keepTicks?: boolean;
  /** Checked between ticks; when aborted the run throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a run leaves. */
export interface PaymentsRun {
  /** The engine at the end; undefined when it could not be set up. */
  readonly engine: PaymentsEngine | undefined;
  /** One log for each engine: a restore starts a new one. */
  readonly logs: readonly PaymentsLog[];
  readonly ticks: readonly TickLine[];
  /** Checkpoint texts that the script saved. */
  readonly checkpoints: readonly string[];
  readonly error: RunError | undefined;
  /** The recorded object; amounts in cents, times in ticks. */
  readonly final: Readonly<Record<string, unknown>>;
}

/** The events of a run as written objects, over all its logs. */
export function* writtenEvents(logs: readonly PaymentsLog[]): Generator<WrittenEvent> {
  for (const log of logs) {
    for (let event = 0; event < log.length; event++) yield writtenEvent(log, event);
  }
}

/** Runs a configuration to its end. A run that fails is an outcome with an error, not an exception. */
export function runPayments(config: EngineConfig, options: RunOptions = {}): PaymentsRun {
  return new Run(config, options).run();
}

/**
 * As {@linkcode runPayments}, for a caller that has to wait between ticks, such as one that records the run: `afterTick`
 * is awaited where it returns a promise.
 */
export async function runPaymentsStepwise(
  config: EngineConfig,
  options: RunOptions,
  afterTick: (logs: readonly PaymentsLog[]) => Promise<void> | undefined,
): Promise<PaymentsRun> {
  const run = new Run(config, options);
  for (const logs of run.steps()) {
    const waiting = afterTick(logs);
    if (waiting !== undefined) await waiting;
  }
  return run.result();
}

type ScriptResult = Readonly<Record<string, unknown>>;

class Run {
  #engine: PaymentsEngine | undefined;
  #error: RunError | undefined;
  readonly #logs: PaymentsLog[] = [];
  readonly #lines: TickLine[] = [];
  readonly #checkpoints: string[] = [];
  readonly #results: ScriptResult[] = [];
  readonly #restoredAt: number[] = [];
  readonly #config: EngineConfig;
  readonly #options: RunOptions;
  readonly #behaviours: Behaviours;
  readonly #planned: number;

  constructor(config: EngineConfig, options: RunOptions) {
    this.#config = config;
    this.#options = options;
    this.#behaviours = options.behaviours ?? CORRECTED;
    this.#planned = options.ticks ?? config.ticksPerDay * config.numDays;
  }

  run(): PaymentsRun {
    const steps = this.steps();
    while (!steps.next().done);
    return this.result();
  }

  /** Runs tick by tick; gives the logs after every tick. */
  *steps(): Generator<readonly PaymentsLog[]> {
    const engine = this.#attempt("construction", () => this.#start());
    if (engine === undefined) return;
    this.#adopt(engine);
    yield* this.#runTicks();
  }

  result(): PaymentsRun {
    return {
      engine: this.#engine,
      logs: this.#logs,
      ticks: this.#lines,
      checkpoints: this.#checkpoints,
      error: this.#error,
      final: this.#final(),
    };
  }

  #start(): PaymentsEngine {
    const { checkpoint } = this.#options;
    return checkpoint === undefined
      ? new PaymentsEngine(this.#config, this.#behaviours)
      : PaymentsEngine.load(this.#config, checkpoint, this.#behaviours);
  }

  #adopt(engine: PaymentsEngine): void {
    this.#engine = engine;
    this.#logs.push(engine.log);
  }

  get #running(): PaymentsEngine {
    if (this.#engine === undefined) throw new Error("the run has no engine");
    return this.#engine;
  }

  #attempt<T>(at: RunError["at"], step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof PaymentsError || error instanceof AmountOverflow)) throw error;
      const { message } = error;
      const kind = error instanceof PaymentsError ? error.kind : error.name;
      this.#error = at === "tick" ? { kind, message, at, tick: this.#running.currentTick } : { kind, message, at };
      return undefined;
    }
  }

  *#runTicks(): Generator<readonly PaymentsLog[]> {
    const script = this.#options.script ?? [];
    let next = 0;
    while (true) {
      const tick = this.#running.currentTick;
      const entry = script[next];
      if (entry !== undefined && entry.before_tick <= tick) {
        const index = next++;
        const done = this.#attempt("tick", () => {
          this.#carryOut(entry, index);
          return true;
        });
        if (done === undefined) return;
        continue;
      }
      if (tick >= this.#planned) return;
      this.#options.signal?.throwIfAborted();
      const result = this.#attempt("tick", () => this.#running.tick());
      if (result === undefined) return;
      this.#finishTick(result);
      yield this.#logs;
    }
  }

  #finishTick(result: TickResult): void {
    const { keepTicks, onTick } = this.#options;
    if (!keepTicks && onTick === undefined) return;
    const engine = this.#running;
    const line: TickLine = {
      ...result,
      queue2: engine.queue2Length,
      // Made when it is read: who only counts ticks does not pay for a look at all banks.
      get agents() {
        return agentPositions(engine);
      },
    };
    // The copy keeps the positions of now.
    if (keepTicks) this.#lines.push({ ...line });
    onTick?.(line, engine);
  }

  #carryOut(entry: ScriptEntry, index: number): void {
    try {
      this.#results.push({ index, result: this.#call(entry) ?? null });
    } catch (error) {
      if (!(error instanceof PaymentsError)) throw error;
      this.#results.push({ index, error: { kind: error.kind, message: error.message } });
    }
  }

  #call(entry: ScriptEntry): unknown {
    const { op, args } = entry;
    const engine = this.#running;
    switch (op) {
      case "submit_transaction":
        return engine.submit({
          sender: text(args, "sender"),
          receiver: text(args, "receiver"),
          amount: number(args, "amount"),
          deadlineTick: number(args, "deadline_tick"),
          priority: number(args, "priority"),
          isDivisible: args.divisible === true,
          ...(args.rtgs_priority === undefined ? {} : { rtgsPriority: text(args, "rtgs_priority") }),
        });
      case "withdraw_from_rtgs": {
        const tx = this.#paymentId(args.tx);
        return { ...engine.withdrawFromRtgs(tx), tx };
      }
      case "resubmit_to_rtgs": {
        const tx = this.#paymentId(args.tx);
        return { ...engine.resubmitToRtgs(tx, text(args, "rtgs_priority")), tx };
      }
      case "update_agent_policy":
        return engine.updatePolicy(text(args, "agent_id"), text(args, "policy"));
      case "post_collateral":
        return engine.postCollateral(text(args, "agent_id"), number(args, "amount"));
      case "withdraw_collateral":
        return engine.withdrawCollateral(text(args, "agent_id"), number(args, "amount"));
      case "checkpoint":
        return this.#checkpoint(args);
      case "query":
        return this.#query(text(args, "name"), list(args.args));
      case "run": {
        const [first, second] = list(args.args);
        if (args.name === "run_and_get_all_costs") return engine.runAndGetAllCosts(Number(first));
        return engine.runAndGetTotalCost(String(first), Number(second));
      }
      default:
        throw new PaymentsError("ValueError", `Unknown call in the script: ${op}`);
    }
  }

  /** Resolves a payment of a script: the n-th created, a place in a queue, or an id. */
  #paymentId(reference: unknown): string {
    const nowhere = "no-such-transaction";
    const engine = this.#running;
    if (typeof reference === "string") return reference;
    if (typeof reference === "number") return reference < engine.paymentCount ? engine.paymentId(reference) : nowhere;
    if (typeof reference !== "object" || reference === null) return nowhere;
    if ("queue2" in reference) return engine.queue2()[Number(reference.queue2)] ?? nowhere;
    if ("queue1" in reference && Array.isArray(reference.queue1)) {
      const [agent, place]: unknown[] = reference.queue1;
      return engine.queue1(String(agent))[Number(place)] ?? nowhere;
    }
    return nowhere;
  }

  /** Saves, changes the text where the script says so, and goes on with what is loaded from it. */
  #checkpoint(args: Readonly<Record<string, unknown>>): unknown {
    const engine = this.#running;
    const saved = engine.save();
    this.#checkpoints.push(saved);
    const checkpoint = this.#checkpoints.length - 1;
    const source = args.edit === undefined ? saved : editedCheckpoint(saved, list(args.edit));
    const { readConfig } = this.#options;
    const config = args.config === undefined || readConfig === undefined ? this.#config : readConfig(args.config);
    const restored = PaymentsEngine.load(config, source, this.#behaviours);
    this.#restoredAt.push(this.#eventCount);
    this.#adopt(restored);
    return { checkpoint };
  }

  get #eventCount(): number {
    return this.#logs.reduce((sum, log) => sum + log.length, 0);
  }

  #query(name: string, args: readonly unknown[]): unknown {
    const engine = this.#running;
    const [first] = args;
    switch (name) {
      case "get_transaction_details":
        return engine.paymentDetails(this.#paymentId(isTx(first) ? first.tx : first));
      case "get_overdue_transactions":
        return engine.overduePayments();
      case "get_transactions_near_deadline":
        return engine.paymentsNearDeadline(Number(first));
      case "get_transactions_for_day":
        return engine.paymentRecords(Number(first));
      case "get_agent_policies":
        return engine.agentPolicies();
      case "get_arrival_rate":
        return engine.arrivalRate(String(first)) ?? null;
      case "get_system_metrics":
        return engine.systemMetrics();
      case "get_agent_limits":
        return engine.agentLimits(String(first));
      case "get_agent_current_bilateral_outflows":
        return engine.agentOutflows(String(first));
      case "get_agent_state":
        return engine.agentState(String(first));
      case "get_agent_accumulated_costs":
        return engine.accumulatedCosts(String(first));
      default:
        throw new PaymentsError("ValueError", `Unknown query in the script: ${name}`);
    }
  }

  #final(): Readonly<Record<string, unknown>> {
    const head = { ticks: this.#planned, error: this.#error ?? null, n_events: this.#eventCount };
    const engine = this.#engine;
    if (engine === undefined) return head;
    const agents = Object.fromEntries(engine.agentIds.map((id) => [id, agentFinal(engine, id)]));
    const simulationId = `sim-${engine.randomState}`;
    const days = Array.from(
      { length: Math.ceil(this.#planned / this.#config.ticksPerDay) },
      (_, day) => engine.dayRecords(day).map((record) => ({ ...record, simulation_id: simulationId })),
    );
    return {
      ...head,
      config_hash: engine.configHash,
      system_metrics: engine.systemMetrics(),
      transaction_counts: engine.transactionCounts(),
      agents,
      daily_agent_metrics: days,
      queue2: engine.queue2Length,
      ...(this.#options.script === undefined ? {} : { script_results: this.#results }),
      ...(this.#restoredAt.length === 0 ? {} : { restored_at_event: this.#restoredAt }),
    };
  }
}

function agentPositions(engine: PaymentsEngine): TickLine["agents"] {
  const positions = engine.positions();
  return Object.fromEntries(engine.agentIds.map((id, agent) => {
    const position = positions[agent];
    return [id, [position?.balance ?? 0, position?.postedCollateral ?? 0, position?.queue1Length ?? 0] as const];
  }));
}

function agentFinal(engine: PaymentsEngine, id: string): Readonly<Record<string, unknown>> {
  const state = engine.agentState(id);
  return {
    state,
    costs: engine.accumulatedCosts(id),
    balance: state.balance,
    queue1: state.queue1_size,
    arrival_rate: engine.arrivalRate(id) ?? null,
  };
}

function isTx(value: unknown): value is { readonly tx: unknown } {
  return typeof value === "object" && value !== null && "tx" in value;
}

function text(args: Readonly<Record<string, unknown>>, key: string): string {
  const value = args[key];
  if (typeof value !== "string") throw new PaymentsError("TypeError", `The script's ${key} must be text`);
  return value;
}

function number(args: Readonly<Record<string, unknown>>, key: string): number {
  const value = args[key];
  if (typeof value !== "number") throw new PaymentsError("TypeError", `The script's ${key} must be a number`);
  return value;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
