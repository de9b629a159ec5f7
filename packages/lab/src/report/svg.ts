import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const WIDTH = 900;
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** An SVG of a plot, as text. */
export function svg(options: Plot.PlotOptions): string {
  const plot = Plot.plot({
    width: WIDTH,
    marginLeft: 60,
    document: document as unknown as Document,
    ...options,
  });
  return plot.outerHTML;
}
