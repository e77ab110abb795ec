// Goal: whoever sets a value without an effect is told, and nobody else. Method: a table.
import { assertEquals } from "@std/assert";
import type { MetabaseValue } from "../../../mod/config/document/document.ts";
import { effectNote } from "../../../mod/config/metabase/effects.ts";
import { propertyRow } from "../../../mod/config/metabase/schema.ts";

Deno.test("effectNote() tells what has no effect, and why", () => {
  const cases: [path: string, name: string, want: RegExp | null, value?: MetabaseValue][] = [
    ["W3SVC/1", "ServerBindings", null],
    ["W3SVC/1/ROOT", "Path", null],
    ["W3SVC", "ConnectionTimeout", null],
    ["W3SVC/1", "ConnectionTimeout", null],
    ["W3SVC/1", "LogExtFileHost", null],
    ["W3SVC/1/ROOT/a", "AccessRead", null],
    ["W3SVC/1/ROOT", "HttpRedirect", null],
    ["W3SVC/1", "HttpRedirect", /^HttpRedirect is stored at W3SVC\/1 but has no effect: /],
    ["W3SVC/1", "DisableSocketPooling", null],
    ["W3SVC/Info", "MajorIIsVersionNumber", null],
    ["W3SVC", "ServerListenTimeout", /^ServerListenTimeout is stored at W3SVC but has no effect$/],
    ["W3SVC/1/ROOT", "AspBufferingOn", /has no effect: there is no ASP here/],
    ["W3SVC/1/ROOT", "AspEnableTracker", /has no effect/],
    ["W3SVC/1/ROOT", "AccessScript", /has no effect: no script or program runs/],
    ["W3SVC/1/ROOT", "AccessFlags", /^nothing of AccessFlags has an effect but AccessRead and/],
    ["W3SVC/1", "HttpErrors", null, ["404,*,FILE,/srv/404.html"]],
    ["W3SVC/1", "HttpErrors", /^nothing of HttpErrors/, ["403,4,URL,/x.asp"]],
  ];
  for (const [path, name, want, value] of cases) {
    const note = effectNote(path, propertyRow(name)!, value);
    if (want === null) assertEquals(note, null, `${path} ${name}`);
    else assertEquals(want.test(note ?? ""), true, `${path} ${name}: ${note}`);
  }
});
