/** The sections `dealer` and `balanced_dealer`: defaults and rules. */
import { assertEquals } from "@std/assert";
import { plainForm } from "./plain_form.ts";
import { problems, small } from "./small_files.ts";

Deno.test("an empty dealer section has the defaults of the reference", () => {
  assertEquals(plainForm(small("dealer: {}").scenario.dealer), {
    enabled: false,
    ticketSize: "decimal 1e0",
    buckets: [
      { name: "short", tauMin: 1, tauMax: 3, mid: "decimal 1e0", spread: "decimal 2e-1" },
      { name: "mid", tauMin: 4, tauMax: 8, mid: "decimal 1e0", spread: "decimal 3e-1" },
      { name: "long", tauMin: 9, tauMax: 999, mid: "decimal 1e0", spread: "decimal 4e-1" },
    ],
    dealerShare: "decimal 25e-2",
    vbtShare: "decimal 5e-1",
    orderFlow: null,
    traderPolicy: null,
    riskAssessment: null,
    seed: null,
  });
});

Deno.test("own buckets replace the default ones in file order, and none at all stays none", () => {
  const buckets = (text: string) =>
    small(`dealer: {buckets: ${text}}`).scenario.dealer?.buckets.map(({ name }) => name);
  assertEquals(buckets("{far: {tau_min: 6, tau_max: 60}, near: {tau_min: 1, tau_max: 5}}"), ["far", "near"]);
  assertEquals(buckets("{}"), []);
  assertEquals(buckets("null"), ["short", "mid", "long"]);
});

Deno.test("a risk assessment that says nothing has the defaults of the reference", () => {
  assertEquals(plainForm(small("dealer: {risk_assessment: {}}").scenario.dealer?.riskAssessment), {
    enabled: true,
    lookbackWindow: 5,
    smoothingAlpha: "decimal 1e0",
    baseRiskPremium: "decimal 2e-2",
    urgencySensitivity: "decimal 1e-1",
    useIssuerSpecific: false,
    buyPremiumMultiplier: "decimal 2e0",
  });
});

Deno.test("the dealer's values are checked with the reference's sentences", () => {
  assertEquals(
    problems(`dealer:
  buckets: {b: {tau_min: 5, tau_max: 2}, c: {tau_min: 0, tau_max: 2}}
  order_flow: {pi_sell: 2, N_max: 0}
  trader_policy: {horizon_H: 0, buffer_B: -1}
  risk_assessment: {smoothing_alpha: 0, base_risk_premium: -1, urgency_sensitivity: -1, buy_premium_multiplier: 0}`),
    [
      "dealer -> buckets -> b: Value error, tau_min must be <= tau_max",
      "dealer -> buckets -> c -> tau_min: Value error, Maturity bounds must be positive",
      "dealer -> order_flow -> pi_sell: Value error, pi_sell must be between 0 and 1",
      "dealer -> order_flow -> N_max: Value error, N_max must be positive",
      "dealer -> trader_policy -> horizon_H: Value error, horizon_H must be positive",
      "dealer -> trader_policy -> buffer_B: Value error, buffer_B cannot be negative",
      "dealer -> risk_assessment -> smoothing_alpha: Value error, smoothing_alpha must be positive",
      "dealer -> risk_assessment -> base_risk_premium: Value error, Premium values cannot be negative",
      "dealer -> risk_assessment -> urgency_sensitivity: Value error, Premium values cannot be negative",
      "dealer -> risk_assessment -> buy_premium_multiplier: Value error, buy_premium_multiplier must be positive",
    ],
  );
});

Deno.test("the balanced dealer's defaults and rules are the reference's", () => {
  assertEquals(plainForm(small("balanced_dealer: {}").scenario.balancedDealer), {
    enabled: false,
    faceValue: "decimal 2e1",
    outsideMidRatio: "decimal 75e-2",
    bigEntityShare: "decimal 25e-2",
    vbtSharePerBucket: "decimal 25e-2",
    dealerSharePerBucket: "decimal 125e-3",
    mode: "active",
    rolloverEnabled: true,
  });
  assertEquals(
    problems(
      "balanced_dealer: {face_value: 0, outside_mid_ratio: 0, big_entity_share: 1, vbt_share_per_bucket: 0, mode: lazy}",
    ),
    [
      "balanced_dealer -> face_value: Value error, face_value must be positive",
      "balanced_dealer -> outside_mid_ratio: Value error, outside_mid_ratio must be between 0 (exclusive) and 1 (inclusive)",
      "balanced_dealer -> big_entity_share: Value error, big_entity_share must be between 0 and 1 (exclusive)",
      "balanced_dealer -> vbt_share_per_bucket: Value error, vbt_share_per_bucket must be between 0 and 1 (exclusive)",
      "balanced_dealer -> mode: Input should be 'passive' or 'active'",
    ],
  );
});
