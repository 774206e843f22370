/**
 * Times the numbers, the log and the text of the core: nanoseconds for one operation, the best of several rounds.
 *
 * Run: `deno run bench/core.ts`
 *
 * @module
 */
import { Decimal } from "../src/core/decimal.ts";
import { EventLog } from "../src/core/event_log.ts";
import { sha256Hex } from "../src/core/hash.ts";
import { eventLines } from "../src/core/json_lines.ts";
import { MersenneTwister } from "../src/core/mersenne_twister.ts";
import { formatYaml } from "../src/core/yaml_format.ts";

const ROUNDS = 7;

/** Milliseconds of the fastest round. */
function fastest(round: () => void): number {
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    round();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function report(name: string, operations: number, round: () => void): void {
  const nanoseconds = fastest(round) * 1e6 / operations;
  const rate = `${(1e3 / nanoseconds).toFixed(2)} M/s`;
  console.log(`${name.padEnd(44)}${nanoseconds.toFixed(1).padStart(12)} ns${rate.padStart(16)}`);
}

/** Keeps results alive, so that no round is optimised away. */
let sink = 0;

function arithmetic(name: string, values: readonly Decimal[]): void {
  const rounds = 200_000;
  const pair = (i: number): [Decimal, Decimal] => [
    values[i % values.length] ?? Decimal.ONE,
    values[(i + 1) % values.length] ?? Decimal.ONE,
  ];
  const pairs = Array.from({ length: values.length }, (_, i) => pair(i));
  const each = (operation: (a: Decimal, b: Decimal) => Decimal) => () => {
    for (let done = 0; done < rounds; done += pairs.length) {
      for (const [a, b] of pairs) sink += operation(a, b).exponent;
    }
  };
  report(`${name}: plus`, rounds, each((a, b) => a.plus(b)));
  report(`${name}: times`, rounds, each((a, b) => a.times(b)));
  report(`${name}: dividedBy`, rounds, each((a, b) => a.dividedBy(b)));
  report(`${name}: toString`, rounds, () => {
    for (let done = 0; done < rounds; done += values.length) {
      for (const value of values) sink += value.toString().length;
    }
  });
}

const SCHEMA = {
  PayableSettled: [["debtor", "ref:agent"], ["creditor", "ref:agent"], ["amount", "decimal"], ["alias", "text"]],
  CashTransferred: [["from", "ref:agent"], ["to", "ref:agent"], ["amount", "decimal"], ["instr", "ref:contract"]],
} as const;

function log(events: number, amounts: readonly Decimal[]): EventLog<typeof SCHEMA> {
  const names = { agent: (n: number) => `H${n}`, contract: (n: number) => `C_${n}` };
  const log = new EventLog(SCHEMA, { time: "day", phases: ["setup", "simulation"], names });
  log.stamp(1, "simulation");
  for (let i = 0; i < events; i += 2) {
    const amount = amounts[i % amounts.length] ?? Decimal.ONE;
    log.emit("CashTransferred", i % 100, (i + 1) % 100, amount, i % 1000);
    log.emit("PayableSettled", i % 100, (i + 1) % 100, amount, null);
  }
  return log;
}

function main(): void {
  const small = Array.from({ length: 1000 }, (_, i) => Decimal.of(i * 37 + 1, -(i % 3)));
  const seven = Decimal.integer(7);
  const long = small.map((value) => value.plus(Decimal.ONE).dividedBy(seven));
  arithmetic("small decimals", small);
  arithmetic("28 digits", long);

  const events = 100_000;
  const whole = small.map((value) => value.truncated());
  report("log: emit, whole amounts", events, () => sink += log(events, whole).length);
  report("log: emit, 28-digit amounts", events, () => sink += log(events, long).length);
  const wholeLog = log(events, whole);
  const longLog = log(events, long);
  report("log: eventLines, whole amounts", events, () => sink += eventLines(wholeLog).length);
  report("log: eventLines, 28-digit amounts", events, () => sink += eventLines(longLog).length);

  report("random: seed a generator", 2000, () => {
    for (let seed = 0; seed < 2000; seed++) sink += new MersenneTwister(seed).word();
  });
  const generator = new MersenneTwister(42);
  report("random: random()", 1_000_000, () => {
    for (let i = 0; i < 1_000_000; i++) sink += generator.random();
  });
  report("random: gamma(0.5)", 100_000, () => {
    for (let i = 0; i < 100_000; i++) sink += generator.gamma(0.5);
  });

  const agents = Array.from({ length: 5 }, (_, i) => ({ id: `H${i}`, kind: "household", name: `Agent ${i}` }));
  const actions = small.slice(0, 10).map((amount, i) => ({ mint_cash: { to: `H${i}`, amount, alias: `LIQ_H${i}` } }));
  const scenario = { version: 1, name: "Ring (n=5, kappa=0.5)", agents, initial_actions: actions };
  report("text: formatYaml of a ring of 5", 1000, () => {
    for (let i = 0; i < 1000; i++) sink += formatYaml(scenario).length;
  });
  const megabyte = new Uint8Array(1 << 20);
  report("hash: sha256Hex per byte", megabyte.length, () => sink += sha256Hex(megabyte).length);
  if (sink === 0) throw new Error("nothing was measured");
}

main();
