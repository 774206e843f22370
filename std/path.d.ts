/** Last part of a path. */
export function basename(path: string | URL, suffix?: string): string;
/** The path without its last part. */
export function dirname(path: string | URL): string;
/** The extension of a path, dot included. */
export function extname(path: string | URL): string;
/** The path of a file URL. */
export function fromFileUrl(url: string | URL): string;
/** The file URL of an absolute path. */
export function toFileUrl(path: string): URL;
/** Whether a path is absolute. */
export function isAbsolute(path: string): boolean;
/** Joins parts and normalises the result. */
export function join(path: string | URL, ...parts: string[]): string;
/** Removes `.`, `..` and doubled separators. */
export function normalize(path: string | URL): string;
/** The path of `to` as seen from `from`. */
export function relative(from: string, to: string): string;
/** An absolute path. */
export function resolve(...parts: string[]): string;
