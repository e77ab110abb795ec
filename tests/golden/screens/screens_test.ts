// Goal: screens that one would show to someone. Method: a made-up server (web_server.ts)
// and the real commands, on terminals of 80 and 120 columns, in black and white and in color (`cat` a
// file to see it). `GOLDEN_UPDATE=1` writes what came instead: look at it before committing it.
import { assertEquals } from "@std/assert";
import { quote } from "../../../mod/base/fault.ts";
import type { CommandHome } from "../../support/command_home.ts";
import { ROOT, SHOWN_ROOT, VIEW, webServer } from "./web_server.ts";

/** Its path as the system has it: Windows writes it with other separators. */
const REAL_ROOT = Deno.realPathSync(ROOT);
const FOLDER = new URL("./", import.meta.url);

const SCREENS: Readonly<Record<string, readonly string[]>> = {
  status: ["status"],
  plan: ["plan"],
  who: ["who 80"],
  explain: ["explain 192.168.1.10:443 --host shop.example.com", "explain 192.168.1.30:80"],
  sites: ["site list", "site show shop"],
  history: ["history"],
  certificates: ["cert list", "registrations"],
  errors: ["site show nonsense", "history diff 9", "nonsense"],
};

/** Returns a screen with times that are the same in each run, one a minute. */
function withFixedTimes(text: string): string {
  let minute = 0;
  return text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, () => {
    return `2026-11-26 09:${String(10 + minute++)}:00`;
  });
}

async function screensOf(
  home: CommandHome,
  lines: readonly string[],
  color: "always" | "never",
): Promise<string> {
  const screens: string[] = [];
  for (const columns of [80, 120]) {
    for (const line of lines) {
      let screen = `$ httpcfg ${line}`.padEnd(columns - 14) + ` (${columns} columns)\n`;
      const onWrite = (text: string): void => void (screen += text);
      await home.run(`--color ${color} ${line}`, { columns, machine: VIEW, onWrite });
      const shown = screen.replaceAll(home.path, "/var/lib/httpcfg").replaceAll(ROOT, SHOWN_ROOT)
        .replaceAll(quote(REAL_ROOT), quote(SHOWN_ROOT)).replaceAll(REAL_ROOT, SHOWN_ROOT);
      screens.push(withFixedTimes(shown));
    }
  }
  return screens.join("\n");
}

for (const [name, lines] of Object.entries(SCREENS)) {
  for (const color of ["never", "always"] as const) {
    const file = `${name}${color === "always" ? ".color" : ""}.screen`;
    Deno.test(`golden screens ${file}`, async () => {
      await using home = await webServer();
      const came = await screensOf(home, lines, color);
      if (Deno.env.get("GOLDEN_UPDATE") === "1") {
        return await Deno.writeTextFile(new URL(file, FOLDER), came);
      }
      assertEquals(came, await Deno.readTextFile(new URL(file, FOLDER)));
    });
  }
}
