/** Random scenario files of every shape that a file can have, as plain objects. */
import fc from "fast-check";
import { BEHAVIOUR_NAMES } from "../../src/ring/behaviours.ts";

/** Names that a careless writer of files would spoil. */
const AWKWARD = [
  "1",
  "007",
  "true",
  "no",
  "null",
  "~",
  "1e3",
  "2024-01-01",
  "- a",
  "a: b",
  "#x",
  "'q'",
  '"',
  "é 😀",
  "",
];

const anyText = fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: "grapheme", maxLength: 12 }));
const optionalText = fc.option(anyText);
const amount = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.integer({ min: 1, max: 1_000_000 }).map((n) => n / 100),
  fc.bigInt({ min: 1n, max: 10n ** 40n }).map(String),
  fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 30n }), fc.integer({ min: -30, max: 10 })).map(([c, e]) => `${c}e${e}`),
);
const whole = fc.integer({ min: 1, max: 1000 });

function actions(ids: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const agent = fc.constantFrom(...ids);
  const named = (type: string, fields: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(fields).map((payload): Record<string, unknown> => ({ [type]: payload }));
  return fc.oneof(
    named("mint_cash", { to: agent, amount, alias: optionalText }),
    named("mint_reserves", { to: agent, amount }),
    named("transfer_cash", { from_agent: agent, to_agent: agent, amount }),
    named("transfer_reserves", { from_bank: agent, to_bank: agent, amount }),
    named("deposit_cash", { customer: agent, bank: agent, amount }),
    named("withdraw_cash", { customer: agent, bank: agent, amount }),
    named("client_payment", { payer: agent, payee: agent, amount }),
    named("create_stock", { owner: agent, sku: anyText, quantity: whole, unit_price: amount }),
    named("transfer_stock", { from_agent: agent, to_agent: agent, sku: anyText, quantity: whole }),
    named("create_delivery_obligation", {
      from: agent,
      to: agent,
      sku: anyText,
      quantity: whole,
      unit_price: amount,
      due_day: whole,
      alias: optionalText,
    }),
    named("create_payable", {
      from: agent,
      to: agent,
      amount,
      due_day: whole,
      alias: optionalText,
      maturity_distance: fc.option(fc.integer({ min: -5, max: 50 })),
    }),
    named("transfer_claim", { contract_alias: fc.string({ minLength: 1, maxLength: 5 }), to_agent: agent }),
  );
}

const share = fc.integer({ min: 1, max: 99 }).map((n) => n / 100);

const dealer = fc.record({
  enabled: fc.boolean(),
  ticket_size: amount,
  buckets: fc.option(fc.dictionary(
    fc.constantFrom("near", "far", "1", "x y"),
    fc.record({
      tau_min: fc.integer({ min: 1, max: 5 }),
      tau_max: fc.integer({ min: 5, max: 50 }),
      M: share,
      O: share,
    }),
  )),
  dealer_share: share,
  order_flow: fc.record({ pi_sell: share, N_max: whole }),
  risk_assessment: fc.option(fc.record({ enabled: fc.boolean(), lookback_window: whole, smoothing_alpha: share })),
});

const balancedDealer = fc.record({
  enabled: fc.boolean(),
  face_value: amount,
  outside_mid_ratio: share,
  mode: fc.constantFrom("passive", "active"),
});

function file(ids: readonly string[]): fc.Arbitrary<unknown> {
  return fc.record({
    version: fc.constant(1),
    name: anyText,
    description: optionalText,
    policy_overrides: fc.option(fc.record({
      mop_rank: fc.dictionary(
        fc.constantFrom("household", "bank", "firm"),
        fc.subarray(["cash", "bank_deposit", "reserve_deposit"]),
      ),
    })),
    agents: fc.tuple(...ids.map((id) =>
      fc.record({
        id: fc.constant(id),
        kind: fc.constantFrom("central_bank", "bank", "household", "firm", "treasury"),
        name: anyText,
      })
    )),
    initial_actions: fc.array(actions(ids), { maxLength: 8 }),
    scheduled_actions: fc.array(fc.record({ day: whole, action: actions(ids) }), { maxLength: 5 }),
    dealer: fc.option(dealer),
    balanced_dealer: fc.option(balancedDealer),
    run: fc.record({
      mode: fc.constantFrom("step", "until_stable"),
      max_days: whole,
      quiet_days: fc.integer({ min: 0, max: 9 }),
      default_handling: fc.constantFrom("fail-fast", "expel-agent"),
      rollover_enabled: fc.boolean(),
      show: fc.record({ balances: fc.option(fc.subarray([...ids])), events: fc.constantFrom("summary", "table") }),
      export: fc.record({ balances_csv: optionalText, events_jsonl: optionalText }),
      behaviours: fc.dictionary(fc.constantFrom(...BEHAVIOUR_NAMES), fc.boolean()),
    }),
  });
}

/** Claims cannot go to an agent whose id is empty. */
const id = anyText.filter((text) => text !== "");

/** A scenario file that loads. */
export const economyFile: fc.Arbitrary<unknown> = fc.uniqueArray(id, { minLength: 2, maxLength: 5 }).chain(file);
