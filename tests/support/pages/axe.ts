/**
 * The rules of WCAG that a machine can check, by axe-core, in a page as it is shown.
 *
 * @module
 */
import axe from "axe-core/script" with { type: "text" };
import type { Page } from "./browser.ts";

/** Returns the serious and critical findings, each with the elements that it is about. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(`${axe}; 0`);
  return await page.evaluate<string[]>(`axe.run(document).then(({ violations }) => {
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, help, nodes }) => {
        return id + ": " + help + ": " + nodes.slice(0, 3).map(({ html }) => html).join(" ");
      });
  })`);
}
