/**
 * Generates the payments of a simulation: who pays whom how much until when, tick by tick, and what scenario events
 * change in that (spec 06 2, 3.2). Draws the only random numbers of the model and knows nothing of balances or queues.
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import type { Arrivals, ArrivalSink, ArrivalState, RateChange } from "../arrival_contract.ts";
import type { Behaviours } from "../behaviours.ts";
import { type AgentConfig, compareIds, type EngineConfig } from "../config.ts";
import { panic } from "../errors.ts";
import { XorShift64Star } from "../random.ts";
import { amountDraw } from "./amounts.ts";
import { BAND_PRIORITIES, bandPriority, priorityDraw } from "./priorities.ts";
import { Receivers, type Roster } from "./receivers.ts";
import { readArrivalState } from "./saved_state.ts";
import { PaymentStream } from "./stream.ts";

/** Means above this are drawn in parts: the threshold of a single draw underflows at 745. */
const LARGEST_SINGLE_MEAN = 500;
/** Payments per tick and stream beyond which a rate is a mistake. */
const LARGEST_MEAN = 10_000_000;

/** The streams of one agent, in the order in which they draw. */
interface AgentStreams {
  readonly hasBands: boolean;
  streams: readonly PaymentStream[];
}

/** The generator of one simulation; agents are dense numbers in ascending order of their ids. */
export class ArrivalGenerator implements Arrivals {
  readonly #random: XorShift64Star;
  readonly #agents: readonly AgentStreams[];
  readonly #behaviours: Behaviours;
  readonly #ticksPerDay: number;
  readonly #endTick: number;
  readonly #capsAtDayEnd: boolean;

  /** @param randomState State to go on from; without it the generator starts from the seed of the configuration. */
  constructor(config: EngineConfig, behaviours: Behaviours, randomState: bigint = config.rngSeed) {
    this.#random = new XorShift64Star(randomState);
    this.#behaviours = behaviours;
    this.#ticksPerDay = config.ticksPerDay;
    this.#endTick = config.numDays * config.ticksPerDay;
    this.#capsAtDayEnd = config.deadlineCapAtEod;
    const roster = rosterOf(config.agents);
    const agents: AgentStreams[] = [];
    config.agents.forEach((agent, place) => {
      const number = roster.numbers[place] ?? place;
      agents[number] = {
        hasBands: agent.arrivalBands !== undefined,
        streams: streamsOf(agent, roster, place, behaviours),
      };
    });
    this.#agents = agents;
  }

  get active(): boolean {
    return this.#agents.some(({ streams }) => streams.length > 0);
  }

  get randomState(): bigint {
    return this.#random.state;
  }

  generate(agent: number, tick: number, sink: ArrivalSink): void {
    const streams = this.#agents[agent]?.streams ?? [];
    for (const stream of streams) {
      const count = this.#count(stream.rate);
      for (let i = 0; i < count; i++) this.#payment(stream, tick, sink);
    }
  }

  #count(mean: number): number {
    const random = this.#random;
    // behaviour: largeRatesSaturate
    if (mean <= LARGEST_SINGLE_MEAN || this.#behaviours.largeRatesSaturate) return random.poisson(mean);
    if (!(mean <= LARGEST_MEAN)) throw panic(`an arrival rate of ${mean} payments per tick is too large`);
    let count = 0;
    let rest = mean;
    for (; rest > LARGEST_SINGLE_MEAN; rest -= LARGEST_SINGLE_MEAN) count += random.poisson(LARGEST_SINGLE_MEAN);
    return count + random.poisson(rest);
  }

  #payment(stream: PaymentStream, tick: number, sink: ArrivalSink): void {
    const random = this.#random;
    let amount = stream.amount(random);
    const receiver = stream.receivers.draw(random);
    const offset = random.range(stream.minOffset, stream.maxOffset + 1);
    const priority = stream.priority(random);
    if (amount <= 0) {
      // behaviour: emptyAmountsStop
      if (this.#behaviours.emptyAmountsStop) throw panic("amount must be positive");
      amount = 1;
    }
    sink(receiver, amount, this.#deadline(tick, offset), priority);
  }

  #deadline(tick: number, offset: number): number {
    let deadline = Math.min(tick + offset, this.#endTick);
    if (this.#capsAtDayEnd) {
      const nextDay = (Math.floor(tick / this.#ticksPerDay) + 1) * this.#ticksPerDay;
      // behaviour: arrivalsCappedIntoNextDay
      deadline = Math.min(deadline, this.#behaviours.arrivalsCappedIntoNextDay ? nextDay : nextDay - 1);
    }
    return Math.max(deadline, tick + 1);
  }

  rate(agent: number): number | undefined {
    const found = this.#agents[agent];
    return found === undefined || found.hasBands ? undefined : found.streams[0]?.rate;
  }

  scaleAllRates(multiplier: number): void {
    for (const stream of this.#changeable()) stream.scaleBase(multiplier);
  }

  scaleRate(agent: number, multiplier: number): RateChange | undefined {
    const streams = this.#changeableOf(agent);
    if (streams.length === 0) return undefined;
    const oldRate = totalRate(streams);
    for (const stream of streams) stream.scale(multiplier);
    return { oldRate, newRate: totalRate(streams) };
  }

  setWeight(agent: number, counterparty: string, weight: number, rebalance = false): void {
    for (const { receivers } of this.#changeableOf(agent)) {
      // behaviour: weightsNeverRebalanced
      if (rebalance && !this.#behaviours.weightsNeverRebalanced) receivers.setAndRebalance(counterparty, weight);
      else receivers.set(counterparty, weight);
    }
  }

  scaleDeadlines(minMultiplier: number | undefined, maxMultiplier: number | undefined): void {
    for (const stream of this.#changeable()) {
      // behaviour: invertedWindowsStop
      stream.scaleWindow(minMultiplier, maxMultiplier, !this.#behaviours.invertedWindowsStop);
    }
  }

  #changeable(): PaymentStream[] {
    return this.#agents.flatMap((_, agent) => [...this.#changeableOf(agent)]);
  }

  /** The streams of an agent that scenario events reach. */
  #changeableOf(agent: number): readonly PaymentStream[] {
    const found = this.#agents[agent];
    // behaviour: bandsIgnoreScenarioEvents
    if (found === undefined || (found.hasBands && this.#behaviours.bandsIgnoreScenarioEvents)) return [];
    return found.streams;
  }

  save(): ArrivalState {
    return this.#agents.map(({ streams }) => streams.map((stream) => stream.save()));
  }

  /** @throws {ValidationError} when the state does not fit the configuration. */
  restore(state: ArrivalState): void {
    const saved = readArrivalState(state);
    const fits = saved.length === this.#agents.length &&
      this.#agents.every(({ streams }, agent) => streams.length === saved[agent]?.length);
    if (!fits) {
      throw new ValidationError("Checkpoint", [{
        path: ["arrivals"],
        message: "the streams of payments are not those of the configuration",
      }]);
    }
    this.#agents.forEach(({ streams }, agent) => {
      streams.forEach((stream, i) => {
        const found = saved[agent]?.[i];
        if (found !== undefined) stream.restore(found);
      });
    });
  }

  dropBands(): void {
    for (const agent of this.#agents) if (agent.hasBands) agent.streams = [];
  }
}

function totalRate(streams: readonly PaymentStream[]): number {
  return streams.reduce((sum, stream) => sum + stream.rate, 0);
}

function rosterOf(agents: readonly AgentConfig[]): Roster {
  const ids = agents.map((agent) => agent.id);
  const numbers = new Int32Array(ids.length);
  ids.map((_, place) => place)
    .sort((a, b) => compareIds(ids[a] ?? "", ids[b] ?? ""))
    .forEach((place, number) => numbers[place] = number);
  return { ids, numbers };
}

function streamsOf(
  { arrivalBands, arrivalConfig }: AgentConfig,
  roster: Roster,
  place: number,
  behaviours: Behaviours,
): PaymentStream[] {
  if (arrivalBands !== undefined) {
    return BAND_PRIORITIES.flatMap(([name, from, end]) => {
      const band = arrivalBands[name];
      if (band === undefined) return [];
      return [
        new PaymentStream({
          rate: band.ratePerTick,
          minOffset: band.deadlineOffsetMin,
          maxOffset: band.deadlineOffsetMax,
          amount: amountDraw(band.amountDistribution),
          priority: bandPriority(from, end),
          receivers: new Receivers(roster, place, band.counterpartyWeights),
        }),
      ];
    });
  }
  if (arrivalConfig === undefined) return [];
  const [minOffset, maxOffset] = arrivalConfig.deadlineRange;
  return [
    new PaymentStream({
      rate: arrivalConfig.ratePerTick,
      minOffset,
      maxOffset,
      amount: amountDraw(arrivalConfig.amountDistribution),
      // behaviour: zeroPriorityBecomesFive
      priority: priorityDraw(arrivalConfig.priorityDistribution, behaviours.zeroPriorityBecomesFive),
      receivers: new Receivers(roster, place, arrivalConfig.counterpartyWeights),
    }),
  ];
}
