// @ts-types="./yaml.d.ts"
export * from "npm:deno-std@1.4.0/yaml/mod.js";
// The public `parse` knows five fixed schemas, none of which keeps the digits of a number: this is the reader behind it.
// @ts-types="./yaml_loader.d.ts"
export * from "npm:deno-std@1.4.0/yaml/_loader_state.js";
