// Goal: the list is changed in one way, whoever changes it: same checks, same advice. Method: the
// function itself, then the command lines of three tools.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type AdminIo, codeOf } from "../../mod/admin/admin_io.ts";
import { changeList, type ListChange } from "../../mod/admin/change_list.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { commandHome } from "../support/command_home.ts";
import { storeAt } from "../support/store.ts";
import { tempFolder } from "../support/temp_folder.ts";

function ioAt(file: string): AdminIo {
  return {
    store: storeAt(file),
    control: { ask: () => Promise.resolve(null) },
    env: () => undefined,
    now: () => 0,
    record: () => Promise.resolve(),
    consent: () => false,
  } as unknown as AdminIo;
}

Deno.test("changeList() stores what is allowed, and returns the code of what is not", async () => {
  await using folder = await tempFolder();
  const io = ioAt(folder.at("config.json"));
  const steps: [change: ListChange, code: number, list: string][] = [
    [{ kind: "edit", edits: [{ kind: "add", text: "127.0.0.2" }] }, 0, "127.0.0.2"],
    [{ kind: "edit", edits: [{ kind: "add", text: "127.0.0.2" }] }, 183, "127.0.0.2"],
    [{ kind: "edit", edits: [{ kind: "add", text: "127.0.0.1" }] }, 0, "127.0.0.1 127.0.0.2"],
    [{ kind: "edit", edits: [{ kind: "add", text: "1.2.3" }] }, 10022, "127.0.0.1 127.0.0.2"],
    [{ kind: "edit", edits: [{ kind: "add", text: "eth99" }] }, 10022, "127.0.0.1 127.0.0.2"],
    [
      { kind: "edit", edits: [{ kind: "add", text: "eth99", later: true }] },
      0,
      "127.0.0.1 127.0.0.2 eth99",
    ],
    [
      { kind: "edit", edits: [{ kind: "add", text: "192.0.2.1", strict: true }] },
      10049,
      "127.0.0.1 127.0.0.2 eth99",
    ],
    [{ kind: "edit", edits: [{ kind: "remove", text: "eth99" }] }, 0, "127.0.0.1 127.0.0.2"],
    [{ kind: "edit", edits: [{ kind: "remove", text: "eth99" }] }, 2, "127.0.0.1 127.0.0.2"],
    [
      { kind: "edit", edits: [{ kind: "remove", text: "10.0.0.0/33" }] },
      10022,
      "127.0.0.1 127.0.0.2",
    ],
    [{ kind: "replace", document: { ...DEFAULT_DOCUMENT, ipListen: ["::1"] } }, 0, "::1"],
  ];
  for (const [change, code, list] of steps) {
    const result = await changeList(io, change);
    assertEquals([codeOf(result), result.change === null], [code, code !== 0]);
    assertEquals((await io.store.readList()).join(" "), list);
  }
});

Deno.test("changeList() makes what it can of many edits, in order and in one write", async () => {
  await using folder = await tempFolder();
  const io = ioAt(folder.at("config.json"));
  const { answers, problem, change } = await changeList(io, {
    kind: "edit",
    edits: [
      { kind: "add", text: "127.0.0.2" },
      { kind: "add", text: "1.2.3", origin: 'line 7 of "list"' },
      { kind: "add", text: "::ffff:127.0.0.2" },
      { kind: "remove", text: "127.0.0.9" },
      { kind: "add", text: "127.0.0.3" },
      { kind: "remove", text: "127.0.0.2" },
    ],
  });
  assertEquals(answers.map(codeOf), [0, 10022, 183, 2, 0, 0]);
  assertEquals([problem?.code, change?.after.ipListen], [10022, ["127.0.0.3"]]);
  const [error] = answers[1]!.notices;
  assertEquals(error?.text, 'Cannot add "1.2.3", line 7 of "list": an IPv4 address has four parts');
});

Deno.test("changeList() rejects a document made from one that is no longer stored", async () => {
  await using folder = await tempFolder();
  const io = ioAt(folder.at("config.json"));
  const over = await io.store.read();
  const document: ConfigDocument = { ...over, ipListen: ["127.0.0.2"] };
  await changeList(io, { kind: "edit", edits: [{ kind: "add", text: "127.0.0.9" }] });
  const stale = await changeList(io, { kind: "replace", document, over });
  assertEquals(stale.problem?.reason, "the stored document changed in the meantime");
  assertEquals(await io.store.readList(), ["127.0.0.9"]);
  const fresh = await changeList(io, { kind: "replace", document, over: await io.store.read() });
  assertEquals([fresh.problem, await io.store.readList()], [null, ["127.0.0.2"]]);
});

Deno.test("set iplisten, netsh add iplisten and config import give the same advice", async () => {
  for (const entry of ["!eth98", "eth99"]) {
    const notes: string[] = [];
    const ways: readonly (readonly string[])[] = [
      ["set", "iplisten", "-i", entry, "--later"],
      ["netsh", "-f", "script"],
      ["config", "import", "document"],
    ];
    for (const way of ways) {
      await using home = await commandHome();
      await home.store({ ipListen: ["10.0.0.0/24"] });
      const at = (name: string): string => `${home.path}/${name}`;
      await Deno.writeTextFile(at("script"), `add iplisten ipaddress=${entry}\n`);
      const document = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.0/24", entry] };
      await Deno.writeTextFile(at("document"), JSON.stringify(document));
      const line = way.map((word) => word === "script" || word === "document" ? at(word) : word);
      const { status, note } = await home.run(line);
      assertEquals([status, home.stored()?.ipListen], [0, ["10.0.0.0/24", entry]], way.join(" "));
      notes.push(note);
    }
    assertStringIncludes(notes[0]!, `note: "${entry}" `);
    assertEquals(notes, [notes[0], notes[0], notes[0]], entry);
  }
});

Deno.test("set iplisten and netsh http add iplisten reject the same entries alike", async () => {
  for (const entry of ["1.2.3", "10.0.0.5/24", "eth99", "10.0.0.5:0"]) {
    await using home = await commandHome();
    const set = await home.run(["set", "iplisten", "-i", entry]);
    const netsh = await home.run(["netsh", "http", "add", "iplisten", `ipaddress=${entry}`]);
    assertStringIncludes(set.note, `error: Cannot add "${entry}": `);
    assertEquals(netsh.note, set.note, entry);
    assertEquals(home.stored(), null);
  }
});

Deno.test("an entry with a port is the address, with a note, whichever tool adds or removes it", async () => {
  for (const [typed, entry] of [["0.0.0.0:8000", "0.0.0.0"], ["[::1]:80", "::1"]] as const) {
    await using home = await commandHome();
    const note = `note: "${typed}" is taken as ${entry}: an entry has no port`;
    const lines: [line: readonly string[], list: readonly string[]][] = [
      [["set", "iplisten", "-i", typed], [entry]],
      [["delete", "iplisten", "-i", typed], []],
      [["netsh", "http", "add", "iplisten", `ipaddress=${typed}`], [entry]],
      [["netsh", "http", "delete", "iplisten", typed], []],
    ];
    for (const [line, list] of lines) {
      const ran = await home.run(line);
      assertEquals([ran.status, home.stored()?.ipListen], [0, list], line.join(" "));
      assertStringIncludes(ran.note, note);
    }
  }
});
