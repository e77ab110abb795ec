// Goal: no text of others reaches a terminal as an escape sequence, also where there is color. Method:
// hostile text in every field that others choose, forced color, narrow and wide terminals.
import { assert, assertEquals } from "@std/assert";
import { ForeignText } from "../../../mod/base/printable.ts";
import type { Endpoint } from "../../../mod/base/address.ts";
import { parseEndpoint } from "../../../mod/base/address.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import type { MachineView } from "../../../mod/listen/plan/plan_input.ts";
import { widthOf } from "../../../mod/cli/core/screen/fit.ts";
import { commandHome, serviceStatus } from "../../support/command_home.ts";
import { machineOf } from "../../support/machine.ts";

/** ESC, CSI of one byte, OSC, a bell, a carriage return, a backspace, a direction. */
const HOSTILE = "a\x1b[31mb\x9b2Jc\x1b]0;x\x07d\re\bf\u202eg \x1b[m";

const OWNER: PortOwner = {
  workers: [],
  ...(parseEndpoint("127.0.0.2:8080") as Endpoint),
  mapped: false,
  v6only: null,
  device: null,
  pid: 7,
  program: new ForeignText(HOSTILE),
  user: HOSTILE,
  socket: 1,
  namespace: HOSTILE,
};

const MACHINE = machineOf(["127.0.0.2/8 lo"]);

function viewWith(owner: PortOwner): MachineView {
  return {
    readMachine: () => MACHINE,
    askSystem: (machine) => Promise.resolve(machine),
    findListeners: () => Promise.resolve({ owners: [owner], unseen: null }),
  };
}

const STATUS = serviceStatus({ HTTP: "running", W3SVC: "running" }, {
  user: HOSTILE,
  ipListen: [HOSTILE],
  endpoints: [
    { ip: "127.0.0.2", port: 8080, scheme: "http", state: "refused", cause: HOSTILE },
    { ip: "127.0.0.3", port: 8080, scheme: "http", state: "open", cause: null, note: HOSTILE },
  ],
  sites: [{ id: 1, name: HOSTILE, state: "stopped", reason: HOSTILE, bindings: [HOSTILE] }],
  registrations: [
    { url: HOSTILE, to: HOSTILE, uid: 1, keep: true, since: "2026-01-02T03:04:05.000Z" },
  ],
  problems: [{ text: HOSTILE, hint: HOSTILE }],
  stored: { file: "/c", changes: null, problem: HOSTILE, hint: HOSTILE },
  unmatched: [HOSTILE],
});

/** What color is made of; nothing else of a screen may be a control character. */
// deno-lint-ignore no-control-regex
const COLOR = /\x1b\[(?:1|2|3[1-6]|1;3[1-6])?m/g;

Deno.test("no text of others is an escape sequence in any listing, with color", async () => {
  await using home = await commandHome();
  await home.run(["site", "add", "one", "--bind", "127.0.0.2:8080:", "--respond", HOSTILE]);
  await home.run(["site", "add", HOSTILE, "--bind", "127.0.0.2:8081:", "--respond", "x"]);
  await home.run(["set", "iplisten", "-i", HOSTILE], { env: { USER: HOSTILE } });
  await home.run("set iplisten -i 127.0.0.2", { env: { USER: HOSTILE } });
  await home.serve(() => Promise.resolve(STATUS));
  const lines: (string | readonly string[])[] = [
    ...["status", "status --all", "plan", "who 8080", "explain 127.0.0.2:8080", "site list"],
    ...["history", "history diff 2", "registrations", "cert list", "events", "nonsense"],
    ...["config profile", "query iplisten", "explain 127.0.0.2:9"],
    ["site", "show", HOSTILE],
    ["--color", HOSTILE, "status"],
    ["status", HOSTILE],
    [HOSTILE],
  ];
  for (const owner of [OWNER, { ...OWNER, namespace: null }]) {
    for (const columns of [40, 80, 200, undefined]) {
      for (const line of lines) {
        const { out, note } = await home.run(line, {
          env: { FORCE_COLOR: "1" },
          machine: viewWith(owner),
          ...(columns === undefined ? {} : { columns }),
        });
        const rest = `${out}${note}`.replace(COLOR, "");
        const bad = /[^\P{Cc}\n]|[\u202a-\u202e]/u.exec(rest);
        assertEquals(bad?.[0], undefined, JSON.stringify([line, columns, rest]));
        for (const shown of out.replace(COLOR, "").split("\n")) {
          // What is to be copied, and the lines of a diff, are not broken.
          const isTyped = shown.startsWith("hint: ") || line === "history diff 2";
          const width = widthOf(shown);
          assert(isTyped || width <= (columns ?? Infinity), `${line}, ${columns}: ${shown}`);
        }
      }
    }
  }
});
