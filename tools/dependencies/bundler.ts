/** The bundler, and the types that its options need. */
export { type OutputOptions, type Plugin, rolldown } from "npm:rolldown@1.3.2";
