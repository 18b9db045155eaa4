/** Graphs: their circles, and the shortest ways through them. */
export { alg, Graph } from "npm:@dagrejs/graphlib@4.0.6";
