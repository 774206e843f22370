/**
 * A few drivers of one connection each, and who may use them. The package has a pool of its own, which is not used:
 * in 3.4.9 a transaction on a connection that the server ended throws where nobody can catch it, and a connection that
 * ended with something unsent never sends again (porsager/postgres issues 1154, 1208 and pull request 1209). Here a
 * driver whose connection failed is thrown away, and nothing is sent on it any more.
 *
 * @module
 */
import type postgres from "postgres";
import { StoreError } from "../../core/errors.ts";
import { isConnectionLost } from "./failures.ts";

/** A driver with at most one connection. */
export type Driver = ReturnType<typeof postgres>;

/** Seconds that statements under way have when the pool is closed. */
const CLOSING_SECONDS = 5;

function closed(): StoreError {
  return new StoreError("This connection to Postgres was closed by its owner", { store: "postgres", retryable: false });
}

/** The drivers of one database. */
export class DriverPool implements AsyncDisposable {
  readonly #make: () => Promise<Driver>;
  readonly #max: number;
  readonly #all = new Set<Driver>();
  readonly #idle: Driver[] = [];
  readonly #waiting: (() => void)[] = [];
  #inUse = 0;
  #isClosed = false;

  /** @param max drivers at once */
  constructor(make: () => Promise<Driver>, max: number) {
    this.#make = make;
    this.#max = max;
  }

  /** Does work with a driver that nobody else uses meanwhile. */
  async use<T>(work: (driver: Driver) => Promise<T>): Promise<T> {
    while (this.#inUse >= this.#max) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#isClosed) throw closed();
    this.#inUse++;
    try {
      const driver = this.#idle.pop() ?? await this.#new();
      return await this.#with(driver, work);
    } finally {
      this.#inUse--;
      this.#waiting.shift()?.();
    }
  }

  async #new(): Promise<Driver> {
    const driver = await this.#make();
    if (this.#isClosed) throw closed(); // while the package was loaded; it has no connection yet
    this.#all.add(driver);
    return driver;
  }

  async #with<T>(driver: Driver, work: (driver: Driver) => Promise<T>): Promise<T> {
    try {
      const result = await work(driver);
      this.#idle.push(driver);
      return result;
    } catch (error) {
      if (isConnectionLost(error)) await this.#discard(driver);
      else this.#idle.push(driver);
      throw error;
    }
  }

  async #discard(driver: Driver): Promise<void> {
    this.#all.delete(driver);
    await driver.end({ timeout: 0 });
  }

  /** Closes all connections when what they do is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const drivers = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(drivers.map((driver) => driver.end({ timeout: CLOSING_SECONDS })));
  }
}
