/**
 * The cost rates of an engine dictionary (spec 06 9, 12.3).
 *
 * @module
 */
import { type CostRates, DEFAULT_COST_RATES, type Penalty } from "../config.ts";
import { DictionaryReader, doubleIn, integerIn } from "./dictionary_reader.ts";
import { isMap, writtenNumber } from "./numbers.ts";

/** The `cost_rates` of a dictionary. Of the two names of the end-of-day penalty the short one wins. */
export function costRatesOf(dictionary: DictionaryReader): CostRates {
  const reader = dictionary.optionalMap("cost_rates");
  if (reader === undefined) return DEFAULT_COST_RATES;
  const defaults = DEFAULT_COST_RATES;
  const short = "eod_penalty";
  const long = "eod_penalty_per_transaction";
  const hasLong = reader.has(long);
  const hasBoth = reader.has(short) && hasLong;
  if (hasBoth) {
    const message = `another name of ${short}, which is given, too; give one of them`;
    reader.problems.unknown.push({ path: reader.at(long), message });
  }
  const rates: CostRates = {
    overdraftBpsPerTick: reader.optionalDouble("overdraft_bps_per_tick") ?? defaults.overdraftBpsPerTick,
    delayCostPerTickPerCent: reader.optionalDouble("delay_cost_per_tick_per_cent") ?? defaults.delayCostPerTickPerCent,
    collateralCostPerTickBps: reader.optionalDouble("collateral_cost_per_tick_bps") ??
      defaults.collateralCostPerTickBps,
    liquidityCostPerTickBps: reader.optionalDouble("liquidity_cost_per_tick_bps") ?? defaults.liquidityCostPerTickBps,
    eodPenalty: penaltyOf(reader, hasLong && !hasBoth ? long : short) ?? defaults.eodPenalty,
    deadlinePenalty: penaltyOf(reader, "deadline_penalty") ?? defaults.deadlinePenalty,
    splitFrictionCost: reader.optionalInteger("split_friction_cost", "money") ?? defaults.splitFrictionCost,
    overdueDelayMultiplier: reader.optionalDouble("overdue_delay_multiplier") ?? defaults.overdueDelayMultiplier,
    priorityDelayMultipliers: multipliersOf(reader),
  };
  reader.close();
  return rates;
}

function multipliersOf(rates: DictionaryReader): CostRates["priorityDelayMultipliers"] {
  const reader = rates.optionalMap("priority_delay_multipliers");
  if (reader === undefined) return undefined;
  const multipliers = {
    urgentMultiplier: reader.optionalDouble("urgent_multiplier") ?? 1,
    normalMultiplier: reader.optionalDouble("normal_multiplier") ?? 1,
    lowMultiplier: reader.optionalDouble("low_multiplier") ?? 1,
  };
  reader.close();
  return multipliers;
}

function penaltyOf(rates: DictionaryReader, key: string): Penalty | undefined {
  const value = rates.optional(key);
  if (value === undefined) return undefined;
  const { problems } = rates;
  if (typeof value === "boolean" || writtenNumber(value)?.kind === "integer") {
    return { mode: "fixed", amount: Number(integerIn(value, "money", rates.at(key), problems)) };
  }
  if (!isMap(value)) {
    rates.problem("TypeError", "Penalty must be an integer or a dict with 'mode' field", key);
    return undefined;
  }
  const reader = DictionaryReader.of(value, rates.at(key), problems);
  const mode = reader.text("mode", "PenaltyMode dict requires 'mode' field");
  const penalty = penaltyNamed(mode, reader);
  if (penalty !== undefined) reader.close();
  else if (mode !== "") {
    reader.problem("ValueError", `Unknown penalty mode: '${mode}'. Expected 'fixed' or 'rate'`, "mode");
  }
  return penalty;
}

function penaltyNamed(mode: string, reader: DictionaryReader): Penalty | undefined {
  if (mode === "fixed") {
    const amount = reader.required("amount", "Fixed penalty mode requires 'amount' field");
    return {
      mode,
      amount: amount === undefined ? 0 : Number(integerIn(amount, "money", reader.at("amount"), reader.problems)),
    };
  }
  if (mode !== "rate") return undefined;
  const bps = reader.required("bps_per_event", "Rate penalty mode requires 'bps_per_event' field");
  return { mode, bpsPerEvent: bps === undefined ? 0 : doubleIn(bps, reader.at("bps_per_event"), reader.problems) };
}
