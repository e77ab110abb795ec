import { assertEquals } from "@std/assert";
import { toolOf, withToolName } from "../../mod/cli/invoked_as.ts";

Deno.test("toolOf() recognizes the old tools by their file names", () => {
  const cases: [path: string, want: string | null][] = [
    ["/usr/local/bin/net", "net"],
    ["netsh", "netsh"],
    ["C:\\Inetpub\\AdminScripts\\ADSUTIL.VBS", "adsutil"],
    ["./iisweb.exe", "iisweb"],
    ["C:\\Windows\\System32\\IISRESET.EXE", "iisreset"],
    ["/usr/local/bin/sc", "sc"],
    ["%windir%\\system32\\inetsrv\\appcmd.exe", "appcmd"],
    ["/opt/net/httpcfg", null],
    ["network", null],
    ["", null],
  ];
  for (const [path, want] of cases) assertEquals(toolOf(path), want, path);
});

Deno.test("withToolName() adds the name of an old tool, but not that of httpcfg", async () => {
  const called = async (as: string | null): Promise<readonly string[]> => {
    if (as !== null) Deno.env.set("HTTPCFG_CALLED_AS", as);
    try {
      return await withToolName(["start", "w3svc"]);
    } finally {
      Deno.env.delete("HTTPCFG_CALLED_AS");
    }
  };
  assertEquals(await called("/usr/bin/net"), ["net", "start", "w3svc"]);
  assertEquals(await called("httpcfg"), ["start", "w3svc"]);
  assertEquals(await called(null), ["start", "w3svc"]);
});
