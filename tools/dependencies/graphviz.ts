import { Graphviz } from "npm:@hpcc-js/wasm-graphviz@1.29.2";

/** Draws a graph, without the arrows that others imply. */
export async function drawGraph(graph: string): Promise<string> {
  const graphviz = await Graphviz.load();
  return graphviz.dot(graphviz.tred(graph).out);
}
