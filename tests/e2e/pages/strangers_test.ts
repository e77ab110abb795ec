// Story: what the service says to people who have no business here: nothing about the machine, the
// sites, the files and the programs, whatever goes wrong.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { talk } from "../../support/http_client.ts";
import { startLocalProgram } from "../../support/local_program.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { testInNamespace } from "../../support/spaces/net_namespace.ts";
import { PORT, spaceDocument, SpaceService } from "../../support/spaces/space_service.ts";
import { waitFor } from "../../support/wait.ts";

const V4 = "127.0.0.2";
const FORMS = ["text/html,*/*;q=0.8", "application/json", "*/*"];

Deno.test({
  name: "an error says what went wrong, in the form that was asked for, and nothing else",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using program = await Program.make();
    await using slow = await startLocalProgram("slow");
    const [port, dead] = [freePort(), freePort()];
    const www = `${program.home}/www`;
    await Deno.mkdir(`${www}/private/.git`, { recursive: true });
    const [site] = DEFAULT_DOCUMENT.sites;
    const content = { kind: "root", path: www } as const;
    const sites = [{ ...site!, name: "internal", bindings: [`:${port}:`], content }];
    const document = { ...DEFAULT_DOCUMENT, ipListen: [V4], sites };
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    await program.serve();
    for (const [path, to] of [["dead", `http://127.0.0.1:${dead}`], ["slow", slow.url]] as const) {
      const line = `register http://+:${port}/${path}/ --to ${to} --timeout 1`;
      const registered = program.spawn(line);
      await waitFor(() => registered.stderr().includes("lasts as long"), line);
    }

    const cases: [line: string, status: number, says: string][] = [
      ["GET /none.html", 404, "There is nothing at this address."],
      ["GET /private/.git/config", 404, "There is nothing at this address."],
      ["GET /private/", 403, "The contents of this folder are not listed."],
      ["DELETE /private/", 405, "This address does not support the request method."],
      ["GET /dead/x", 502, "The program behind this address is not reachable"],
      ["GET /slow/silent", 504, "The program behind this address did not respond in time."],
    ];
    const secret = new RegExp(
      `${program.home}|internal|W3SVC|127\\.0|:${dead}|:${new URL(slow.url).port}|httpcfg[/ ][0-9]`,
    );
    for (const [line, status, says] of cases) {
      for (const accept of FORMS) {
        const fields = `Host: somewhere\r\nAccept: ${accept}\r\nConnection: close\r\n`;
        const response = await talk(V4, port, `${line} HTTP/1.1\r\n${fields}\r\n`);
        assertStringIncludes(response, `HTTP/1.1 ${status} `, line);
        assertStringIncludes(response, says, line);
        const type = /Content-Type: ([a-z/+]*)/.exec(response)?.[1];
        const types = ["text/html", "application/problem+json", "text/plain"];
        assertEquals(type, types[FORMS.indexOf(accept)]!, line);
        assertEquals(secret.exec(response), null, response);
        assert(response.length < 3500, `${line}: ${response.length} bytes`);
      }
    }
  },
});

Deno.test("the words of HTTP.sys stay its own, and no method shows what another would not", async () => {
  await using program = await Program.make();
  const port = freePort();
  const [site] = DEFAULT_DOCUMENT.sites;
  const sites = [{ ...site!, bindings: [`:${port}:known`] }];
  const document = { ...DEFAULT_DOCUMENT, ipListen: [V4], sites };
  await Deno.writeTextFile(program.config, JSON.stringify(document));
  await program.serve();
  const ask = (text: string): Promise<string> => talk(V4, port, text);
  const accept = "Accept: text/html\r\nConnection: close\r\n\r\n";
  const cases: [request: string, status: string, heading: string][] = [
    [`GET / HTTP/1.1\r\nHost: unknown\r\n${accept}`, "400", "Bad Request - Invalid Hostname"],
    [`GET % HTTP/1.1\r\nHost: known\r\n${accept}`, "400", "Bad Request - Invalid URL"],
    [`TRACE / HTTP/1.1\r\nHost: known\r\nX-Secret: 1\r\n${accept}`, "501", "Not Implemented"],
  ];
  for (const [request, status, heading] of cases) {
    const response = await ask(request);
    assertStringIncludes(response, `HTTP/1.1 ${status} `);
    assertStringIncludes(response, '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"');
    assertStringIncludes(response, `<h2>${heading}</h2>`);
    assertEquals(/X-Secret|W3SVC|Default Web Site|127\.0/.exec(response), null);
  }
  const options = await ask(`OPTIONS * HTTP/1.1\r\nHost: known\r\n${accept}`);
  assertEquals(/W3SVC|Default|127\.0|httpcfg[/ ][0-9]/.exec(options), null);
});

testInNamespace("another machine sees a plain welcome page", async (space) => {
  for (const ip of ["10.77.0.1", "10.77.0.2"]) await space.ip(`addr add ${ip}/24 dev v0`);
  await using service = await SpaceService.make(space);
  const document = spaceDocument({ list: ["10.77.0.1", "127.0.0.1"] });
  const sites = document.sites.map((site) => ({ ...site, content: { kind: "welcome" } }));
  await service.store({ ...document, sites });
  await service.do("net start w3svc");
  const read = async (more: string, ip: string): Promise<string> => {
    return await service.system(
      "curl",
      "-sS",
      "--max-time",
      "60",
      ...more.split(" "),
      `http://${ip}:${PORT}/`,
    );
  };
  for (const accept of FORMS) {
    const header = `-HAccept:${accept}`;
    assertStringIncludes(await read(header, "127.0.0.1"), "10.77.0.1:8080");
    for (const host of ["10.77.0.1", "127.0.0.1", "localhost"]) {
      const page = await read(`${header} -HHost:${host}`, "10.77.0.1");
      assertEquals(/10\.77|127\.0|8080|W3SVC|httpcfg|"one"/.exec(page), null, page);
      assertStringIncludes(page, "running");
    }
  }
});
