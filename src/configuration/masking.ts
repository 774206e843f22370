/**
 * Secrets as people may see them: not at all, or an address without its password.
 *
 * @module
 */
import { type SettingName, settingOf } from "./settings.ts";

/** What stands for a secret. Its length says nothing. */
export const MASK = "********";

/** Parts of an address whose value is a secret. */
const SECRET_PARAMETER = /pass|pwd|secret|token|key|sig|cred/i;

/** The value of a setting as it may be shown. */
export function maskedSetting(name: SettingName, value: string): string {
  const { secret } = settingOf(name);
  if (secret === "whole") return MASK;
  return secret === "address" ? maskedAddress(value) : value;
}

/**
 * An address with its password and secret parameters masked. What cannot be taken apart, but may hold a password, is
 * masked as a whole. A path without `://` and `@` stays what it is.
 *
 * @example
 * ```ts
 * import { maskedAddress } from "./masking.ts";
 *
 * maskedAddress("postgres://me:secret@db.example/lab"); // "postgres://me:********@db.example/lab"
 * ```
 */
export function maskedAddress(address: string): string {
  if (!address.includes("://")) return address.includes("@") ? MASK : address;
  if (!URL.canParse(address)) return MASK;
  const { protocol, username, password, host, pathname, searchParams, hash } = new URL(address);
  // An `@` behind the host means that a password with a slash was taken apart in the wrong place.
  if (pathname.includes("@")) return `${protocol}//${MASK}`;
  const user = username === "" && password === "" ? "" : `${username}${password === "" ? "" : `:${MASK}`}@`;
  const parameters = [...searchParams].map(([name, value]) =>
    `${encodeURIComponent(name)}=${SECRET_PARAMETER.test(name) ? MASK : encodeURIComponent(value)}`
  );
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return `${protocol}//${user}${host}${pathname}${query}${hash === "" ? "" : `#${MASK}`}`;
}
