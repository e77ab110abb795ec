// Goal: a registration that root keeps survives the service, until it is ended. Method: the real
// program, which is stopped and started again.
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { ConfigDocument } from "../../../mod/config/document/document.ts";
import { startLocalProgram } from "../../support/local_program.ts";
import { HOST, ProxiedSite } from "../../support/proxy/proxied_site.ts";

Deno.test({
  name: "register --keep lasts over a restart, a reload follows the document, unregister ends it",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using a = await startLocalProgram("program a");
    await using site = await ProxiedSite.start(["--respond", "site"]);
    const { program, port } = site;
    const url = `http://+:${port}/a/`;
    const get = async (): Promise<string> => {
      return await (await fetch(`http://${HOST}:${port}/a/x`)).text();
    };
    const read = async (): Promise<ConfigDocument> => {
      return JSON.parse(await Deno.readTextFile(program.config)) as ConfigDocument;
    };
    await program.do(`register ${url} --to ${a.url} --keep --timeout 9`);
    assertEquals(await get(), "program a");
    assertEquals((await read()).registrations, [{ url, to: a.url, timeout: 9 }]);
    assertMatch((await program.do("plan")).out, /no changes|keep/i);
    await program.do("net stop http /y");
    await program.do("net start w3svc");
    assertEquals(await get(), "program a");
    const { registrations } = JSON.parse((await program.do("registrations --format json")).out);
    assertEquals([registrations.length, registrations[0].keep], [1, true]);
    const { registrations: _, ...others } = await read();
    await Deno.writeTextFile(program.config, JSON.stringify(others));
    await program.do("reload");
    assertEquals(await get(), "site");
    await program.do(`register ${url} --to ${a.url} --keep`);
    assertEquals(await get(), "program a");
    await program.do(`unregister ${url}`);
    assertEquals([await get(), (await read()).registrations], ["site", undefined]);
    await program.do(`register ${url} --to ${a.url} --keep`);
    await program.do("net stop http /y");
    await program.do(`unregister ${url}`);
    assertEquals((await read()).registrations, undefined);
    assertNotEquals((await program.run(`unregister ${url}`)).status, 0);
    await program.do("net start w3svc");
    await program.do(`register ${url} --to ${a.url} --keep`);
    site.service.signal("SIGTERM");
    await site.service.ended;
    await program.do(`unregister ${url}`);
    assertEquals((await read()).registrations, undefined);
  },
});
