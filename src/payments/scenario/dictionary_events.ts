/**
 * The scenario events of an engine dictionary: flat maps with `type`, `schedule` and the fields of both (spec 06 9).
 *
 * @module
 */
import type { ScenarioEvent, Schedule } from "../config.ts";
import { DictionaryReader, doubleIn, integerIn, type IntegerRange, textIn } from "./dictionary_reader.ts";

/** The `scenario_events` of a dictionary; undefined where the key is absent. */
export function scenarioEventsOf(dictionary: DictionaryReader): readonly ScenarioEvent[] | undefined {
  const value = dictionary.optional("scenario_events");
  if (value === undefined) return undefined;
  return dictionary.elements("scenario_events", value).flatMap(([each, path]) => {
    const reader = DictionaryReader.of(each, path, dictionary.problems);
    const type = reader.text("type", "Missing event 'type'");
    const schedule = scheduleOf(reader);
    if (type === "") return [];
    const event = eventOf(reader, type, schedule);
    if (event === undefined) reader.problem("ValueError", `Invalid event type: ${type}`, "type");
    else reader.close();
    return event ?? [];
  });
}

function scheduleOf(reader: DictionaryReader): Schedule {
  const type = reader.text("schedule", "Missing 'schedule'");
  const tick = (key: string) => {
    const value = reader.required(key, `${type} schedule requires '${key}'`);
    return value === undefined ? 0 : Number(integerIn(value, "count", reader.at(key), reader.problems));
  };
  if (type === "OneTime") return { type, tick: tick("tick") };
  if (type === "Repeating") return { type, startTick: tick("start_tick"), interval: tick("interval") };
  if (type !== "") {
    reader.problem("ValueError", `Invalid schedule type: ${type}. Must be 'OneTime' or 'Repeating'`, "schedule");
  }
  return { type: "OneTime", tick: 0 };
}

function eventOf(reader: DictionaryReader, type: string, schedule: Schedule): ScenarioEvent | undefined {
  const field = <T>(key: string, empty: T, read: (value: unknown) => T): T => {
    const value = reader.required(key, `${type} requires '${key}'`);
    return value === undefined ? empty : read(value);
  };
  const text = (key: string) => field(key, "", (value) => textIn(value, reader.at(key), reader.problems));
  const double = (key: string) => field(key, 0, (value) => doubleIn(value, reader.at(key), reader.problems));
  const integer = (key: string, range: IntegerRange = "money") =>
    field(key, 0, (value) => Number(integerIn(value, range, reader.at(key), reader.problems)));
  const transfer = () => ({ fromAgent: text("from_agent"), toAgent: text("to_agent"), amount: integer("amount") });
  switch (type) {
    case "DirectTransfer":
    case "ScheduledSettlement":
      return { type, schedule, ...transfer() };
    case "CustomTransactionArrival":
      return {
        type,
        schedule,
        ...transfer(),
        priority: reader.optionalInteger("priority", "priority"),
        deadline: reader.optionalInteger("deadline"),
        isDivisible: reader.optionalFlag("is_divisible"),
      };
    case "CollateralAdjustment":
      return { type, schedule, agent: text("agent"), delta: integer("delta") };
    case "GlobalArrivalRateChange":
      return { type, schedule, multiplier: double("multiplier") };
    case "AgentArrivalRateChange":
      return { type, schedule, agent: text("agent"), multiplier: double("multiplier") };
    case "CounterpartyWeightChange":
      return {
        type,
        schedule,
        agent: text("agent"),
        counterparty: text("counterparty"),
        newWeight: double("new_weight"),
        autoBalanceOthers: reader.flag("auto_balance_others", false),
      };
    case "DeadlineWindowChange":
      return {
        type,
        schedule,
        minTicksMultiplier: reader.optionalDouble("min_ticks_multiplier"),
        maxTicksMultiplier: reader.optionalDouble("max_ticks_multiplier"),
      };
    default:
      return undefined;
  }
}
