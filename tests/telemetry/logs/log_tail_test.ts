// Goal: the newest lines of a series, and each later line once. Method: files written step by step.
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { LogTail } from "../../../mod/telemetry/logs/log_tail.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";

const HEAD = "#Software: x\n#Fields: date time\n";

function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
}

async function append(folder: TempFolder, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(folder.at(name), text, { append: true });
}

Deno.test("newest() returns the last lines, from several files if one has too few", async () => {
  await using folder = await tempFolder();
  await append(folder, "ex261125.log", `${HEAD}${lines(1, 5).join("\n")}\n`);
  await append(folder, "ex261126.log", `${HEAD}${lines(6, 7).join("\n")}\n`);
  await append(folder, "ex261126.1.log", `#Fields: date\r\n${lines(8, 9).join("\r\n")}\r\n`);
  await append(folder, "ex261126.1.log.gz", "not a log\n");
  const newest = (count: number): ReturnType<LogTail["newest"]> => {
    return new LogTail(folder.path).newest(count);
  };
  const path = folder.at("ex261126.1.log");
  assertEquals(await newest(1), { path, fields: "#Fields: date", lines: lines(9, 9) });
  assertEquals((await newest(4)).lines, lines(6, 9));
  assertEquals((await newest(6)).lines, lines(4, 9));
  assertEquals((await newest(99)).lines, lines(1, 9));
  assertEquals(await newest(0), { path, fields: "#Fields: date", lines: [] });
});

Deno.test("newest() reads long files from their end, whatever a piece begins with", async () => {
  await using folder = await tempFolder();
  const all = lines(1, 30_000);
  await append(folder, "httperr1.log", "a\n");
  await append(folder, "httperr10.log", `${HEAD}${all.join("\n")}\n`);
  await append(folder, "httperr9.log", "b\n");
  for (const count of [1, 100, 7000, 29_999]) {
    const found = await new LogTail(folder.path).newest(count);
    assertEquals([found.fields, found.lines], ["#Fields: date time", all.slice(-count)]);
  }
});

Deno.test("newest() of a log that is not there is empty; what is no file is a Fault", async () => {
  await using folder = await tempFolder();
  const nothing = { path: null, fields: null, lines: [] };
  assertEquals(await new LogTail(folder.at("none")).newest(5), nothing);
  await Deno.mkdir(folder.at("ex261126.log"));
  await assertRejects(() => new LogTail(folder.path).newest(5), Fault, "is a directory");
});

Deno.test("more() returns each line once, across appends, new files and a replaced file", async () => {
  await using folder = await tempFolder();
  const tail = new LogTail(folder.path);
  const more = async (): Promise<readonly string[]> => {
    return (await tail.more()).flatMap(({ lines }) => lines);
  };
  assertEquals((await tail.newest(5)).path, null);
  assertEquals(await more(), []);
  await append(folder, "ex261126.log", `${HEAD}line 1\nlin`);
  assertEquals(await tail.more(), [{
    path: folder.at("ex261126.log"),
    fields: "#Fields: date time",
    lines: ["line 1"],
  }]);
  await append(folder, "ex261126.log", "e 2\r\nline 3\n");
  assertEquals(await more(), ["line 2", "line 3"]);
  await append(folder, "ex261126.log", "line 4\n");
  await append(folder, "ex261127.log", `${HEAD}line 5\n`);
  assertEquals(await more(), ["line 4", "line 5"]);
  await Deno.rename(folder.at("ex261127.log"), folder.at("moved"));
  assertEquals(await more(), []);
  await append(folder, "ex261127.log", "line 6\n");
  assertEquals(await more(), ["line 6"]);
});

Deno.test("a log whose format changes is read in the format written last, and then in each", async () => {
  await using folder = await tempFolder();
  await append(folder, "ac261127.ndjson", '{"a":1}\n{"a":2}\n');
  await append(folder, "ac261127.log", "combined\n");
  await append(folder, "ex261127.log", `${HEAD}line 1\n`);
  const times = { "ex261127.log": 1, "ac261127.ndjson": 3, "ac261127.log": 2 };
  for (const [name, seconds] of Object.entries(times)) {
    await Deno.utime(folder.at(name), seconds, seconds);
  }
  const tail = new LogTail(folder.path);
  assertEquals(await tail.newest(5), {
    path: folder.at("ac261127.ndjson"),
    fields: null,
    lines: ['{"a":1}', '{"a":2}'],
  });
  assertEquals(await tail.more(), []);
  await append(folder, "ac261127.ndjson", '{"a":3}\n');
  await append(folder, "ex261127.log", "line 2\n");
  await append(folder, "ac261128.log", "next day\n");
  assertEquals((await tail.more()).map(({ lines }) => lines), [["line 2"], ['{"a":3}'], [
    "next day",
  ]]);
});
