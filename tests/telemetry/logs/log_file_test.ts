import { assertEquals, assertGreater } from "@std/assert";
import {
  LogFile,
  type LogFileOptions,
  type LogTrouble,
} from "../../../mod/telemetry/logs/log_file.ts";
import { HTTPERR_NAMES, W3C_NAMES } from "../../../mod/telemetry/logs/log_names.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const DAY = "261122";

Deno.test("LogFile collects lines and writes them on the tick, after the header", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(`${folder}/deep/er`);
  log.append("one\n", DAY);
  log.append("two\n", DAY);
  assertEquals(await names(folder), []); // nothing on disk before the tick
  log.tick();
  await log.flush();
  log.append("three\n", DAY);
  await log.close();
  assertEquals(await read(`${folder}/deep/er/ex261122.log`), "#head\none\ntwo\nthree\n");
  if (Deno.build.os !== "windows") {
    const { mode } = await Deno.stat(`${folder}/deep/er/ex261122.log`);
    assertEquals(mode! & 0o777, 0o640 & ~Deno.umask());
  }
});

Deno.test("LogFile begins a new file each day, and continues it after a restart", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(folder);
  log.append("a\n", "261122");
  log.append("b\n", "261123");
  await log.close();
  const again = open(folder);
  again.append("c\n", "261123");
  await again.close();
  assertEquals(await read(`${folder}/ex261122.log`), "#head\na\n");
  assertEquals(await read(`${folder}/ex261123.log`), "#head\nb\n#head\nc\n");
});

Deno.test("LogFile rolls by size without loss, and finds its last file on a restart", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const options = { truncateBytes: 100, names: HTTPERR_NAMES };
  let log = open(folder, options);
  for (let i = 0; i < 40; i++) {
    if (i === 20) {
      await log.close();
      log = open(folder, options);
    }
    log.append(`line ${i}\n`, "");
    await log.flush();
  }
  await log.close();
  const files = await names(folder);
  assertGreater(files.length, 3);
  let lines: string[] = [];
  for (let i = 1; i <= files.length; i++) {
    const text = await read(`${folder}/httperr${i}.log`);
    assertEquals(text.length <= 100, true);
    assertEquals(text.startsWith("#head\n"), true);
    lines = [...lines, ...text.trimEnd().split("\n").filter((line) => line !== "#head")];
  }
  assertEquals(lines, Array.from({ length: 40 }, (_, i) => `line ${i}`));
});

Deno.test("LogFile fills each file with the lines that it has room for, also from one batch", async () => {
  await using temp = await tempFolder();
  const log = open(temp.path, { truncateBytes: 100, names: HTTPERR_NAMES });
  const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`);
  lines[30] = `long ${"x".repeat(150)}`; // no file has room for it and for anything else
  for (const line of lines) log.append(`${line}\n`, "");
  await log.close();
  const texts: string[] = [];
  for (let i = 1; i <= (await names(temp.path)).length; i++) {
    texts.push(await read(temp.at(`httperr${i}.log`)));
  }
  const written = texts.flatMap((text) => text.trimEnd().split("\n").slice(1));
  assertEquals(written, lines);
  for (const [i, text] of texts.entries()) {
    assertEquals(text.startsWith("#head\n"), true);
    if (text.includes("long")) assertEquals(text.split("\n").length, 3); // head, line, end
    else assertEquals(text.length <= 100, true);
    const next = texts[i + 1]?.split("\n")[1];
    if (next !== undefined) assertEquals(text.length + next.length + 1 > 100, true, text);
  }
});

Deno.test({
  name: "LogFile counts as lost what was not written, not the part of a batch in the file before",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await using temp = await tempFolder();
    const troubles: LogTrouble[] = [];
    let lost = 0;
    const log = open(temp.path, {
      truncateBytes: 100,
      names: HTTPERR_NAMES,
      onTrouble: (trouble) => troubles.push(trouble),
      onLost: (lines) => lost += lines,
    });
    log.append("line 10\n", ""); // 8 bytes
    await log.flush();
    await Deno.symlink("/dev/full", temp.at("httperr2.log"));
    for (let i = 11; i < 30; i++) log.append(`line ${i}\n`, "");
    await log.close();
    const first = await read(temp.at("httperr1.log"));
    assertEquals(first.trimEnd().split("\n").length, 1 + 11);
    assertEquals([lost, troubles.length], [20 - 11, 1]);
  },
});

Deno.test("LogFile keeps the configured number of old files", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(folder, { truncateBytes: 20, names: HTTPERR_NAMES, keepFiles: 2 });
  for (let i = 0; i < 30; i++) {
    log.append(`line ${i}\n`, "");
    await log.flush();
  }
  await log.close();
  const files = await names(folder);
  const texts = await Promise.all(files.map((name) => read(`${folder}/${name}`)));
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line.startsWith("line")));
  const newest = Array.from({ length: lines.length }, (_, i) => `line ${30 - lines.length + i}`);
  assertEquals([files.length, lines], [3, newest]);
});

Deno.test("LogFile opens its file by name again after reopen()", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(folder);
  log.append("before\n", DAY);
  await log.flush();
  await Deno.rename(`${folder}/ex261122.log`, `${folder}/moved`);
  log.append("still the old one\n", DAY);
  await log.flush();
  log.reopen();
  log.append("after\n", DAY);
  await log.close();
  assertEquals(await read(`${folder}/moved`), "#head\nbefore\nstill the old one\n");
  assertEquals(await read(`${folder}/ex261122.log`), "#head\nafter\n");
});

Deno.test("LogFile opens its file again if somebody has removed or replaced it", async () => {
  await using temp = await tempFolder();
  const path = `${temp.path}/ex261122.log`;
  const log = open(temp.path);
  const changes: (() => Promise<void>)[] = [
    () => Deno.remove(path),
    () => Deno.rename(path, `${path}.old`),
    async () => {
      await Deno.remove(path);
      await Deno.writeTextFile(path, "other\n");
    },
  ];
  for (const [i, change] of changes.entries()) {
    log.append(`${i} before\n`, DAY);
    await log.flush();
    await change();
    log.tick(); // once a second
    log.append(`${i} after\n`, DAY);
    await log.flush();
    assertEquals((await read(path)).endsWith(`${i} after\n`), true, String(i));
  }
  await log.close();
});

Deno.test("LogFile notices the end of a trouble without a line to write", async () => {
  await using temp = await tempFolder();
  const troubles: LogTrouble[] = [];
  await Deno.writeTextFile(temp.at("log"), "a file");
  const log = open(temp.at("log"), { onTrouble: (found) => troubles.push(found) });
  log.append("lost\n", DAY);
  await log.flush();
  log.tick();
  await log.flush();
  assertEquals(troubles.length, 1);
  await Deno.remove(temp.at("log"));
  log.tick();
  await log.flush();
  assertEquals(troubles.map(({ error, lostLines }) => [error === null, lostLines]), [
    [false, 1],
    [true, 1],
  ]);
  await log.close();
});

Deno.test("LogFile closes an unused file, and opens it again when it is needed", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(folder);
  log.append("one\n", DAY);
  await log.flush();
  await Deno.rename(`${folder}/ex261122.log`, `${folder}/moved`);
  for (let i = 0; i < 20; i++) log.tick();
  log.append("two\n", DAY);
  await log.close();
  assertEquals(await read(`${folder}/ex261122.log`), "#head\ntwo\n"); // it had been closed
});

Deno.test({
  name: "LogFile reports a full disk once, drops lines, and counts them when it works again",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using temp = await tempFolder();
    const folder = temp.path;
    const troubles: LogTrouble[] = [];
    await Deno.symlink("/dev/full", `${folder}/ex261122.log`);
    const log = open(folder, {
      onTrouble: (trouble) => troubles.push(trouble),
      header: () => "",
    });
    for (let i = 0; i < 5; i++) {
      log.append("lost\n", DAY);
      await log.flush();
    }
    assertEquals(troubles.length, 1);
    assertEquals(troubles[0]!.error instanceof Error, true);
    await Deno.remove(`${folder}/ex261122.log`);
    log.append("kept\n", DAY);
    await log.close();
    assertEquals(troubles.length, 2);
    assertEquals([troubles[1]!.error, troubles[1]!.lostLines], [null, 5]);
    assertEquals(await read(`${folder}/ex261122.log`), "kept\n");
  },
});

// Method: a disk of 64 KiB that another file fills and then frees. Needs the right to mount.
Deno.test({
  name: "LogFile ends a line that a full disk has truncated before it continues",
  ignore: !await canMount(),
  fn: async () => {
    await using temp = await tempFolder();
    const disk = temp.at("disk");
    await Deno.mkdir(disk);
    assertEquals(await run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk), true);
    try {
      await Deno.writeFile(`${disk}/other`, new Uint8Array(40 * 1024));
      const troubles: LogTrouble[] = [];
      const log = open(disk, { onTrouble: (trouble) => troubles.push(trouble), header: () => "" });
      const line = (i: number): string => `${i} ${"x".repeat(1000)}\n`;
      for (let i = 0; i < 40; i++) log.append(line(i), DAY);
      await log.flush();
      assertEquals(troubles.length, 1);
      await Deno.remove(`${disk}/other`);
      log.append("whole\n", DAY);
      await log.close();
      assertEquals([troubles[1]!.error, troubles[1]!.lostLines], [null, 40]);
      const lines = (await read(`${disk}/ex261122.log`)).trimEnd().split("\n");
      assertGreater(lines.length, 2); // part of the batch was written
      assertEquals(lines.at(-1), "whole");
    } finally {
      await run("umount", disk);
    }
  },
});

// Method: a FIFO without a reader is the slowest possible disk: opening it never returns.
Deno.test({
  name: "LogFile holds a limited amount for a disk that does not respond",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using temp = await tempFolder();
    const folder = temp.path;
    const troubles: LogTrouble[] = [];
    const fifo = `${folder}/ex261122.log`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const log = open(folder, {
      onTrouble: (trouble) => troubles.push(trouble),
      header: () => "",
      truncateBytes: 1e9,
    });
    const line = `${"x".repeat(1023)}\n`;
    for (let i = 0; i < 16 * 1024; i++) log.append(line, DAY);
    assertEquals(troubles.length, 1);
    // A reader opens the FIFO: what was held arrives, the rest is reported as lost.
    const reader = new Deno.Command("cat", { args: [fifo], stdout: "piped" }).spawn();
    const output = reader.output();
    await log.close();
    assertEquals(troubles.length, 2);
    const held = 16 * 1024 - troubles[1]!.lostLines;
    assertEquals(held * line.length <= 9 * 1024 * 1024, true, `${held} lines held`);
    assertEquals((await output).stdout.length, held * line.length);
  },
});

// Method: one line per tick, each with three times its size, for a disk that does not respond.
Deno.test({
  name: "LogFile limits the memory that waits, not only the bytes in it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using temp = await tempFolder();
    const fifo = temp.at("ex261122.log");
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const troubles: LogTrouble[] = [];
    const log = open(temp.path, {
      onTrouble: (trouble) => troubles.push(trouble),
      header: () => "",
      truncateBytes: 1e9,
    });
    const line = `${"x".repeat(5000)}\n`; // any character may have three bytes: it gets 16 KB
    for (let i = 0; i < 1000; i++) {
      log.append(line, DAY);
      log.tick();
    }
    const reader = new Deno.Command("cat", { args: [fifo], stdout: "piped" }).spawn();
    const output = reader.output();
    await log.close();
    const held = 1000 - troubles[1]!.lostLines;
    assertEquals(held > 400 && held < 600, true, `${held} lines held`);
    assertEquals((await output).stdout.length, held * line.length);
  },
});

Deno.test("LogFile does not throw if its directory cannot be created", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  await Deno.writeTextFile(`${folder}/file`, "");
  const troubles: LogTrouble[] = [];
  const log = open(`${folder}/file/sub`, { onTrouble: (trouble) => troubles.push(trouble) });
  log.append("x\n", DAY);
  log.append("y\n", DAY);
  await log.close();
  assertEquals([troubles.length, troubles[0]!.lostLines], [1, 2]);
});

Deno.test("LogFile writes lines in order, however many there are", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const log = open(folder, { header: () => "" });
  let want = "";
  for (let i = 0; i < 30_000; i++) {
    log.append(`line ${i}\n`, DAY);
    want += `line ${i}\n`;
    if (i % 1000 === 0) await log.flush();
  }
  await log.close();
  assertEquals(await read(`${folder}/ex261122.log`) === want, true);
});

function open(folder: string, change: Partial<LogFileOptions> = {}): LogFile {
  return new LogFile({
    folder,
    names: W3C_NAMES,
    truncateBytes: 1024 * 1024,
    header: () => "#head\n",
    onTrouble: ({ error }) => {
      if (error !== null) throw error;
    },
    onLost: () => {},
    keepFiles: null,
    ...change,
  });
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(path);
}

async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) found.push(entry.name);
  return found.sort();
}

/** Root in a container may lack the right. */
async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  await using temp = await tempFolder();
  const isMounted = await run("mount", "-t", "tmpfs", "tmpfs", temp.path);
  if (isMounted) await run("umount", temp.path);
  return isMounted;
}

async function run(program: string, ...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(program, { args, stderr: "null" }).output();
  return success;
}
