// Story: one site, whose paths have other content; stored by commands, served by one process and by
// two, changed without a restart, and seen by the old tools.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { get } from "../support/http_client.ts";
import { freePort } from "../support/ports.ts";
import { Program } from "../support/program.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("applications: the longest path decides, for one worker and for two", async () => {
  await using temp = await tempFolder();
  await Deno.mkdir(temp.at("docs/deep"), { recursive: true });
  await Deno.writeTextFile(temp.at("docs/a.txt"), "manual");
  await using program = await Program.make();
  const port = freePort();
  await program.do("site remove W3SVC/1");
  await program.do("set iplisten -i 127.0.0.1");
  await program.do(["site", "add", "shop", "--bind", `:${port}:`, "--respond", "home"]);
  await program.do([
    ...["site", "set", "shop"],
    ...["--map", `/docs=${temp.at("docs")}`],
    ...["--map", "/docs/deep/er/=respond:deeper"],
    ...["--map", "/old/=redirect:301:/new{path}"],
  ]);
  await program.do("net start w3svc");
  const check = async (): Promise<void> => {
    const cases: [path: string, status: number, body: string | null, location?: string][] = [
      ["/", 200, "home"],
      ["/docsx/a.txt", 200, "home"],
      ["/docs/a.txt", 200, "manual"],
      ["/DOCS/a.txt", 200, "manual"],
      ["/%64ocs/a.txt", 200, "manual"],
      ["/docs/../docs/a.txt", 200, "manual"],
      ["/docs", 301, null, "/docs/"],
      ["/docs/deep", 301, null, "/docs/deep/"],
      ["/docs/none", 404, null],
      ["/docs/deep/er/x", 200, "deeper"],
      ["/docs/deep/er", 200, "deeper"],
      ["/old/x?y=1", 301, null, "/new/old/x?y=1"],
    ];
    for (const [path, status, body, location] of cases) {
      const response = await get("127.0.0.1", port, { path });
      assertEquals(response.status, status, path);
      if (body !== null) assertEquals(response.body, body, path);
      if (location !== undefined) assertEquals(response.headers.location, location);
    }
  };
  await check();
  await program.do("settings set Workers 2");
  await program.do("reload");
  await check();

  const explained = await program.do(`explain http://127.0.0.1:${port}/docs/a.txt`);
  assertStringIncludes(explained.out, 'Served by site "shop", application "/docs/": files under');
  const id = (await program.status()).sites[0]!.id;
  const tree = await program.do(`adsutil ENUM_ALL /P W3SVC/${id}/ROOT`);
  assertStringIncludes(tree.out, `[/W3SVC/${id}/ROOT/docs]`);
  assertStringIncludes(tree.out, `[/W3SVC/${id}/ROOT/docs/deep/er]`);
  const path = await program.do(`adsutil GET W3SVC/${id}/ROOT/docs/Path`);
  assertStringIncludes(path.out, `"${await Deno.realPath(temp.at("docs"))}"`);

  await program.do(`adsutil CREATE_VDIR W3SVC/${id}/ROOT/files`);
  await program.do(["adsutil", "SET", `W3SVC/${id}/ROOT/files/Path`, temp.at("docs")]);
  await program.do("site set shop --unmap /docs/ --unmap /old");
  await program.do("reload");
  assertEquals((await get("127.0.0.1", port, { path: "/files/a.txt" })).body, "manual");
  assertEquals((await get("127.0.0.1", port, { path: "/docs/a.txt" })).body, "home");
  const taken = await program.run(
    `register http://*:${port}/FILES/ --to http://127.0.0.1:${freePort()}`,
  );
  assertEquals(taken.status, 183);
  assertStringIncludes(taken.err, 'already registered by site "shop"');
});
