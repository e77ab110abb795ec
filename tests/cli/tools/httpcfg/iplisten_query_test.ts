// Goal: the list in every format, in its order. Method: a stored list, exact output.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandHome } from "../../../support/command_home.ts";

Deno.test("query iplisten prints every format, with the entries in order", async () => {
  await using home = await commandHome();
  await home.store({ ipListen: ["10.0.0.2", "::1", "Ethernet 2"] });
  const cases: [form: string, out: string][] = [
    ["text", "IP :10.0.0.2\nIP :::1\nIP :Ethernet 2\n"],
    ["ndjson", '{"ip":"10.0.0.2"}\n{"ip":"::1"}\n{"ip":"Ethernet 2"}\n'],
    ["csv", "ip\n10.0.0.2\n::1\nEthernet 2\n"],
    ["tsv", "ip\n10.0.0.2\n::1\nEthernet 2\n"],
  ];
  for (const [form, out] of cases) {
    const ran = await home.run(["query", "iplisten", "--format", form]);
    assertEquals(ran, { status: 0, out, note: "" }, form);
  }
  const { out } = await home.run("query iplisten --format=json");
  const iplisten = [{ ip: "10.0.0.2" }, { ip: "::1" }, { ip: "Ethernet 2" }];
  assertEquals(JSON.parse(out), { version: 1, iplisten });
});

Deno.test("query iplisten of an empty list: a code as text, else an empty listing", async () => {
  await using home = await commandHome();
  const query = ["query", "iplisten"];
  const line = "HttpQueryServiceConfiguration completed with 1168\n";
  assertEquals(await home.run(query), { status: 1, out: line, note: "" });
  assertEquals((await home.run(query, { os: "windows" })).status, 1168);
  const cases: [form: string, out: string][] = [["ndjson", ""], ["csv", "ip\n"], ["tsv", "ip\n"]];
  for (const [form, out] of cases) {
    assertEquals(await home.run([...query, "--format", form]), { status: 0, out, note: "" }, form);
  }
  const { out } = await home.run([...query, "--format", "json"]);
  assertEquals(JSON.parse(out), { version: 1, iplisten: [] });
});

Deno.test("query iplisten ignores the old tool's switches, but not unknown flags", async () => {
  await using home = await commandHome();
  await home.store({ ipListen: ["10.0.0.2"] });
  assertEquals((await home.run("query iplisten -i x")).out, "IP :10.0.0.2\n");
  const ran = await home.run("query iplisten --formt json");
  assertEquals([ran.status, ran.out], [2, ""]);
  assertStringIncludes(ran.note, '"--formt"');
});
