// Goal: iisreset, sc and appcmd do what they say on a real service. Method: the real program, and
// requests.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";

const IP = "127.0.0.2";

Deno.test({
  name: "appcmd adds a site, iisreset and sc start and stop what serves it",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using program = await Program.make();
    const [port, later] = [freePort(), freePort()];
    await program.do(`set iplisten -i ${IP}`);
    await program.do("site remove W3SVC/1");
    await Deno.mkdir(`${program.home}/www`);
    await Deno.writeTextFile(`${program.home}/www/index.html`, "here");
    const get = async (at: number): Promise<string | null> => {
      const response = await fetch(`http://${IP}:${at}/`).catch(() => null);
      return response === null ? null : await response.text();
    };
    const added = await program.do(
      `appcmd add site /name:shop /bindings:http/*:${port}: /physicalPath:${program.home}/www`,
    );
    assertStringIncludes(added.out, 'SITE object "shop" added');
    const started = await program.do("iisreset /start");
    assertStringIncludes(started.out, "Internet services successfully started\n");
    assertEquals(await get(port), "here");
    const element = `/+bindings.[protocol='http',bindingInformation='*:${later}:']`;
    await program.do(["appcmd", "set", "site", "shop", element]);
    assertEquals(await get(later), null);
    const restarted = await program.do("iisreset");
    assertStringIncludes(restarted.out, "Internet services successfully restarted\n");
    assertEquals([await get(port), await get(later)], ["here", "here"]);
    const { out } = await program.do("sc stop w3svc");
    assertMatch(out, /STATE +: 1 {2}STOPPED/);
    assertEquals(await get(port), null);
    assertEquals((await program.run("sc stop w3svc")).status, 1);
    assertMatch((await program.do("sc start w3svc")).out, /STATE +: 4 {2}RUNNING/);
    assertEquals(await get(later), "here");
    assertMatch((await program.do("appcmd list site")).out, /"shop" \(id:\d+,.*state:Started\)/);
    await program.do("iisreset /stop");
    assertEquals(await get(port), null);
    assertMatch((await program.do("sc query http")).out, /RUNNING/);
  },
});
