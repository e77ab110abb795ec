// Goal: the commands of adsutil.vbs that change or control something. Method: words in, answer out.
import { assertEquals } from "@std/assert";
import { mayEdit, runAdsutil } from "../../../../mod/cli/tools/adsutil/run.ts";
import { DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";

Deno.test("commands that change something return the text, exit status and document", () => {
  const cases: [line: string, exit: number, lastLine: string, changes: boolean][] = [
    [
      "set w3svc/1/serverbindings :81:",
      0,
      'serverbindings                  : (LIST) ":81:" ',
      true,
    ],
    [
      "set w3svc/1/ServerBindings bad",
      -2147024809,
      "Error Trying To SET the Property: ServerBindings",
      false,
    ],
    [
      "set w3svc/1/ServerAutoStart maybe",
      -2147463156,
      "Error Trying To SET the Property: ServerAutoStart",
      false,
    ],
    ["set w3svc/1/ServerComment a b", 2, "Error: Wrong number of Args for the SET command", false],
    [
      "set w3svc/1/Nonsense x",
      -2147024893,
      "Error Trying To GET the Schema of the property: Nonsense",
      false,
    ],
    ["set w3svc/9/ServerComment x", -2147024893, "Error Trying To Get the Object: w3svc/9", false],
    ["set w3svc/1/ServerComment", 2, "Error: Wrong number of Args for the SET command", false],
    ["set w3svc/1/ServerCommand 9", 2, "Invalid ServerCommand: 9", false],
    [
      "set w3svc/info/ServerCommand 1",
      2,
      "Can't set ServerCommand on a non-IIsWebServer object.",
      false,
    ],
    ["create W3SVC/5 IIsWebServer", 0, 'created "W3SVC/5"', true],
    ["create_vserv W3SVC/5", 0, 'created "W3SVC/5"', true],
    ["create W3SVC/1 IIsWebServer", -2147024713, "Error creating the object: W3SVC/1", false],
    ["create", 2, "Error: Wrong number of Args for the CREATE command", false],
    ["delete W3SVC/1", 0, 'deleted path "W3SVC/1"', true],
    ["delete W3SVC/1/ServerBindings", 0, 'deleted property "ServerBindings"', true],
    [
      "delete W3SVC/1/MaxConnections",
      -2147463162,
      "Error deleting the object: W3SVC/1/MaxConnections",
      false,
    ],
    ["delete a b", 2, "Error: Wrong number of Args for the DELETE command", false],
    ["copy W3SVC/1 W3SVC/5", 0, "copied from W3SVC/1 to W3SVC/5", true],
    ["move W3SVC/1 W3SVC/5", 0, "moved from W3SVC/1 to W3SVC/5", true],
    ["copy W3SVC/9 W3SVC/5", -2147024893, "Error trying to open the object: W3SVC/9", false],
    ["copy W3SVC/1", 2, "Error: Wrong number of Args for the Copy/Move command", false],
    ["start_server", 2, "Error: Wrong number of Args for the START_SERVER command", false],
    ["stop_server w3svc/9", -2147024893, "Error trying to open the object: w3svc/9", false],
    ["frobnicate x", 2, 'For help, just type "Cscript.exe adsutil.vbs".', false],
    [
      "get w3svc/1/ServerState -s:other",
      462,
      "Error Trying To GET the Object (GetObject Failed): w3svc/1/ServerState",
      false,
    ],
    [
      "set -s:localhost w3svc/1/serverbindings :81:",
      0,
      'serverbindings                  : (LIST) ":81:" ',
      true,
    ],
  ];
  for (const [line, exit, lastLine, changes] of cases) {
    const answer = runAdsutil(line.split(" "), DEFAULT_DOCUMENT, () => undefined);
    const last = answer.text.trimEnd().split("\n").at(-1);
    assertEquals([answer.exit, last], [exit, lastLine.trimEnd()], line);
    assertEquals(answer.document !== undefined, changes, line);
  }
});

Deno.test("the server commands call the running service", () => {
  const cases: [line: string, verb: string][] = [
    ["start_server W3SVC/1", "START"],
    ["STOP_SERVER W3SVC/1", "STOP"],
    ["pause_server W3SVC/1", "PAUSE"],
    ["continue_server W3SVC/1", "CONTINUE"],
    ["set W3SVC/1/ServerCommand 1", "START"],
    ["set W3SVC/1/ServerCommand 2", "STOP"],
    ["set W3SVC/1/ServerCommand 3", "PAUSE"],
    ["set W3SVC/1/ServerCommand 4", "CONTINUE"],
  ];
  for (const [line, verb] of cases) {
    const { action, exit } = runAdsutil(line.split(" "), DEFAULT_DOCUMENT, () => undefined);
    assertEquals([action?.verb, action?.siteId, action?.path, exit], [verb, 1, "W3SVC/1", 0], line);
  }
});

Deno.test("runAdsutil() returns the usage with 2 for no words, the help with 0 for HELP", () => {
  const usage = runAdsutil([], DEFAULT_DOCUMENT, () => undefined);
  assertEquals([usage.exit, usage.text.startsWith("Usage:\n      ADSUTIL.VBS <cmd>")], [2, true]);
  const help = runAdsutil(["help"], DEFAULT_DOCUMENT, () => undefined);
  assertEquals([help.exit, help.text.startsWith("Usage:\n      ADSUTIL.VBS CMD")], [0, true]);
});

Deno.test("CREATE warns of a missing parent and of a missing KeyType", () => {
  const { text } = runAdsutil(["create", "W3SVC/Filters/mine"], DEFAULT_DOCUMENT, () => undefined);
  const lines = text.split("\n");
  assertEquals(lines[0], "WARNING: The parent path (W3SVC/Filters) was not already created.");
  assertEquals(
    lines[4],
    "WARNING: The Object Type of this object was not specified or was specified as",
  );
  assertEquals(lines[7], 'created "W3SVC/Filters/mine"');
});

Deno.test("mayEdit() is true for the commands that need the lock", () => {
  assertEquals(
    ["set x y", "-s:a delete x", "get x", "start_server x", ""].map((line) => {
      return mayEdit(line.split(" "));
    }),
    [true, true, false, false, false],
  );
});
