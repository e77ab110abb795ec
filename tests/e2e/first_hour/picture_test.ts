// Goal: the picture in README is what the program prints today. Method: a real terminal on a real
// machine. `GOLDEN_UPDATE=1` writes the picture.
import { assert, assertEquals } from "@std/assert";
import { picture } from "../../support/terminal/picture.ts";
import { testOnServer } from "../../support/terminal/server_machine.ts";
import type { Span } from "../../support/terminal/terminal.ts";
import { makeSteady } from "./story.ts";

const FILE = new URL("../../../.github/terminal.svg", import.meta.url);
const COLUMNS = 88;
const TITLE = "httpcfg plan, explain and who in a terminal";

/** What has happened before the first line of the picture. */
const BEFORE: readonly string[] = [
  "sudo httpcfg set iplisten -i 192.0.2.10",
  "sudo httpcfg site remove W3SVC/1",
  "sudo httpcfg site add www --bind :80: --root /srv/www",
  "sudo httpcfg net start w3svc",
  "sudo httpcfg set iplisten -i 192.0.2.12 -i 198.51.100.7",
];
const SHOWN: readonly string[] = ["plan", "explain http://192.0.2.11/", "who 80"];

testOnServer("the picture in README is current", ["nginx"], async (machine) => {
  await machine.startNginx("192.0.2.11", 8);
  await using terminal = await machine.openTerminal(COLUMNS);
  for (const line of BEFORE) await terminal.type(line);
  const lines: Span[][] = [];
  for (const line of SHOWN) {
    if (lines.length > 0) lines.push([]);
    lines.push([{ text: `$ httpcfg ${line}`, colour: null, isBold: true, isDim: false }]);
    lines.push(...await terminal.type(`sudo httpcfg ${line}`));
  }
  const steady = makeSteady();
  const shown = lines.map((spans) => spans.map((span) => ({ ...span, text: steady(span.text) })));
  const svg = picture(shown, COLUMNS, TITLE);
  assert(shown.every((spans) => textLength(spans) <= COLUMNS), "a line does not fit");
  if (Deno.env.get("GOLDEN_UPDATE") === "1") await Deno.writeTextFile(FILE, svg);
  else assertEquals(svg, await Deno.readTextFile(FILE));
});

function textLength(spans: readonly Span[]): number {
  return spans.reduce((length, { text }) => length + text.length, 0);
}
