/**
 * Goal: every version is kept with its author, up to a limit, and costs what it changes. Method: a
 * temporary directory, and the bytes in it.
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { damageText, History, HISTORY_COUNT_MAX } from "../../../mod/config/store/history.ts";
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

Deno.test("History.newest() finds the newest version that this program stored", async () => {
  await inDirectory(async (history) => {
    const newest = async (list: string): Promise<number | null> => {
      return (await history.newest(text(list)))?.number ?? null;
    };
    assertEquals(await newest(""), null);
    await history.record(null, text("10.0.0.1"), AUTHOR); // 1, found; 2
    await history.record(text("192.0.2.1"), text("10.0.0.2"), AUTHOR); // 3, found; 4
    await history.record(text("10.0.0.2"), text("10.0.0.1"), AUTHOR); // 5
    assertEquals([await newest("10.0.0.1"), await newest("10.0.0.2")], [5, 4]);
    assertEquals([await newest(""), await newest("192.0.2.1")], [null, null]);
    // One that `read` does not find is none.
    for (let i = 0; i < HISTORY_COUNT_MAX - 1; i++) {
      await history.record(
        text(i === 0 ? "10.0.0.1" : `10.9.0.${i - 1}`),
        text(`10.9.0.${i}`),
        AUTHOR,
      );
    }
    const { number } = (await history.list())[0]!;
    assertEquals([await newest("10.0.0.2"), await newest("10.0.0.1"), number], [null, 5, 5]);
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

Deno.test("a version costs what it changes, and not what the document has", async () => {
  const grown: number[] = [];
  for (const length of [10, 10_000]) {
    await inDirectory(async (history, directory) => {
      const entries = Array.from({ length }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
      await history.record(null, text(...entries), AUTHOR);
      const before = bytesIn(directory);
      for (let i = 0; i < 20; i++) {
        const steps = [i, i + 1].map((n) => text(...entries, ...EXTRA.slice(0, n)));
        await history.record(steps[0]!, steps[1]!, AUTHOR);
      }
      grown.push(bytesIn(directory) - before);
      const versions = await history.list();
      assertEquals(versions.length, 22);
      assertEquals(versions.at(-1)!.document.ipListen, [...entries, ...EXTRA]);
      assertEquals(versions.at(-2)!.document.ipListen.length, length + 19);
    });
  }
  assert(grown[1]! < 1.2 * grown[0]!, grown.join());
});

Deno.test("a whole version begins a file when the changes have outgrown the one before", async () => {
  await inDirectory(async (history, directory) => {
    const entry = (i: number): string => `10.0.${i >> 8}.${i & 255}`;
    for (let i = 0; i < 1000; i++) {
      await history.record(i === 0 ? null : text(entry(i)), text(entry(i + 1)), AUTHOR);
    }
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
    assert(names.length > 1 && names.length < 8, names.join());
    assert(names.every((name) => /^[0-9]{6}\.jsonl$/.test(name)), names.join());
    const versions = await history.list();
    assertEquals(versions.map(({ number }) => number), range(902, 1001));
    assertEquals(
      versions.map(({ document }) => document.ipListen.join()),
      range(901, 1000).map(entry),
    );
  });
});

Deno.test("History reads the files of an older program, and continues after them", async () => {
  await inDirectory(async (history, directory) => {
    for (const number of range(1, 100)) {
      const document = { ...DEFAULT_DOCUMENT, ipListen: [`10.0.0.${number}`] };
      const version = { version: 1, number, at: "2026-01-02T03:04:05.000Z", ...AUTHOR, document };
      const name = `${String(number).padStart(6, "0")}.json`;
      await Deno.writeTextFile(`${directory}/${name}`, `${JSON.stringify(version)}\n`);
    }
    assertEquals((await history.read(7)).document.ipListen, ["10.0.0.7"]);
    await history.record(text("10.0.0.100"), text("10.0.0.101"), AUTHOR);
    await history.record(text("10.0.0.101"), text("10.0.0.102"), AUTHOR);
    const versions = await history.list();
    assertEquals(versions.map(({ number }) => number), range(3, 102));
    assertEquals(
      versions.map(({ document }) => document.ipListen.join()),
      range(3, 102).map((number) => `10.0.0.${number}`),
    );
  });
});

Deno.test("what a killed writer left of a line is replaced", async () => {
  await inDirectory(async (history, directory) => {
    await history.record(null, text("10.0.0.1"), AUTHOR);
    const file = `${directory}/000001.jsonl`;
    const whole = await Deno.readTextFile(file);
    const lines = whole.split(/(?<=\n)/);
    for (const end of [whole.length - 1, lines[0]!.length + 1, lines[0]!.length, 20, 0]) {
      await Deno.writeTextFile(file, whole.slice(0, end));
      const kept = (await history.list()).length;
      assertEquals(kept, end >= lines[0]!.length ? 1 : 0);
      await history.record(text("10.0.0.1"), text("10.0.0.2"), AUTHOR);
      const users = (await history.list()).map(({ user, document }) => {
        return [user, document.ipListen.join()];
      });
      assertEquals(users.slice(kept), [[null, "10.0.0.1"], ["ada", "10.0.0.2"]], String(end));
      for (const { name } of Deno.readDirSync(directory)) Deno.removeSync(`${directory}/${name}`);
    }
  });
});

/** The file that `record` of six changes makes: versions 1 to 7. */
const FILE = "000001.jsonl";

/** What can happen to a file of the history: which versions are left, and what is said of it. */
const DAMAGES: readonly {
  readonly what: string;
  damage(path: string, lines: readonly string[]): Promise<void>;
  readonly left: readonly number[];
  readonly says: string;
}[] = [
  {
    what: "its first line is not JSON",
    damage: (path, [first, ...lines]) => writeLines(path, ["X" + first, ...lines]),
    left: [],
    says: "line 1: not a version in JSON",
  },
  {
    what: "a line in the middle is not JSON",
    damage: (path, lines) => writeLines(path, lines.with(3, "{")),
    left: [1, 2, 3],
    says: "line 4: not a version in JSON, and 3 more lines",
  },
  {
    what: "an address in its first line is another",
    damage: (path, lines) =>
      writeLines(path, lines.with(1, lines[1]!.replace('"10.0.0.1"', '"10.0.0.9"'))),
    left: [1],
    says: "line 2: not what was stored: its digest differs, and 5 more lines",
  },
  {
    what: "its last line is not complete",
    damage: (path, lines) => Deno.writeTextFile(path, lines.join("\n").slice(0, -20)),
    left: [1, 2, 3, 4, 5, 6],
    says: "line 7: not written to its end",
  },
  {
    what: "it is empty",
    damage: (path) => Deno.writeTextFile(path, ""),
    left: [],
    says: "line 1: not written to its end",
  },
  {
    what: "it is full of zeros",
    damage: (path) => Deno.writeFile(path, new Uint8Array(2048)),
    left: [],
    says: "line 1: not written to its end",
  },
  {
    what: "it is of a newer program",
    damage: (path, lines) =>
      writeLines(path, lines.with(0, lines[0]!.replace('{"version":2', '{"version":9'))),
    left: [],
    says: "line 1: version 9 is newer than 2, the newest that this program knows",
  },
  {
    what: "it has the name of another",
    damage: (path) => Deno.rename(path, path.replace(/01\.jsonl$/, "40.jsonl")),
    left: [],
    says: "line 1: number 1 instead of 40, and 6 more lines",
  },
  {
    what: "it is a directory",
    damage: async (path): Promise<void> => {
      await Deno.remove(path);
      await Deno.mkdir(`${path}/inside`, { recursive: true });
    },
    left: [],
    says: "cannot be read: is a directory",
  },
  {
    what: "it is a named pipe",
    damage: async (path): Promise<void> => {
      await Deno.remove(path);
      await new Deno.Command("mkfifo", { args: [path] }).output();
    },
    left: [],
    says: "cannot be read: not a regular file",
  },
  {
    what: "it is a link to nothing",
    damage: async (path): Promise<void> => {
      await Deno.remove(path);
      await Deno.symlink("/nonexistent/file", path, { type: "file" });
    },
    left: [],
    says: "line 1: not written to its end",
  },
];

/** What only POSIX has. */
const POSIX_DAMAGES = ["it is a named pipe"];

for (const { what, damage, left, says } of DAMAGES) {
  const ignore = Deno.build.os === "windows" && POSIX_DAMAGES.includes(what);
  Deno.test({ name: `a damaged file of the history: ${what}`, ignore }, async () => {
    await inDirectory(async (history, directory) => {
      const entries = range(1, 8).map((i) => `10.0.0.${i}`);
      const list = range(1, 6).map((count) => text(...entries.slice(0, count)));
      for (const [i, after] of list.entries()) {
        await history.record(list[i - 1] ?? null, after, AUTHOR);
      }
      const path = `${directory}/${FILE}`;
      await damage(path, (await Deno.readTextFile(path)).trimEnd().split("\n"));

      const found = await history.examine();
      assertEquals(found.versions.map(({ number }) => number), left);
      assertStringIncludes(damageText(found.damage), says);
      const fault = await assertRejects(() => history.read(7), Fault, "Cannot read version 7");
      if (what !== "it has the name of another") assertStringIncludes(fault.message, says);

      // The next changes are kept, and can be read again, also when the file has gone.
      const said = await history.record(list.at(-1)!, text("10.0.0.7"), AUTHOR);
      assertEquals(said.length > 0, true);
      await history.record(text("10.0.0.7"), text("10.0.0.8"), AUTHOR);
      const after = (await history.list()).slice(left.length);
      assertEquals(
        after.map(({ user, document }) => [user, document.ipListen.join()]),
        [[null, entries.slice(0, 6).join()], ["ada", "10.0.0.7"], ["ada", "10.0.0.8"]],
      );
      assert(after[0]!.number > 6, "a number is used again");
      assertEquals((await history.newest(text("10.0.0.8")))?.number, after.at(-1)!.number);
    });
  });
}

Deno.test("a damaged file of the history that is as old as can be does not stop the next", async () => {
  await inDirectory(async (history, directory) => {
    await Deno.mkdir(`${directory}/000001.jsonl/inside`, { recursive: true });
    for (let i = 1; i <= 3 * HISTORY_COUNT_MAX; i++) {
      await history.record(i === 1 ? null : text(`10.0.1.${i - 1}`), text(`10.0.1.${i}`), AUTHOR);
    }
    assertEquals((await history.list()).length, HISTORY_COUNT_MAX);
  });
});

function writeLines(path: string, lines: readonly string[]): Promise<void> {
  return Deno.writeTextFile(path, `${lines.join("\n")}\n`);
}

Deno.test("a document with other white space is no version of its own", async () => {
  await inDirectory(async (history) => {
    await history.record(null, text("10.0.0.1"), AUTHOR);
    const other = JSON.stringify(JSON.parse(text("10.0.0.1")));
    await history.record(other, text("10.0.0.2"), AUTHOR);
    assertEquals((await history.list()).map(({ user }) => user), [null, "ada", "ada"]);
  });
});

const EXTRA = range(1, 20).map((i) => `192.0.2.${i}`);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function bytesIn(directory: string): number {
  return [...Deno.readDirSync(directory)]
    .reduce((sum, { name }) => sum + Deno.statSync(`${directory}/${name}`).size, 0);
}

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

function text(...entries: readonly string[]): string {
  return serialize({ ...DEFAULT_DOCUMENT, ipListen: entries });
}
