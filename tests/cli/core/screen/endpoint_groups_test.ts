// Goal: addresses on a terminal: what happens to them, and each cause once. Method: exact screens.
import { assert, assertEquals } from "@std/assert";
import { joinLines } from "../../../../mod/cli/core/screen/colors.ts";
import {
  countsText,
  flatLines,
  groupedLines,
  type ShownEndpoint,
  withoutRepeats,
} from "../../../../mod/cli/core/screen/endpoint_groups.ts";
import { widthOf } from "../../../../mod/cli/core/screen/fit.ts";
import { screenWith, shownOn } from "./screens.ts";

const STATES = { open: "good", waiting: "waiting", refused: "bad" } as const;
const HELD = "the port is held by nginx (pid 812 and 8 workers, user root) on 0.0.0.0:80";

function endpoint(ip: string, port: number, state = "open", why = ""): ShownEndpoint {
  return { ip, port, scheme: port === 443 ? "https" : "http", state, why };
}

const ENDPOINTS: readonly ShownEndpoint[] = [
  endpoint("fe80::a00:27ff:fe4e:66a1%enp0s31f6", 80, "waiting", "no interface has it"),
  endpoint("10.0.0.1", 80),
  endpoint("10.0.0.2", 80, "refused", HELD),
  endpoint("10.0.0.3", 80, "refused", HELD),
  endpoint("10.0.0.1", 443),
];

function shown(
  endpoints: readonly ShownEndpoint[],
  columns: number,
  rest: string | null = "status --all",
): string {
  const screen = { ...screenWith(columns), columns };
  return shownOn(screen, joinLines(groupedLines(endpoints, screen, { states: STATES, rest })));
}

Deno.test("groupedLines() has the cause of several addresses once, below or beside them", () => {
  assertEquals(
    shown(ENDPOINTS, 80),
    `  open     10.0.0.1                            http 80, https 443
  waiting  fe80::a00:27ff:fe4e:66a1%enp0s31f6  http 80
             no interface has it
  refused  10.0.0.2                            http 80
           10.0.0.3                            http 80
             the port is held by nginx (pid 812 and 8 workers, user root) on
             0.0.0.0:80`,
  );
  assertEquals(
    shown(ENDPOINTS.filter(({ state }) => state !== "waiting"), 80),
    `  open     10.0.0.1  http 80, https 443
  refused  10.0.0.2  http 80             the port is held by nginx (pid 812 and
           10.0.0.3  http 80             8 workers, user root) on 0.0.0.0:80`,
  );
});

Deno.test("groupedLines() says how many it leaves out, and fits every width", () => {
  const many = Array.from({ length: 40 }, (_, i) => endpoint(`10.0.0.${i}`, 80, "refused", HELD));
  const ports = Array.from({ length: 30 }, (_, i) => endpoint("10.0.1.1", 8000 + i));
  const text = shown([...many, ...ports], 100);
  assert(text.includes("… 30 more: status --all"), text);
  assert(text.includes("8007, 22 more\n"), text);
  assert(!shown([...many, ...ports], 100, null).includes("more"));
  for (let columns = 40; columns < 140; columns++) {
    for (const line of shown([...ENDPOINTS, ...many, ...ports], columns).split("\n")) {
      assert(widthOf(line) <= columns, `${columns}: ${line}`);
    }
  }
});

Deno.test("flatLines() has one line for each endpoint", () => {
  assertEquals(flatLines(ENDPOINTS.slice(1, 3)), [
    "  10.0.0.1:80  open",
    `  10.0.0.2:80  refused: ${HELD}`,
  ]);
});

Deno.test("countsText() counts the states, in the order of the table", () => {
  const states = ["refused", ...Array.from({ length: 1200 }, () => "open")];
  assertEquals(shownOn(screenWith(80), countsText(states, STATES)), "1,200 open, 1 refused");
});

Deno.test("withoutRepeats() refers to the cause of an address, and keeps any other reason", () => {
  const shorten = withoutRepeats(ENDPOINTS);
  assertEquals(shorten(`10.0.0.2:80: ${HELD}`), "10.0.0.2:80 is refused, see above");
  assertEquals([shorten("not listed"), shorten(null)], ["not listed", null]);
});
