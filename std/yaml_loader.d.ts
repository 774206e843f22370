/** How a scalar with a tag, or a plain one whose text fits, becomes a value. */
export interface ScalarType {
  readonly tag: string;
  readonly kind: "scalar";
  /** Whether the text is of this type; null where a tag stands before nothing. */
  resolve(text: string | null): boolean;
  construct(text: string | null): unknown;
}
/** A list or map, which the loader has already built. */
export interface CollectionType {
  readonly tag: string;
  readonly kind: "sequence" | "mapping";
  resolve(value: unknown): boolean;
  construct(value: unknown): unknown;
}
/** What plain scalars mean (the first that fits wins) and which tags are known. */
export interface LoaderSchema {
  readonly implicitTypes: readonly ScalarType[];
  readonly typeMap: {
    readonly scalar: ReadonlyMap<string, ScalarType>;
    readonly sequence: ReadonlyMap<string, CollectionType>;
    readonly mapping: ReadonlyMap<string, CollectionType>;
    readonly fallback: ReadonlyMap<string, ScalarType | CollectionType>;
  };
}
/** The reader behind `parse` of `@std/yaml`, for a schema of one's own. The text ends with a line end, without a BOM. */
export class LoaderState {
  constructor(text: string, options: { schema: LoaderSchema; allowDuplicateKeys?: boolean });
  /** The value behind an alias at the reader's place, undefined where none stands. */
  readAlias(): unknown;
  /** Throws {@linkcode YamlSyntaxError}. */
  readDocuments(options?: { singleDocument?: boolean }): Generator<unknown>;
}
