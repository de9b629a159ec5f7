import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds wrong with a page, as a line each. */
export async function axeViolations(page: Page): Promise<string[]> {
  // As the debugger does it: the page's own policy would let no script in.
  await page.evaluate(axe.source);
  const results = await page.evaluate(async () => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe };
    return here.run(document, { resultTypes: ["violations"] });
  });
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
  );
}
