/**
 * Where queries look.
 *
 * @module
 */
import type { Database } from "./driver.ts";

/** One open database, or several seen as one (see `parts.ts`). */
export type Source = Pick<Database, "rows" | "columns">;
