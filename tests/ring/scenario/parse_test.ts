/** What a scenario file may say, what is filled in, and what is refused. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { ValidationError } from "../../../src/core/errors.ts";
import { CORRECTED, REFERENCE } from "../../../src/ring/behaviours.ts";
import { parseScenario } from "../../../src/ring/scenario/parse.ts";
import { plainForm } from "./plain_form.ts";
import { problems, problemsOf, small, warningPlaces } from "./small_files.ts";

Deno.test("a scenario that says nothing gets every default", () => {
  const { scenario, warnings, generated } = small("");
  assertEquals(warnings, []);
  assertEquals(generated, null);
  assertEquals(scenario, {
    name: "small",
    description: null,
    agents: [
      { id: "CB", kind: "central_bank", name: "Central Bank" },
      { id: "H1", kind: "household", name: "Household 1" },
      { id: "H2", kind: "household", name: "Household 2" },
    ],
    mopRank: {},
    initialActions: [],
    scheduledActions: [],
    dealer: null,
    balancedDealer: null,
    run: {
      mode: "until_stable",
      maxDays: 90,
      quietDays: 2,
      defaultHandling: "fail-fast",
      rolloverEnabled: false,
      show: { balances: null, events: "detailed" },
      export: { balancesCsv: null, eventsJsonl: null },
      behaviours: CORRECTED,
    },
  });
});

Deno.test("every key of the run section is read", () => {
  const { run } = small(`run:
  {mode: step, max_days: 7, quiet_days: 0, default_handling: expel-agent, rollover_enabled: "yes",
   show: {balances: [H1], events: table}, export: {balances_csv: b.csv, events_jsonl: null}}`).scenario;
  assertEquals(run, {
    mode: "step",
    maxDays: 7,
    quietDays: 0,
    defaultHandling: "expel-agent",
    rolloverEnabled: true,
    show: { balances: ["H1"], events: "table" },
    export: { balancesCsv: "b.csv", eventsJsonl: null },
    behaviours: CORRECTED,
  });
});

Deno.test("a program can hand over an object with plain numbers", () => {
  const { scenario } = parseScenario({
    name: "object",
    agents: [{ id: "CB", kind: "central_bank", name: "c" }, { id: "H1", kind: "household", name: "h" }],
    initial_actions: [{ mint_cash: { to: "H1", amount: 10.5 } }, { mint_cash: { to: "H1", amount: 500 } }],
  });
  const [first, second] = scenario.initialActions;
  assert(first?.type === "mint_cash" && second?.type === "mint_cash");
  assertEquals([first.amount.toString(), second.amount.toString()], ["10.5", "500"]);
  assert(!second.amount.isInteger, "amounts of actions are of kind decimal");
});

Deno.test("all twelve actions are read with their fields", () => {
  const { scenario } = small(`initial_actions:
  - mint_reserves: {to: H1, amount: 1, alias: R}
  - mint_cash: {to: H1, amount: 2}
  - transfer_reserves: {from_bank: H1, to_bank: H2, amount: 3}
  - transfer_cash: {from_agent: H1, to_agent: H2, amount: 4}
  - deposit_cash: {customer: H1, bank: H2, amount: 5}
  - withdraw_cash: {customer: H1, bank: H2, amount: 6}
  - client_payment: {payer: H1, payee: H2, amount: 7}
  - create_stock: {owner: H1, sku: W, quantity: 8, unit_price: 0}
  - transfer_stock: {from_agent: H1, to_agent: H2, sku: W, quantity: 9}
  - create_delivery_obligation: {from: H1, to: H2, sku: W, quantity: 10, unit_price: "1e1", due_day: 0, alias: D}
  - create_payable: {from: H1, to: H2, amount: 11, due_day: 3, maturity_distance: -2}
  - transfer_claim: {contract_alias: R, to_agent: H2}
`);
  const [amount1, amount2] = [Decimal.of(1, 0), Decimal.of(2, 0)];
  assertEquals(plainForm(scenario.initialActions.slice(0, 2)), [
    { type: "mint_reserves", to: "H1", amount: plainForm(amount1), alias: "R" },
    { type: "mint_cash", to: "H1", amount: plainForm(amount2), alias: null },
  ]);
  assertEquals(plainForm(scenario.initialActions.slice(2)), [
    { type: "transfer_reserves", fromBank: "H1", toBank: "H2", amount: "decimal 3e0" },
    { type: "transfer_cash", fromAgent: "H1", toAgent: "H2", amount: "decimal 4e0" },
    { type: "deposit_cash", customer: "H1", bank: "H2", amount: "decimal 5e0" },
    { type: "withdraw_cash", customer: "H1", bank: "H2", amount: "decimal 6e0" },
    { type: "client_payment", payer: "H1", payee: "H2", amount: "decimal 7e0" },
    { type: "create_stock", owner: "H1", sku: "W", quantity: 8, unitPrice: "decimal 0" },
    { type: "transfer_stock", fromAgent: "H1", toAgent: "H2", sku: "W", quantity: 9 },
    {
      type: "create_delivery_obligation",
      from: "H1",
      to: "H2",
      sku: "W",
      quantity: 10,
      unitPrice: "decimal 1e1",
      dueDay: 0,
      alias: "D",
    },
    {
      type: "create_payable",
      from: "H1",
      to: "H2",
      amount: "decimal 11e0",
      dueDay: 3,
      alias: null,
      maturityDistance: -2,
    },
    { type: "transfer_claim", contractAlias: "R", contractId: null, toAgent: "H2" },
  ]);
});

Deno.test("number fields take whole floats, numeric text and booleans where the reference does", () => {
  const { scenario } = small(`initial_actions:
  - create_payable: {from: H1, to: H2, amount: 1e3, due_day: "5"}
  - create_payable: {from: H1, to: H2, amount: " 12 ", due_day: 5.0}
  - create_payable: {from: H1, to: H2, amount: "0.50", due_day: true}
`);
  const read = scenario.initialActions.map((action) =>
    action.type === "create_payable" ? `${action.amount.toNumber()} on ${action.dueDay}` : ""
  );
  assertEquals(read, ["1000 on 5", "12 on 5", "0.5 on 1"]);
});

Deno.test("number fields refuse what is no number, with the place of each", () => {
  const place = "initial_actions -> 0 -> create_payable";
  const payable = (fields: string) => problems(`initial_actions: [{create_payable: {from: H1, to: H2, ${fields}}}]`);
  const noDecimal = "Decimal input should be an integer, float, string or Decimal object";
  assertEquals(payable("amount: true, due_day: 5.5"), [
    `${place} -> amount: ${noDecimal}`,
    `${place} -> due_day: Input should be a valid integer, got a number with a fractional part`,
  ]);
  assertEquals(payable("amount: null, due_day: soon"), [
    `${place} -> amount: ${noDecimal}`,
    `${place} -> due_day: Input should be a valid integer, unable to parse string as an integer`,
  ]);
  assertEquals(payable('amount: "nan", due_day: -1'), [
    `${place} -> amount: Input should be a finite number`,
    `${place} -> due_day: Value error, Due day cannot be negative`,
  ]);
  assertEquals(payable("amount: much, due_day: [1]"), [
    `${place} -> amount: Input should be a valid decimal`,
    `${place} -> due_day: Input should be a valid integer`,
  ]);
  assertEquals(payable('amount: "1e500", due_day: 99999999999999999999'), [
    `${place} -> amount: Input should have fewer than 400 digits before and after the point`,
    `${place} -> due_day: Input should be a valid integer between -9007199254740991 and 9007199254740991`,
  ]);
});

Deno.test("numbers that are no finite doubles are refused from a program, too", () => {
  const action = (amount: number) => ({
    name: "x",
    agents: [{ id: "H1", kind: "household", name: "h" }],
    initial_actions: [{ mint_cash: { to: "H1", amount } }],
  });
  for (const amount of [NaN, Infinity]) {
    assertEquals(problemsOf(() => parseScenario(action(amount))), [
      "initial_actions -> 0 -> mint_cash -> amount: Input should be a finite number",
    ]);
  }
});

Deno.test("a plain number is no text, and the message says to quote it", () => {
  const hint = "Input should be a valid string (put it in quotes)";
  const error = assertThrows(
    () => parseScenario({ name: 2024, agents: [{ id: Decimal.ONE, kind: "household", name: true }] }),
    ValidationError,
  );
  assertEquals(error.issues, [
    { path: ["name"], message: hint, value: "2024" },
    { path: ["agents", 0, "id"], message: hint, value: "1" },
    { path: ["agents", 0, "name"], message: hint, value: "true" },
  ]);
});

Deno.test("an unknown key is refused with the nearest known one, and only warned of in a file of the reference", () => {
  const text =
    "initial_action: []\nrun: {max_day: 3, show: {balance: [H1]}}\ndealer: {buckets: {b: {tau_min: 1, tau_max: 2, m: 1}}}";
  assertEquals(problems(text), [
    "initial_action: Unknown key (did you mean initial_actions?)",
    "run -> max_day: Unknown key (did you mean max_days?)",
    "run -> show -> balance: Unknown key (did you mean balances?)",
    "dealer -> buckets -> b -> m: Unknown key (did you mean M?)",
  ]);
  const parsed = small(text, { reference: true });
  assertEquals(warningPlaces(parsed), ["initial_action", "run.max_day", "run.show.balance", "dealer.buckets.b.m"]);
});

Deno.test("names of the language's own objects are unknown keys like others", () => {
  for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assertEquals(problems(`${key}: {x: 1}`).map((text) => text.split(":")[0]), [key]);
    assertEquals(problems(`initial_actions: [{${key}: {}}]`).map((text) => text.split(":")[0]), [
      `initial_actions -> 0 -> ${key}`,
    ]);
  }
});

const NOTE = "face_value: 20.0, outside_mid_ratio: 0.9, vbt_share_per_bucket: 0.25, dealer_share_per_bucket: 0, " +
  "mode: active, rollover_enabled: true";

Deno.test("_balanced_config of generated files is read", () => {
  const { scenario, warnings } = small(`_balanced_config: {${NOTE}}`);
  assertEquals(warnings, []);
  assertEquals([scenario.balancedConfig?.mode, scenario.balancedConfig?.outsideMidRatio.toString()], ["active", "0.9"]);
});

Deno.test("a _balanced_config that is wrong is refused, the reference passes it over with a warning", () => {
  const wrong = `_balanced_config: {${NOTE.replace("0.9", "1.9")}, price: 1}`;
  assertEquals(problems(wrong), [
    "_balanced_config -> price: Unknown key; known here: face_value, outside_mid_ratio, vbt_share_per_bucket, " +
    "dealer_share_per_bucket, mode, rollover_enabled",
    "_balanced_config -> outside_mid_ratio: Value error, outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)",
  ]);
  const passed = small(`${wrong}\nrun: {reference: true}`);
  assertEquals(warningPlaces(passed), ["_balanced_config.price", "_balanced_config.outside_mid_ratio"]);
  assertEquals(passed.scenario.balancedConfig, undefined);
});

Deno.test("all problems of all actions are listed at once with their places", () => {
  assertEquals(
    problems(`initial_actions:
  - mint_cash: {to: H1, amount: 0}
  - mint_cash: {to: H1, amount: 1, allias: A}
  - mint_cahs: {to: H1, amount: 1}
  - mint_cash: {to: H1, amount: 1}
    create_payable: {from: H1, to: H2, amount: 1, due_day: 0}
  - {}
scheduled_actions:
  - day: 0
    action: {transfer_claim: {to_agent: H1}}
run: {max_days: 0}`),
    [
      "scheduled_actions -> 0 -> day: Value error, Scheduled action day must be >= 1",
      "run -> max_days: Value error, Max days must be positive",
      "initial_actions -> 0 -> mint_cash -> amount: Value error, Amount must be positive",
      "initial_actions -> 1 -> mint_cash -> allias: Unknown key (did you mean alias?)",
      "initial_actions -> 2 -> mint_cahs: Unknown action (did you mean mint_cash?)",
      "initial_actions -> 3 -> create_payable: An action has one key: this one is mint_cash, write the other as an action of its own",
      "initial_actions -> 4: An action needs one key, its name; known: mint_reserves, mint_cash, transfer_reserves, transfer_cash, deposit_cash, withdraw_cash, client_payment, create_stock, transfer_stock, create_delivery_obligation, create_payable, transfer_claim",
      "scheduled_actions -> 0 -> action -> transfer_claim: Value error, Either contract_alias or contract_id must be provided",
    ],
  );
});

Deno.test("of thousands of problems a hundred are listed and the rest counted", () => {
  const actions = Array.from({ length: 1000 }, () => ({ mint_cash: { to: "H9", amount: 1 } }));
  const listed = problemsOf(() =>
    parseScenario({ name: "x", agents: [{ id: "H1", kind: "household", name: "h" }], initial_actions: actions })
  );
  assertEquals(listed.length, 101);
  assertEquals(listed[100], "and 900 more");
});

Deno.test("of several actions under one entry the reference takes the first in its fixed order", () => {
  const parsed = small(
    "initial_actions: [{create_payable: {from: H1, to: H2, amount: 1, due_day: 0}, mint_cash: {to: H2, amount: 2}}]",
    { reference: true },
  );
  assertEquals(parsed.scenario.initialActions.map(({ type }) => type), ["mint_cash"]);
  assertEquals(warningPlaces(parsed), ["initial_actions.0.create_payable"]);
});

Deno.test("agents that actions name must exist; the nearest is named", () => {
  assertEquals(
    problems(`initial_actions: [{transfer_cash: {from_agent: H3, to_agent: Bank, amount: 1}}]
scheduled_actions: [{day: 1, action: {mint_cash: {to: CC, amount: 1}}}]`),
    [
      "initial_actions -> 0 -> transfer_cash -> from_agent: There is no agent 'H3' (did you mean H1?)",
      "initial_actions -> 0 -> transfer_cash -> to_agent: There is no agent 'Bank'",
      "scheduled_actions -> 0 -> action -> mint_cash -> to: There is no agent 'CC' (did you mean CB?)",
    ],
  );
});

Deno.test("the reference meets an unknown agent only when it applies the action", () => {
  const { scenario } = small("initial_actions: [{mint_cash: {to: H9, amount: 1}}]", { reference: true });
  assertEquals(scenario.initialActions[0]?.type, "mint_cash");
});

Deno.test("agents whose balances are shown must exist in both modes; a dealer adds its market makers", () => {
  const shown = "run: {show: {balances: [H1, H7, dealer_short]}}";
  const unknown = [
    "run -> show -> balances -> 1: There is no agent 'H7' (did you mean H1?)",
    "run -> show -> balances -> 2: There is no agent 'dealer_short'",
  ];
  assertEquals(problems(shown), unknown);
  assertEquals(problems(shown, { reference: true }), unknown);
  assertEquals(problems(`dealer: {enabled: true}\n${shown}`), unknown.slice(0, 1));
});

Deno.test("behaviour unknownPaymentMethodLoads: an unknown method is refused, and loads for the reference", () => {
  const text = "policy_overrides: {mop_rank: {household: [cash, barter]}}";
  const place = "policy_overrides -> mop_rank -> household -> 1";
  const message = "Unknown payment method 'barter'; known: bank_deposit, cash, reserve_deposit";
  assertEquals(problems(text, { reference: false }), [`${place}: ${message}`]);
  const parsed = small(text, { reference: true });
  assertEquals(parsed.scenario.mopRank, { household: ["cash", "barter"] });
  assertEquals(warningPlaces(parsed), ["policy_overrides.mop_rank.household.1"]);
});

Deno.test("a payment order for an unknown kind of agent is refused, and warned of for the reference", () => {
  const text = "policy_overrides: {mop_rank: {houshold: [cash]}}";
  assertEquals(problems(text), [
    "policy_overrides -> mop_rank -> houshold: Unknown kind of agent 'houshold' (did you mean household?)",
  ]);
  assertEquals(warningPlaces(small(text, { reference: true })), ["policy_overrides.mop_rank.houshold"]);
});

Deno.test("behaviour badScheduledActionLoads: a bad scheduled action is refused, and waits for its day in the reference", () => {
  const text = "scheduled_actions: [{day: 3, action: {mint_cash: {to: H1, amount: -1}}}]";
  const place = "scheduled_actions -> 0 -> action -> mint_cash -> amount";
  assertEquals(problems(text, { reference: false }), [`${place}: Value error, Amount must be positive`]);
  const [staged] = small(text, { reference: true }).scenario.scheduledActions;
  assert(staged?.action.type === "refused");
  assertEquals(staged.day, 3);
  assertEquals(staged.action.error.message.split("\n")[0], "1 validation error for MintCash:");
  const alone = small(`${text}\nrun: {behaviours: {badScheduledActionLoads: true}}`).scenario.scheduledActions;
  assertEquals(alone[0]?.action.type, "refused");
});

Deno.test("the reference's behaviours are chosen by the file, by the caller, and switch by switch", () => {
  const behaviours = (text: string, options?: { reference: boolean }) => small(text, options).scenario.run.behaviours;
  assertEquals(behaviours(""), CORRECTED);
  assertEquals(behaviours("run: {reference: true}"), REFERENCE);
  assertEquals(behaviours("run: {reference: false}", { reference: true }), REFERENCE);
  assertEquals(behaviours("run: {reference: true}", { reference: false }), CORRECTED);
  assertEquals(behaviours("run: {behaviours: {pastDueNeverSettles: true}}"), {
    ...CORRECTED,
    pastDueNeverSettles: true,
  });
  assertEquals(behaviours("run: {reference: true, behaviours: {selfHeldDebtDefaults: no}}"), {
    ...REFERENCE,
    selfHeldDebtDefaults: false,
  });
});

Deno.test("an unknown behaviour is refused in both modes with the nearest name", () => {
  const text = "run: {behaviours: {pastDueNeverSettle: true}}";
  const problem = "run -> behaviours -> pastDueNeverSettle: Unknown behaviour (did you mean pastDueNeverSettles?)";
  assertEquals(problems(text), [problem]);
  assertEquals(problems(text, { reference: true }), [problem]);
});

Deno.test("the enumerations and flags of a file are checked as the reference checks them", () => {
  assertEquals(problems("run: {mode: until-stable, rollover_enabled: perhaps, default_handling: 3}"), [
    "run -> mode: Input should be 'step' or 'until_stable'",
    "run -> default_handling: Input should be 'fail-fast' or 'expel-agent'",
    "run -> rollover_enabled: Input should be a valid boolean, unable to interpret input",
  ]);
  for (const word of ["no", "OFF", '"f"', "0", "false"]) {
    assertEquals(small(`run: {rollover_enabled: ${word}}`).scenario.run.rolloverEnabled, false, word);
  }
  for (const word of ["yes", "On", '"T"', "1", "true", "1.0"]) {
    assertEquals(small(`run: {rollover_enabled: ${word}}`).scenario.run.rolloverEnabled, true, word);
  }
});

Deno.test("two agents with one id are refused, the id is named", () => {
  const error = assertThrows(
    () =>
      parseScenario({
        name: "x",
        agents: [{ id: "A", kind: "firm", name: "a" }, { id: "A", kind: "firm", name: "b" }],
      }),
    ValidationError,
  );
  assertEquals(error.issues, [{ path: ["agents"], message: "Value error, Agent IDs must be unique", value: '"A"' }]);
});

Deno.test("what is no mapping at all is refused", () => {
  for (const source of [null, undefined, [], "text", 5, Decimal.ONE]) {
    assertEquals(problemsOf(() => parseScenario(source)).length, 1);
  }
});
