/** Goal: every version is kept with its author, up to a limit. Method: a temporary directory. */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { History, HISTORY_COUNT_MAX } from "../../../mod/config/store/history.ts";
import { serialize } from "../../../mod/config/store/store.ts";

const AUTHOR = { user: "ada", command: "httpcfg set iplisten -i 10.0.0.1" };

Deno.test("History keeps the document before the first change, and every change", async () => {
  await inDirectory(async (history) => {
    await history.record(null, text("10.0.0.1"), AUTHOR);
    await history.record(text("10.0.0.1"), text("10.0.0.2"), { ...AUTHOR, user: "bob" });
    const versions = await history.list();
    assertEquals(
      versions.map(({ number, user, document }) => [number, user, document.ipListen.join()]),
      [[1, null, ""], [2, "ada", "10.0.0.1"], [3, "bob", "10.0.0.2"]],
    );
    assertEquals((await history.read(2)).command, AUTHOR.command);
    await assertRejects(() => history.read(9), Fault, "version 9");
  });
});

Deno.test("History records a document that was changed by other means", async () => {
  await inDirectory(async (history) => {
    await history.record(null, text("10.0.0.1"), AUTHOR);
    await history.record(text("192.0.2.1"), text("10.0.0.2"), AUTHOR);
    const users = (await history.list()).map(({ user, document }) => [
      user,
      document.ipListen.join(),
    ]);
    assertEquals(users.slice(2), [[null, "192.0.2.1"], ["ada", "10.0.0.2"]]);
  });
});

Deno.test("History skips files that are not versions", async () => {
  await inDirectory(async (history, directory) => {
    await history.record(null, text("10.0.0.1"), AUTHOR);
    const wrong = ["", "{", "null", "[]", '{"number":7}', JSON.stringify(await history.read(2))];
    for (const [i, content] of wrong.entries()) {
      await Deno.writeTextFile(`${directory}/00000${i + 3}.json`, content);
    }
    assertEquals((await history.list()).map(({ number }) => number), [1, 2]);
    await assertRejects(() => history.read(3), Fault, "version 3");
    await history.record(text("10.0.0.1"), text("10.0.0.2"), AUTHOR);
    assertEquals((await history.list()).at(-1)?.document.ipListen, ["10.0.0.2"]);
  });
});

Deno.test("History is bounded, and never uses a number again", async () => {
  await inDirectory(async (history) => {
    for (let i = 0; i < HISTORY_COUNT_MAX + 5; i++) {
      await history.record(i === 0 ? null : text(`10.0.0.${i}`), text(`10.0.0.${i + 1}`), AUTHOR);
    }
    const versions = await history.list();
    assertEquals(versions.length, HISTORY_COUNT_MAX);
    assertEquals(versions.at(-1)?.number, HISTORY_COUNT_MAX + 6);
  });
});

Deno.test("History omits an incomplete file", async () => {
  await inDirectory(async (history, directory) => {
    await history.record(null, text("10.0.0.1"), AUTHOR);
    await Deno.writeTextFile(`${directory}/000003.json`, '{"number": 3, "docu');
    assertEquals((await history.list()).map(({ number }) => number), [1, 2]);
    await history.record(text("10.0.0.1"), text("10.0.0.2"), AUTHOR);
    assertEquals((await history.list()).at(-1)?.document.ipListen, ["10.0.0.2"]);
  });
});

async function inDirectory(
  test: (history: History, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(new History(directory), directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function text(entry: string): string {
  return serialize({ ...DEFAULT_DOCUMENT, ipListen: [entry] } as ConfigDocument);
}
