// Goal: GET, ENUM and FIND on a document. Method: words in, text out.
import { assertEquals } from "@std/assert";
import { runAdsutil } from "../../../../mod/cli/tools/adsutil/run.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";

const DOCUMENT: ConfigDocument = {
  ...DEFAULT_DOCUMENT,
  metabase: { W3SVC: { DisableSocketPooling: true } },
};

Deno.test("GET, ENUM and FIND print the lines of the script", () => {
  const cases: [line: string, exit: number, text: string][] = [
    [
      "get w3svc/1/disablesocketpooling",
      0,
      "disablesocketpooling            : (BOOLEAN) True\n", // inherited from W3SVC
    ],
    ["GET w3svc/1/ServerState", 0, "ServerState                     : (INTEGER) 2\n"],
    [
      "GET w3svc/1/MaxConnections",
      -2147463162,
      'The parameter "MaxConnections is not set at this node.\n',
    ],
    [
      "GET w3svc/1/Nonsense",
      -2147463155,
      "ErrNumber: -2147463155 (0x8000500D)\n" +
      "Error Trying To GET the property: (Get Method Failed) Nonsense\n" +
      "  (This property is probably not allowed at this node)\n",
    ],
    [
      "GET w3svc/99/ServerState",
      -2147024893,
      "The path requested could not be found.\nErrNumber: -2147024893 (0x80070003)\n" +
      "Error Trying To GET the Object (GetObject Failed): w3svc/99\n",
    ],
    ["GET", 2, "Error: Wrong number of Args for the GET command\n"],
    ["ENUM /P W3SVC", 0, "[/W3SVC/AppPools]\n[/W3SVC/Info]\n[/W3SVC/1]\n"],
    ["ENUM /P", 0, "[/W3SVC]\n"],
    ["ENUM_ALL /P W3SVC/1", 0, "[/W3SVC/1/ROOT]\n"],
    [
      "ENUM w3svc/9",
      -2147024893,
      "The path requested could not be found.\nErrNumber: -2147024893 (0x80070003)\n" +
      "Error Trying To ENUM the Object (GetObject Failed): w3svc/9\n",
    ],
    ["ENUM a b", 2, "Error: Wrong number of Args for the ENUM command\n"],
    [
      "FIND w3svc/DisableSocketPooling",
      0,
      "Property DisableSocketPooling found at:\n  W3SVC\n",
    ],
    [
      "FIND w3svc/LogFileDirectory",
      0,
      "Property LogFileDirectory was not found at any node beneath w3svc\n",
    ],
  ];
  for (const [line, exit, text] of cases) {
    const answer = runAdsutil(line.split(" "), DOCUMENT, () => 2);
    assertEquals([answer.exit, answer.text], [exit, text], line);
    assertEquals(answer.document, undefined, "reading changes nothing");
  }
});

Deno.test("ENUM of a site shows its record", () => {
  const { text } = runAdsutil(["ENUM", "W3SVC/1"], DOCUMENT, () => 4);
  assertEquals(
    text,
    `KeyType                         : (STRING) "IIsWebServer"
ServerState                     : (INTEGER) 4
ServerComment                   : (STRING) "Default Web Site"
ServerAutoStart                 : (BOOLEAN) True
ServerBindings                  : (LIST) (1 Items)
  ":8080:"

SecureBindings                  : (LIST) (0 Items)

[/W3SVC/1/ROOT]
`,
  );
});
