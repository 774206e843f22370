/** Records of payments say the same one by one and in columns. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CORRECTED } from "../../../src/payments/behaviours.ts";
import { loadPaymentsScenario } from "../../../src/payments/scenario/load.ts";
import { runPayments } from "../../../src/payments/script.ts";

const EXAMPLES = fromFileUrl(new URL("../../../examples/payments/", import.meta.url));

for (const name of ["03-liquidity-saving", "04-policies", "05-crisis"]) {
  Deno.test(`the columns of payments hold what their records hold, of all days and of one: ${name}`, async () => {
    const { config } = await loadPaymentsScenario(Deno.readTextFileSync(`${EXAMPLES}${name}.yaml`), name, {
      readPolicy: (path) => Deno.readTextFileSync(`${EXAMPLES}${path}`),
    });
    const { engine } = runPayments(config, { behaviours: CORRECTED });
    assert(engine !== undefined);
    for (const day of [undefined, 0, 99]) {
      const records = engine.paymentRecords(day);
      const columns = engine.paymentColumns(day);
      for (const [column, values] of Object.entries(columns)) {
        assertEquals(values, records.map((record) => record[column]), column);
      }
      assertEquals(records.length, day === undefined ? engine.paymentCount : columns["tx_id"]?.length);
      if (day === 99) assertEquals(records, []);
      else {
        const days = new Set(records.map((record) => record["arrival_day"]));
        assertEquals(days, day === undefined ? new Set(Array(config.numDays).keys()) : new Set([day]));
      }
    }
  });
}
