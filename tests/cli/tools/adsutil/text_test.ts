// Goal: the output of adsutil.vbs, to the column. Method: whole texts.
import { assertEquals } from "@std/assert";
import * as messages from "../../../../mod/cli/tools/adsutil/text.ts";
import { propertyRow } from "../../../../mod/config/metabase/schema.ts";

Deno.test("values are written as by GET, ENUM and SET", () => {
  const bindings = propertyRow("ServerBindings")!;
  const items = ["192.168.1.107:80:", "192.168.1.107:83:host", "192.168.1.107:84:"];
  const cases: [got: string, want: string][] = [
    [
      messages.getText("DisableSocketPooling", propertyRow("DisableSocketPooling")!, true),
      "DisableSocketPooling            : (BOOLEAN) True\n",
    ],
    [
      messages.getText("serverstate", propertyRow("ServerState")!, 2),
      "serverstate                     : (INTEGER) 2\n",
    ],
    [
      messages.getText("ServerComment", propertyRow("ServerComment")!, "Default Web Site"),
      'ServerComment                   : (STRING) "Default Web Site"\n',
    ],
    [
      messages.getText("ServerBindings", bindings, items),
      "ServerBindings                  : (LIST)  (3 Items)\n" +
      '  "192.168.1.107:80:"\n  "192.168.1.107:83:host"\n  "192.168.1.107:84:"\n',
    ],
    [
      messages.enumText(bindings, [":80:"]),
      'ServerBindings                  : (LIST) (1 Items)\n  ":80:"\n\n',
    ],
    [
      messages.setText("ServerBindings", bindings, [":81:", ":82:"]),
      'ServerBindings                  : (LIST) ":81:" ":82:" \n',
    ],
    [messages.notSetText("X"), 'The parameter "X is not set at this node.\n'],
    [messages.childText("W3SVC/1"), "[/W3SVC/1]\n"],
    [messages.serverDone("CONTINUE", "w3svc/1"), "Server w3svc/1 Successfully CONTINUED\n"],
    [
      messages.serverFailed("START", "w3svc/1", -2147023834),
      "ErrNumber: -2147023834 (0x80070426)\nError trying to START the server: w3svc/1\n",
    ],
    [
      messages.errorText(-2147024893, "Error deleting the object: x"),
      "The path requested could not be found.\n" +
      "ErrNumber: -2147024893 (0x80070003)\nError deleting the object: x\n",
    ],
  ];
  for (const [got, want] of cases) assertEquals(got, want);
});
