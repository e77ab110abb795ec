// Goal: the document is never incomplete, lost or wrong. Method: a store in a temporary directory.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Fault, quote } from "../../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { editList } from "../../../mod/config/document/edit.ts";
import { serialize, type StoreOptions } from "../../../mod/config/store/store.ts";
import { storeAt } from "../../support/store.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const isRootOnPosix = Deno.build.os !== "windows" && Deno.uid() === 0;
/** Usually `nobody`; any uid but root's would do. */
const OTHER_UID = 65534;

function adding(entry: string): (document: ConfigDocument) => ConfigDocument {
  return (document) => editList(document, [{ kind: "add", entry }]).document;
}

Deno.test("Store.read() without a file returns the built-in document and writes nothing", async () => {
  await using folder = await tempFolder();
  assertEquals(await storeAt(folder.at("deep/config.json")).read(), DEFAULT_DOCUMENT);
  assertEquals(folder.names(), []);
});

Deno.test("Store.update() creates the directory and a document that reads back", async () => {
  await using folder = await tempFolder();
  const store = storeAt(folder.at("a/b/config.json"));
  const change = await store.update(adding("10.0.0.1"));
  assertEquals([change.changed, change.before], [true, DEFAULT_DOCUMENT]);
  assertEquals(change.after.ipListen, ["10.0.0.1"]);
  assertEquals(await storeAt(store.file).read(), change.after);
  assertEquals(await Deno.readTextFile(store.file), serialize(change.after));
  assertEquals([...Deno.readDirSync(folder.at("a/b"))].map(({ name }) => name).sort(), [
    "config.json",
    "config.json.lock",
  ]);
});

Deno.test("Store.read() returns the same value until the file changes", async () => {
  await using folder = await tempFolder();
  const store = storeAt(folder.at("config.json"));
  await store.update(adding("10.0.0.1"));
  const first = await store.read();
  assert(await store.read() === first);
  await Deno.writeTextFile(store.file, "{");
  await assertRejects(() => store.read(), Fault);
  await Deno.writeTextFile(store.file, serialize({ ...first, ipListen: [] }));
  assertEquals((await store.read()).ipListen, []);
});

Deno.test("serialize() indents the text and ends it with one newline", () => {
  const text = serialize(DEFAULT_DOCUMENT);
  assert(text.startsWith('{\n  "version": 2,') && text.endsWith("}\n") && !text.endsWith("\n\n"));
});

Deno.test("Store.update() without a change leaves the file alone and calls nothing", async () => {
  await using folder = await tempFolder();
  const calls: string[] = [];
  const store = storeAt(folder.at("config.json"), {
    onReplace: (_, after) => Promise.resolve(void calls.push(after)),
  });
  await store.update(adding("10.0.0.1"));
  const before = await Deno.stat(store.file);
  assertEquals((await store.update((document) => ({ ...document }))).changed, false);
  const after = await Deno.stat(store.file);
  assertEquals([after.ino, after.mtime], [before.ino, before.mtime]);
  assertEquals(calls.length, 1);
});

Deno.test("Store takes every spelling, and stores and returns one", async () => {
  await using folder = await tempFolder();
  const store = storeAt(folder.at("config.json"));
  const text = JSON.stringify({ ...DEFAULT_DOCUMENT, ipListen: ["::0:1", "10.0.0.1/32", "::1"] });
  await Deno.writeTextFile(store.file, text);
  const document = { ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1", "::1"] };
  assertEquals(await store.read(), document);
  const same = await store.update((before) => ({
    ...before,
    ipListen: ["::1", "::1", "10.0.0.1"],
  }));
  assertEquals([same.changed, await Deno.readTextFile(store.file)], [false, text]);
  const change = await store.update((before) => ({ ...before, ipListen: ["::2/128"] }));
  assertEquals([change.before, change.after.ipListen], [document, ["::2"]]);
  assertEquals(await Deno.readTextFile(store.file), serialize(change.after));
});

Deno.test("Store.update() passes another author on", async () => {
  await using folder = await tempFolder();
  const seen: unknown[] = [];
  const store = storeAt(folder.at("config.json"), {
    onReplace: (_before, _after, author) => Promise.resolve(void seen.push(author)),
  });
  const author = { user: "root@web1", command: "fleet revision 2" };
  await store.update((document) => ({ ...document, ipListen: ["10.0.0.1"] }), author);
  await store.update((document) => ({ ...document, ipListen: [] }));
  assertEquals(seen, [author, undefined]);
});

Deno.test("Store.update() passes the previous text to onReplace, or null at first", async () => {
  await using folder = await tempFolder();
  const seen: (string | null)[] = [];
  const store = storeAt(folder.at("config.json"), {
    onReplace: (before, after) => Promise.resolve(void seen.push(before, after)),
  });
  const first = await store.update(adding("10.0.0.1"));
  const second = await store.update(adding("10.0.0.2"));
  const [one, two] = [serialize(first.after), serialize(second.after)];
  assertEquals(seen, [null, one, one, two]);
});

Deno.test("Store.update() records nothing if the write fails", async () => {
  await using folder = await tempFolder();
  const calls: string[] = [];
  const store = storeAt(folder.at("config.json"), {
    onReplace: (_, after) => Promise.resolve(void calls.push(after)),
  });
  await Deno.mkdir(folder.at("config.json.new")); // not empty: the temporary file cannot be created
  await Deno.writeTextFile(folder.at("config.json.new/file"), "");
  const fault = await assertRejects(() => store.update(adding("10.0.0.1")), Fault, "Cannot write");
  assert(fault.hint);
  assertEquals(calls, []);
});

Deno.test("Store.update() stores nothing if the edit, the check or the history fails", async () => {
  await using folder = await tempFolder();
  const file = folder.at("config.json");
  await storeAt(file).update(adding("10.0.0.1"));
  const before = await Deno.readTextFile(file);
  const fail = (message: string): never => {
    throw new Fault(message);
  };
  const failures: [message: string, options: Partial<StoreOptions>, edit: typeof addingSecond][] = [
    ["no such site", {}, () => fail("no such site")],
    ["ipListen[1]", {}, (d) => ({ ...d, ipListen: [...d.ipListen, "1..2.3"] })],
    ["disk full", { onReplace: () => Promise.reject(new Fault("disk full")) }, addingSecond],
  ];
  for (const [message, options, edit] of failures) {
    await assertRejects(() => storeAt(file, options).update(edit), Fault, message);
    assertEquals(await Deno.readTextFile(file), before, message);
    assertEquals(folder.names(), ["config.json", "config.json.lock"], message);
  }
  assertEquals((await storeAt(file).update(addingSecond)).changed, true, "the lock was released");
});

Deno.test("Store.update() loses no change with forty concurrent writers", async () => {
  await using folder = await tempFolder();
  const wanted = Array.from({ length: 40 }, (_, i) => `10.0.0.${i}`);
  await Promise.all(wanted.map((entry) => {
    return storeAt(folder.at("config.json")).update(adding(entry));
  }));
  const { ipListen } = await storeAt(folder.at("config.json")).read();
  assertEquals([...ipListen].sort(), [...wanted].sort());
});

Deno.test("Store.update() is not blocked by files that a killed writer left", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(folder.at("config.json.new"), '{"version": 1, "ipLis');
  await Deno.writeTextFile(folder.at("config.json.lock"), "");
  await storeAt(folder.at("config.json")).update(adding("10.0.0.1"));
  assertEquals(folder.names(), ["config.json", "config.json.lock"]);
  assertEquals((await storeAt(folder.at("config.json")).read()).ipListen, ["10.0.0.1"]);
});

Deno.test({
  name: "Store.update() keeps the mode of the file, and a link stays a link",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    await Deno.mkdir(folder.at("real"));
    const real = folder.at("real/document.json");
    await storeAt(real).update(adding("10.0.0.1"));
    assertEquals((await Deno.stat(real)).mode! & 0o777, 0o644);
    await Deno.chmod(real, 0o640);
    await Deno.symlink(real, folder.at("config.json"));
    await storeAt(folder.at("config.json")).update(adding("10.0.0.2"));
    assert((await Deno.lstat(folder.at("config.json"))).isSymlink);
    assertEquals((await Deno.stat(real)).mode! & 0o777, 0o640);
    assertEquals((await storeAt(real).read()).ipListen, ["10.0.0.1", "10.0.0.2"]);
    assertEquals(folder.names(), ["config.json", "real"], "one document has one lock");
  },
});

Deno.test({
  name: "Store.update() by root leaves document and lock to the user who owns the document",
  ignore: !isRootOnPosix,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    const file = folder.at("config.json");
    await Deno.writeTextFile(file, serialize(DEFAULT_DOCUMENT));
    await Deno.chown(file, OTHER_UID, OTHER_UID);
    await storeAt(file).update(adding("10.0.0.1"));
    for (const path of [file, `${file}.lock`]) {
      assertEquals((await Deno.stat(path)).uid, OTHER_UID, path);
    }
  },
});

Deno.test("Store rejects an invalid document with a path, a reason and a hint", async () => {
  await using folder = await tempFolder();
  const file = folder.at("config.json");
  const changed = (change: Record<string, unknown>): string => {
    return JSON.stringify({ ...DEFAULT_DOCUMENT, ...change });
  };
  const cases: [text: string, message: string][] = [
    ["", "Cannot read"],
    ['{"version": 1,', "Cannot read"],
    [`${serialize(DEFAULT_DOCUMENT)}}`, "Cannot read"],
    ["null", "expected an object"],
    ["[]", "expected an object"],
    ['{"version": 1}', "ipListen: missing"],
    [changed({ ipLisen: [] }), "ipLisen: unknown field"],
    [changed({ ipListen: "10.0.0.1" }), "ipListen: expected a list"],
    [changed({ version: 3 }), "version 3 is newer than 2"],
    [changed({ version: 3, sites: "new shape" }), "version 3 is newer than 2"],
    [changed({ version: "1" }), "version: expected 2"],
  ];
  for (const [text, message] of cases) {
    await Deno.writeTextFile(file, text);
    const fault = await assertRejects(() => storeAt(file).read(), Fault, message);
    assertStringIncludes(fault.message, quote(file));
    assert(fault.hint, message);
    await assertRejects(() => storeAt(file).update(adding("10.0.0.1")), Fault, message);
    assertEquals(await Deno.readTextFile(file), text, "the file is unchanged");
  }
});

Deno.test("Store counts the problems and shows the first twenty", async () => {
  await using folder = await tempFolder();
  const ipListen = Array.from({ length: 30 }, (_, i) => i);
  await Deno.writeTextFile(
    folder.at("config.json"),
    JSON.stringify({ ...DEFAULT_DOCUMENT, ipListen }),
  );
  const fault = await assertRejects(() => storeAt(folder.at("config.json")).read(), Fault);
  const lines = fault.message.split("\n");
  assertStringIncludes(lines[0]!, "30 problems");
  assertEquals([lines.length, lines.at(-1)], [22, "  and 10 more"]);
});

Deno.test("Store says why a file cannot be read or written", async () => {
  await using folder = await tempFolder();
  await Deno.mkdir(folder.at("folder"));
  await Deno.writeTextFile(folder.at("file"), "");
  const cases: [name: string, read: string | null, update: string][] = [
    ["folder", "is a directory", "is a directory"],
    [
      "file/config.json",
      // To Windows there is no such file, and so no document.
      Deno.build.os === "windows" ? null : "part of the path is not a directory",
      "part of the path is not a directory",
    ],
  ];
  for (const [name, read, update] of cases) {
    const store = storeAt(folder.at(name));
    if (read !== null) {
      const fault = await assertRejects(() => store.read(), Fault, "Cannot read");
      assertStringIncludes(fault.message, read);
    }
    const fault = await assertRejects(() => store.update(adding("::1")), Fault, "Cannot ");
    assertStringIncludes(fault.message, update);
    assert(fault.hint);
  }
});

Deno.test("Store does not read a file that is too large to be a document", async () => {
  await using folder = await tempFolder();
  const file = folder.at("config.json");
  await Deno.writeTextFile(file, "");
  await Deno.truncate(file, 64 * 1024 * 1024 + 1); // a sparse file, which takes no space on disk
  const fault = await assertRejects(
    () => storeAt(file).read(),
    Fault,
    "too large (67,108,865 bytes, limit 64 MiB)",
  );
  assert(fault.hint);
});

Deno.test("Store reads the old or the new document while another process writes", async () => {
  await using folder = await tempFolder();
  const file = folder.at("config.json");
  await storeAt(file).update(adding("10.0.0.0"));
  let isWriting = true;
  const writing = (async (): Promise<void> => {
    for (let i = 1; i <= 20; i++) await storeAt(file).update(adding(`10.0.0.${i}`));
  })().finally(() => isWriting = false);
  let newest = 0;
  while (isWriting) {
    const { length } = (await storeAt(file).read()).ipListen;
    assert(length >= newest, `${length} entries after ${newest}`);
    newest = length;
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets the writer run
  }
  await writing;
  assertEquals((await storeAt(file).read()).ipListen.length, 21);
});

const addingSecond = adding("10.0.0.2");

Deno.test("Store.readList() checks only the list, and rejects a list that is invalid", async () => {
  await using folder = await tempFolder();
  const file = folder.at("config.json");
  assertEquals(await storeAt(file).readList(), []);
  const cases: [text: string, want: readonly string[] | null][] = [
    ['{"version":2,"ipListen":["10.0.0.1"],"sites":"broken"}', ["10.0.0.1"]],
    ['{"version":2,"ipListen":["::0:1","10.0.0.1/32","::1"]}', ["10.0.0.1", "::1"]],
    ['{"version":2,"ipListen":["1..2.3"]}', null],
    ['{"version":2,"ipListen":["10.0.0.1\\u001b[31m"]}', null],
    ['{"version":2,"ipListen":[1]}', null],
    ['{"version":99,"ipListen":[]}', null],
    ['{"version":1', null],
  ];
  for (const [text, want] of cases) {
    await Deno.writeTextFile(file, text);
    if (want === null) await assertRejects(() => storeAt(file).readList(), Fault, "Cannot ");
    else assertEquals(await storeAt(file).readList(), want);
  }
});

Deno.test("Store.update() does not write if its lock was removed meanwhile", async () => {
  await using folder = await tempFolder();
  const file = folder.at("config.json");
  await storeAt(file).update(adding("10.0.0.1"));
  const removing = storeAt(file, { onReplace: () => Deno.remove(`${file}.lock`) });
  const fault = await assertRejects(() => removing.update(adding("10.0.0.2")), Fault);
  assertEquals(fault.message.includes("was removed in the meantime"), true, fault.message);
  assertEquals((await storeAt(file).read()).ipListen, ["10.0.0.1"]);
  await storeAt(file).update(adding("10.0.0.3"));
  assertEquals(folder.names(), ["config.json", "config.json.lock"]);
});

Deno.test("Store.update() waits for the lock that has the name, not for one that was removed", async () => {
  await using folder = await tempFolder();
  const file = folder.at("config.json");
  await storeAt(file).update(adding("10.0.0.1"));
  const open = (): Promise<Deno.FsFile> => {
    return Deno.open(`${file}.lock`, { create: true, write: true });
  };
  const old = await open();
  await old.lock(true);
  const waiting = storeAt(file).update(adding("10.0.0.2"));
  let isDone = false;
  waiting.then(() => isDone = true, () => {});
  await new Promise((resolve) => setTimeout(resolve, 0));
  await Deno.remove(`${file}.lock`);
  const current = await open();
  assert(await current.tryLock(true), "the lock that was removed has the name still");
  old.close(); // the removed lock is free
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(isDone, false);
  current.close();
  await waiting;
  assertEquals((await storeAt(file).read()).ipListen, ["10.0.0.1", "10.0.0.2"]);
});
