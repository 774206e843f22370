import { DuckDbRegistryStore } from "../../../src/stores/duckdb/registry_store.ts";
import { Place } from "../places.ts";
import { type RegistryPlace, registrySuite } from "../registry_suite.ts";

/** A database in a directory of its own. */
class DatabasePlace implements RegistryPlace {
  readonly #place = new Place();

  open(): DuckDbRegistryStore {
    return new DuckDbRegistryStore(`${this.#place.path}/registry.duckdb`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#place[Symbol.dispose]();
    return Promise.resolve();
  }
}

registrySuite("registry on DuckDB", () => Promise.resolve(new DatabasePlace()));
