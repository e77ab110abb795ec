/**
 * Chromium, for tests of pages as people see them. Nothing else loads playwright-core.
 *
 * @module
 */
import type { Browser } from "playwright-core";

export type { BrowserContext, Page } from "playwright-core";

/** Starts the Chromium of the system, without a window. `flags` are its own. */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  // Root may not use the sandbox of Chromium; it shows nothing here but our own pages.
  const args = [...flags, ...Deno.uid() === 0 ? ["--no-sandbox"] : []];
  return await chromium.launch({ executablePath: await chromiumPath(), args });
}

async function chromiumPath(): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "command -v chromium"] }).output();
  return new TextDecoder().decode(stdout).trim();
}
