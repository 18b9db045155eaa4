/** Properties of arbitrary values, and the smallest value that breaks one. */
export * as fc from "npm:fast-check@4.11.0";
