/** Options of {@linkcode parse}. */
export interface ParseOptions {
  schema?: "core" | "default" | "failsafe" | "json" | "extended";
  allowDuplicateKeys?: boolean;
}
/** Parses one YAML document. Throws {@linkcode YamlSyntaxError}. */
export function parse(content: string, options?: ParseOptions): unknown;
/** Options of {@linkcode stringify}. */
export interface StringifyOptions {
  indent?: number;
  arrayIndent?: boolean;
  skipInvalid?: boolean;
  flowLevel?: number;
  schema?: "core" | "default" | "failsafe" | "json" | "extended";
  sortKeys?: boolean | ((a: string, b: string) => number);
  lineWidth?: number;
  useAnchors?: boolean;
  compatMode?: boolean;
  condenseFlow?: boolean;
}
/** Writes a value as YAML. */
export function stringify(data: unknown, options?: StringifyOptions): string;
/** Where and why a text is no YAML; line and column count from 1. */
export class YamlSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}
