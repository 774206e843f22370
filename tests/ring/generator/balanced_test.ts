/** The balanced ring: the recorded expectations of specification 03 17.9, its switches, its texts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ValidationError } from "../../../src/core/errors.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/ring/behaviours.ts";
import { type CompiledRing, compileRing } from "../../../src/ring/generator/compile.ts";
import { dealerFromText, dealerText } from "../../../src/ring/generator/dealer_text.ts";
import { ringSpecFromText, type RingSpecText } from "../../../src/ring/generator/spec.ts";
import { DEALER_DEFAULTS } from "../../../src/ring/scenario/market_rules.ts";
import type { Action } from "../../../src/ring/scenario/types.ts";
import { plainForm } from "../scenario/plain_form.ts";

/** The ring of 17.9. */
const RING: RingSpecText = {
  variant: "balanced",
  namePrefix: "Test",
  nAgents: 6,
  seed: 42,
  kappa: "0.5",
  concentration: "1",
  mu: "0.5",
  maturityDays: 10,
  qTotal: "10000",
  balanced: { outsideMidRatio: "0.9" },
};

function compiled(changes: Partial<RingSpecText> = {}, behaviours = CORRECTED): CompiledRing {
  return compileRing(ringSpecFromText({ ...RING, ...changes }), behaviours);
}

function byAlias({ scenario }: CompiledRing): Map<string, Action> {
  return new Map(
    scenario.initialActions.flatMap((action): [string, Action][] =>
      "alias" in action && action.alias !== null ? [[action.alias, action]] : []
    ),
  );
}

/** Amounts, due days and maturity distances by alias. */
function texts(ring: CompiledRing): Map<string, string> {
  return new Map([...byAlias(ring)].map(([alias, action]) => {
    if (action.type === "mint_cash") return [alias, `${action.amount}`];
    assert(action.type === "create_payable");
    return [alias, `${action.amount} due ${action.dueDay} after ${action.maturityDistance}`];
  }));
}

Deno.test("a balanced ring of 6 has the recorded claims, cash and totals", () => {
  const ring = compiled();
  const found = texts(ring);
  assertEquals(ring.scenario.initialActions.length, 30);
  assertEquals(found.size, 30);
  assertEquals(found.get("LIQ_H1"), "1458.333333333333333333333333");
  assertEquals(found.get("P_H1_H2"), "2498.699339390226340625774197 due 7 after 7");
  assertEquals(found.get("P_H2_vbt_short"), "15.51113060991147588750404186 due 1 after 1");
  assertEquals(found.get("P_H2_dealer_short"), "7.755565304955737943752020930 due 1 after 1");
  assertEquals(found.get("LIQ_vbt_short"), "748.9710886879822834812126512");
  assertEquals(ring.s1.toString(), "13749.99999999999999999999999");
  assertEquals(ring.l0.toString(), "12124.99999999999999999999999");
});

Deno.test("cash comes before the ring's payables, then the traders' claims, the dealers', and their cash", () => {
  const aliases = [...byAlias(compiled()).keys()];
  const phase = (alias: string) =>
    ["LIQ_H", "P_H\\d+_H", "P_H\\d+_vbt", "P_H\\d+_dealer", "LIQ_(vbt|dealer)"]
      .findIndex((start) => new RegExp(`^${start}`).test(alias));
  assertEquals(aliases.map(phase), aliases.map(phase).toSorted());
  assertEquals(
    aliases.slice(-6),
    ["short", "mid", "long"].flatMap((bucket) => [`LIQ_vbt_${bucket}`, `LIQ_dealer_${bucket}`]),
  );
});

Deno.test("every bucket has its two holders, also one without debts, and all balances are shown", () => {
  const { scenario } = compiled({ maturityDays: 1 });
  assertEquals(scenario.agents.slice(7).map(({ id, kind, name }) => `${id} ${kind} ${name}`), [
    "vbt_short household VBT (short)",
    "dealer_short household Dealer (short)",
    "vbt_mid household VBT (mid)",
    "dealer_mid household Dealer (mid)",
    "vbt_long household VBT (long)",
    "dealer_long household Dealer (long)",
  ]);
  assertEquals(scenario.run.show.balances, scenario.agents.map(({ id }) => id));
});

Deno.test("the passive and the active ring differ in name, description, note and dealer section only", () => {
  const passive = compiled().scenario;
  const active = compiled({ dealer: { enabled: true, ticketSize: "20" } }).scenario;
  assertEquals(passive.name, "Test (n=6, kappa=0.5, c=1, mu=0.5) [Balanced passive]");
  assertEquals(active.name, "Test (n=6, kappa=0.5, c=1, mu=0.5) [Balanced active]");
  assert(active.description?.endsWith("; balanced mode=active, VBT=0.25, Dealer=0.125, \u03c1=0.9"));
  assertEquals(passive.description, active.description?.replace("active", "passive"));
  assertEquals([passive.balancedConfig?.mode, active.balancedConfig?.mode], ["passive", "active"]);
  assertEquals([passive.dealer, active.dealer?.ticketSize.toString()], [null, "20"]);
  const common = { name: "", description: null, dealer: null, balancedConfig: null };
  assertEquals(plainForm({ ...passive, ...common }), plainForm({ ...active, ...common }));
});

Deno.test("the variant and its terms never change what the ring draws", () => {
  const { variant: _variant, balanced: _balanced, ...plain } = RING;
  const drawn = (ring: CompiledRing) => [...texts(ring)].filter(([alias]) => /^P_H\d+_H/.test(alias));
  const amounts = (ring: CompiledRing) => drawn(ring).map(([alias, text]) => `${alias} ${text.split(" ")[0]}`);
  const ring = compileRing(ringSpecFromText(plain), CORRECTED);
  assertEquals(amounts(compiled()), amounts(ring));
  assertEquals(amounts(compiled({ balanced: { vbtSharePerBucket: "0.6" } })), amounts(ring));
});

Deno.test("rollover is on in a balanced ring and off in a plain one, unless it is said", () => {
  const { variant: _variant, balanced: _balanced, ...plain } = RING;
  assertEquals(ringSpecFromText(RING).rolloverEnabled, true);
  assertEquals(ringSpecFromText(plain).rolloverEnabled, false);
  const off = compiled({ rolloverEnabled: false }).scenario;
  assertEquals([off.run.rolloverEnabled, off.balancedConfig?.rolloverEnabled], [false, false]);
});

Deno.test("behaviour zeroTermsBecomeDefaults: the reference puts its defaults for a term of 0", () => {
  const zero = { faceValue: "0", outsideMidRatio: "0", vbtSharePerBucket: "0", dealerSharePerBucket: "0" };
  const { balancedConfig } = compiled({ balanced: zero }, REFERENCE).scenario;
  assertEquals(plainForm(balancedConfig), {
    faceValue: "decimal 2e1",
    outsideMidRatio: "decimal 75e-2",
    vbtSharePerBucket: "decimal 25e-2",
    dealerSharePerBucket: "decimal 125e-3",
    mode: "passive",
    rolloverEnabled: true,
  });
});

Deno.test("behaviour zeroTermsBecomeDefaults, corrected: a share of 0 is no holding, a price of 0 is refused", () => {
  const ring = compiled({ balanced: { dealerSharePerBucket: "0" } }, CORRECTED);
  assertEquals([...texts(ring).keys()].filter((alias) => alias.includes("dealer")), []);
  assertThrows(
    () => compiled({ balanced: { outsideMidRatio: "0" } }, CORRECTED),
    ValidationError,
    "outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)",
  );
  assertThrows(
    () => compiled({ balanced: { faceValue: "0" } }, CORRECTED),
    ValidationError,
    "face_value must be positive",
  );
});

Deno.test("behaviour riskAssessmentStaysOn: the reference leaves the section out, otherwise it says off", () => {
  const without = { dealer: { enabled: true, riskAssessment: { enabled: false } } };
  assertEquals(compiled(without, REFERENCE).scenario.dealer?.riskAssessment, null);
  assertEquals(compiled(without, CORRECTED).scenario.dealer?.riskAssessment?.enabled, false);
  const withIt = { dealer: { enabled: true, riskAssessment: {} } };
  assertEquals(compiled(withIt, REFERENCE).scenario.dealer?.riskAssessment?.enabled, true);
});

Deno.test("a plain ring can have a dealer too", () => {
  const spec = ringSpecFromText({ namePrefix: "Test", kappa: "1", qTotal: "100", dealer: { enabled: true } });
  assertEquals(
    plainForm(compileRing(spec, CORRECTED).scenario.dealer),
    plainForm({ ...DEALER_DEFAULTS, enabled: true, seed: 42 }),
  );
});

Deno.test("generatedMarketUnseeded: the market of a ring has no seed, or that of the ring unless it has its own", () => {
  const seeds = (behaviours: Behaviours) =>
    [{ enabled: true }, { enabled: true, seed: 3 }].map((dealer) => {
      const spec = ringSpecFromText({ namePrefix: "Test", kappa: "1", qTotal: "100", seed: 7, dealer });
      return compileRing(spec, behaviours).scenario.dealer?.seed;
    });
  assertEquals(seeds(REFERENCE), [null, 3]);
  assertEquals(seeds(CORRECTED), [7, 3]);
});

function issues(read: () => unknown, subject: string): string[] {
  return assertThrows(read, ValidationError, subject).issues.map(({ path, message }) =>
    `${path.join(".")}: ${message}`
  );
}

Deno.test("terms out of range are refused with their names", () => {
  const wrong = { faceValue: "-1", outsideMidRatio: "1.2", vbtSharePerBucket: "1", dealerSharePerBucket: "x" };
  assertEquals(issues(() => compiled({ balanced: wrong }), "Generator validation failed"), [
    "ring_explorer_v1.face_value: Value error, face_value must be positive",
    "ring_explorer_v1.outside_mid_ratio: Value error, outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)",
    "ring_explorer_v1.vbt_share_per_bucket: Value error, must be at least 0 and below 1",
    "ring_explorer_v1.dealer_share_per_bucket: Input should be a valid decimal",
  ]);
  assertEquals(issues(() => compiled({ variant: "plain" }), "Generator validation failed"), [
    "ring_explorer_v1.balanced: Only the variant balanced has these terms",
  ]);
});

Deno.test("a dealer's settings are checked with the sentences of a scenario file", () => {
  const read = () =>
    dealerFromText({
      enabled: true,
      ticketSize: "0",
      buckets: [{ name: "b", tauMin: 5, tauMax: 2 }],
      vbtShare: "1.5",
      orderFlow: { nMax: 0 },
      traderPolicy: { bufferB: "-1" },
      riskAssessment: { lookbackWindow: 1.5, smoothingAlpha: "nan" },
    });
  assertEquals(issues(read, "Configuration validation failed"), [
    "dealer.ticket_size: Value error, ticket_size must be positive",
    "dealer.buckets.b: Value error, tau_min must be <= tau_max",
    "dealer.vbt_share: Value error, Share values must be between 0 and 1",
    "dealer.order_flow.N_max: Value error, N_max must be positive",
    "dealer.trader_policy.buffer_B: Value error, buffer_B cannot be negative",
    "dealer.risk_assessment.lookback_window: Input should be a valid integer",
    "dealer.risk_assessment.smoothing_alpha: Input should be a valid decimal",
  ]);
});

Deno.test("a dealer's settings survive their plain form, exponents included", () => {
  const text = {
    enabled: true,
    ticketSize: "20.0",
    buckets: [{ name: "near", tauMin: 1, tauMax: 4, mid: "0.90", spread: "0.2" }],
    dealerShare: "0",
    vbtShare: "0.50",
    orderFlow: { piSell: "0.25", nMax: 7 },
    traderPolicy: { horizonH: 2, bufferB: "1.50" },
    riskAssessment: {
      enabled: false,
      lookbackWindow: 9,
      smoothingAlpha: "2",
      baseRiskPremium: "0.020",
      urgencySensitivity: "0.10",
      useIssuerSpecific: true,
      buyPremiumMultiplier: "2.0",
    },
  };
  assertEquals(dealerText(dealerFromText(text)), text);
  assertEquals(dealerText(dealerFromText({ enabled: false })).riskAssessment, null);
});
