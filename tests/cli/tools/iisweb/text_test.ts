// Goal: the tables of iisweb.vbs, to the column. Method: the lines of a capture.
import { assertEquals } from "@std/assert";
import * as messages from "../../../../mod/cli/tools/iisweb/text.ts";
import type { SiteRecord } from "../../../../mod/config/document/document.ts";

function site(id: number, name: string, bindings: readonly string[]): SiteRecord {
  const content = { kind: "echo" } as const;
  return { id, name, bindings, secureBindings: [], autoStart: true, content };
}

Deno.test("queryText() has the columns of the captured table", () => {
  const sites = [
    site(1, "Default Web Site", [":80:"]),
    site(1716510118, "security test", [":8090:", "192.168.100.200:80:www.a.com"]),
    site(3, "bare", []),
  ];
  assertEquals(
    messages.queryText(sites, (id) => id === 1 ? 2 : 4),
    `Site Name (Metabase Path)                     Status  IP              Port  Host

============================================================================
Default Web Site (W3SVC/1)                    STARTED ALL             80    N/A
security test (W3SVC/1716510118)              STOPPED ALL             8090  N/A
                                                      192.168.100.200 80    www.a.com
bare (W3SVC/3)                                STOPPED N/A             N/A   N/A
`,
  );
  assertEquals(messages.queryText([], () => 4), "Site(s) not found.\n");
});

Deno.test("createdText() and the result lines equal those of the script", () => {
  const options = { server: "web1", ip: "", host: "", port: 80, root: "/srv/a", status: "STARTED" };
  assertEquals(
    messages.createdText({ name: "A", id: 5 }, options),
    `Server        = WEB1
Site Name     = A
Metabase Path = W3SVC/5
IP            = ALL UNASSIGNED
Host          = NOT SPECIFIED
Port          = 80
Root          = /srv/a
Status        = STARTED
`,
  );
  const cases: [got: string, want: string][] = [
    [messages.stateChanged("W3SVC/1", "STARTED"), "Server W3SVC/1 has been STARTED\n"],
    [messages.siteDeleted("W3SVC/1"), "Server W3SVC/1 has been DELETED.\n"],
    [messages.alreadyInState("W3SVC/1", "PAUSED"), "Server W3SVC/1 is already PAUSED\n"],
    [
      messages.notAllowedInState("paused", "STOPPED"),
      "Server cannot be paused in its current state (server is stopped)\n",
    ],
    [
      messages.failedToChange("W3SVC/1", 1062, "The service has not been started."),
      "Failed to change status of server. W3SVC/1\n" +
      "Error &H80070426: The service has not been started.\n",
    ],
    [messages.invalidSwitch("z"), "Invalid switch: z\nType IIsWeb /? for help.\n"],
    [messages.stateName(6), "PAUSED"],
  ];
  for (const [got, want] of cases) assertEquals(got, want);
});
