// Goal: whoever asks Httpcfg.exe for help gets its usage with every status code, and each code of the
// table comes. Method: command lines in this process.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HTTPCFG_USAGE, storeHelp } from "../../../../mod/cli/tools/httpcfg/usage_text.ts";
import { commandHome } from "../../../support/command_home.ts";

Deno.test("every way to ask Httpcfg.exe for help shows the usage, with exit status 0", async () => {
  await using home = await commandHome();
  const lines = ["/?", "-?", "?", "? ssl", "? IPLISTEN", "set", "query", "delete", "SET", "set /?"];
  for (const line of [...lines, "query -?", "delete ?", "set ?"]) {
    assertEquals(await home.run(line), { status: 0, out: HTTPCFG_USAGE, note: "" }, line);
  }
  assert((await home.run("--help")).out.startsWith("httpcfg "), "the overview stays as it is");
  for (const line of ["set --help", "help query", "delete --help"]) {
    assertStringIncludes((await home.run(line)).out, HTTPCFG_USAGE, line);
  }
});

Deno.test("the help of every action and store has its switches and status codes", async () => {
  await using home = await commandHome();
  for (const store of ["ssl", "urlacl", "iplisten"] as const) {
    for (const action of ["set", "query", "delete"] as const) {
      if (action === "query" && store === "iplisten") continue; // it has no switches
      const help = storeHelp(action, store);
      for (const word of ["--help", "/?", "-?", "?"]) {
        const { status, out, note } = await home.run(`${action} ${store} ${word}`);
        assertEquals([status, note], [0, ""], `${action} ${store} ${word}`);
        for (const line of help.join("\n").split("\n").filter((one) => one.startsWith("  "))) {
          assertStringIncludes(out, `${line}\n`);
        }
      }
    }
  }
  assertStringIncludes((await home.run("query iplisten /?")).out, "1168");
});

// On Windows the exit status is the code itself.
Deno.test("each status code of the usage comes from a line of Httpcfg.exe", async () => {
  const hash = "0".repeat(40);
  const lines: [code: number, line: string][] = [
    [0, "set iplisten -i 127.0.0.2"],
    [183, "set iplisten -i 127.0.0.2"],
    [2, "delete iplisten -i 127.0.0.9"],
    [0, "delete iplisten -i 127.0.0.2"],
    [1168, "query iplisten"],
    [10022, "set iplisten -i 1.2.3"],
    [10022, "set ssl -i nonsense:1 -h ${hash}"],
    [87, "set iplisten -z 1"],
    [1312, `set ssl -i 127.0.0.2:443 -h ${hash}`],
    [87, "set urlacl -u http://+:80 -a D:(A;;GX;;;WD)"],
    [1336, "set urlacl -u http://+:80/ -a D:(A;;GX)"],
    [1338, "set urlacl -u http://+:80/ -a nonsense"],
    [2, "delete urlacl -u http://+:80/"],
  ];
  await using home = await commandHome();
  for (const [code, line] of lines) {
    assertEquals((await home.run(line, { os: "windows" })).status, code, line);
    assertStringIncludes(HTTPCFG_USAGE, `${code} `);
  }
});
