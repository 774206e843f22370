/** The invariants 1, 5 and 7 of specification 03 section 18 over random balanced rings, and their files read back. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { formatYaml } from "../../src/core/yaml_format.ts";
import { CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";
import { type CompiledRing, compileRing } from "../../src/ring/generator/compile.ts";
import { ringSpecFromText, type RingSpecText } from "../../src/ring/generator/spec.ts";
import { scenarioDocument } from "../../src/ring/scenario/document.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import type { Action } from "../../src/ring/scenario/types.ts";
import { plainForm } from "../ring/scenario/plain_form.ts";

const BUCKETS = ["short", "mid", "long"];

/** A claim of this much or less is not written. */
const NEGLIGIBLE = Decimal.of(1, -2);

function hundredths(low: number, high: number): fc.Arbitrary<string> {
  return fc.integer({ min: low, max: high }).map((n) => (n / 100).toFixed(2));
}

const terms = fc.record({
  outsideMidRatio: hundredths(1, 100),
  vbtSharePerBucket: hundredths(0, 99),
  dealerSharePerBucket: hundredths(0, 99),
});

const rings = fc.record({
  variant: fc.constant<"balanced">("balanced"),
  namePrefix: fc.constant("Ring"),
  nAgents: fc.integer({ min: 3, max: 30 }),
  seed: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  kappa: hundredths(1, 500),
  qTotal: hundredths(40, 1_000_000),
  concentration: hundredths(5, 500),
  monotonicity: hundredths(-100, 100),
  maturityDays: fc.integer({ min: 1, max: 20 }),
  mu: hundredths(0, 100),
  balanced: terms,
});

function compiled(text: RingSpecText): CompiledRing {
  return compileRing(ringSpecFromText(text), CORRECTED);
}

type Payable = Extract<Action, { readonly type: "create_payable" }>;

function payables(ring: CompiledRing): Payable[] {
  return ring.scenario.initialActions.flatMap((action) => action.type === "create_payable" ? [action] : []);
}

function bucketOf(dueDay: number): string {
  return dueDay <= 3 ? "short" : dueDay <= 8 ? "mid" : "long";
}

function number(text: string): Decimal {
  return Decimal.parse(text) ?? Decimal.ZERO;
}

function assertClose(found: Decimal, wanted: Decimal): void {
  const scale = Decimal.max(wanted, Decimal.ONE);
  const distance = found.minus(wanted).dividedBy(scale).toNumber();
  assert(Math.abs(distance) < 1e-24, `${found} is not ${wanted}`);
}

/** The amounts that each household owes to the holders whose id begins with `prefix`, 0 where it owes none. */
function owedTo(ring: CompiledRing, prefix: string): Decimal[] {
  const claims = payables(ring).filter(({ to }) => to.startsWith(prefix));
  return ringDebts(ring).map(({ from }) => claims.find((claim) => claim.from === from)?.amount ?? Decimal.ZERO);
}

function ringDebts(ring: CompiledRing): Payable[] {
  return payables(ring).filter(({ to }) => to.startsWith("H"));
}

function cashOf(ring: CompiledRing, id: string): Decimal {
  const mints = ring.scenario.initialActions.filter((action) => action.type === "mint_cash" && action.to === id);
  assert(mints.length <= 1);
  const [mint] = mints;
  return mint !== undefined && "amount" in mint ? mint.amount : Decimal.ZERO;
}

Deno.test("7: each household owes its holders their shares of its ring debt, on the same day", () => {
  fc.assert(fc.property(rings, (text) => {
    const ring = compiled(text);
    for (
      const [prefix, share] of [["vbt", text.balanced.vbtSharePerBucket], [
        "dealer",
        text.balanced.dealerSharePerBucket,
      ]] as const
    ) {
      owedTo(ring, prefix).forEach((owed, i) => {
        const wanted = ringDebts(ring)[i]?.amount.times(number(share)) ?? Decimal.ZERO;
        if (wanted.minus(NEGLIGIBLE).toNumber() > 1e-20) assertClose(owed, wanted);
        else if (wanted.minus(NEGLIGIBLE).toNumber() < -1e-20) assert(owed.isZero);
      });
    }
    const due = new Map(ringDebts(ring).map(({ from, dueDay }) => [from, dueDay]));
    for (const { from, to, dueDay, maturityDistance } of payables(ring)) {
      assertEquals([dueDay, maturityDistance], [due.get(from), dueDay]);
      if (!to.startsWith("H")) assertEquals(to.split("_")[1], bucketOf(dueDay));
    }
  }));
});

Deno.test("7: a holder's cash is its share of the bucket's debts at the outside price", () => {
  fc.assert(fc.property(rings, (text) => {
    const ring = compiled(text);
    const { outsideMidRatio, vbtSharePerBucket, dealerSharePerBucket } = text.balanced;
    for (const bucket of BUCKETS) {
      const debts = ringDebts(ring).filter(({ dueDay }) => bucketOf(dueDay) === bucket);
      const value = Decimal.sum(debts.map(({ amount }) => amount)).times(number(outsideMidRatio));
      assertClose(cashOf(ring, `vbt_${bucket}`), value.times(number(vbtSharePerBucket)));
      assertClose(cashOf(ring, `dealer_${bucket}`), value.times(number(dealerSharePerBucket)));
    }
  }));
});

Deno.test("7: households get the cash for what they owe outside, the same each", () => {
  fc.assert(fc.property(rings, (text) => {
    const ring = compiled(text);
    const n = Decimal.integer(text.nAgents);
    const debts = Decimal.sum(ringDebts(ring).map(({ amount }) => amount));
    const shares = number(text.balanced.vbtSharePerBucket).plus(number(text.balanced.dealerSharePerBucket));
    const wanted = number(text.qTotal).times(number(text.kappa)).plus(debts.times(shares)).dividedBy(n);
    for (let i = 1; i <= text.nAgents; i++) assertClose(cashOf(ring, `H${i}`), wanted);
  }));
});

Deno.test("7: both arms of a pair differ in name, description, note and dealer section only", () => {
  fc.assert(fc.property(rings, (text) => {
    const passive = compiled(text).scenario;
    const active = compiled({ ...text, dealer: { enabled: true } }).scenario;
    const common = { name: "", description: null, dealer: null, balancedConfig: null };
    assertEquals(plainForm({ ...passive, ...common }), plainForm({ ...active, ...common }));
  }));
});

Deno.test("1: the terms and kappa never change the amounts of the ring", () => {
  fc.assert(fc.property(rings, terms, hundredths(1, 500), (text, balanced, kappa) => {
    const drawn = (ring: CompiledRing) => ringDebts(ring).map(({ amount }) => amount.toString());
    assertEquals(drawn(compiled({ ...text, balanced, kappa })), drawn(compiled(text)));
  }));
});

Deno.test("5: aliases are unique, totals are the sums of the actions", () => {
  fc.assert(fc.property(rings, (text) => {
    const ring = compiled(text);
    const actions = ring.scenario.initialActions;
    const aliases = actions.flatMap((action) => "alias" in action ? [action.alias] : []);
    assertEquals(new Set(aliases).size, actions.length);
    assertEquals(ring.s1.toString(), Decimal.sum(payables(ring).map(({ amount }) => amount)).toString());
    const cash = actions.flatMap((action) => action.type === "mint_cash" ? [action.amount] : []);
    assertEquals(ring.l0.toString(), Decimal.sum(cash).toString());
  }));
});

Deno.test("a balanced scenario is the same after writing and reading, its note and its dealer included", () => {
  fc.assert(fc.property(rings, fc.boolean(), fc.boolean(), (text, active, reference) => {
    const dealer = active ? { enabled: true, ticketSize: "20", riskAssessment: {} } : null;
    const spec = ringSpecFromText({ ...text, dealer });
    const { scenario } = compileRing(spec, reference ? REFERENCE : CORRECTED, { throughDoubles: true });
    const back = loadScenarioText(formatYaml(scenarioDocument(scenario)), "written.yaml");
    assertEquals(back.warnings, []);
    assertEquals(plainForm(back.scenario), plainForm(scenario));
  }));
});
