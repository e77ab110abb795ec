import { assertEquals, assertRejects } from "@std/assert";
import { SourceRefusal } from "../../../mod/base/exchange.ts";
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import { bytesBody, fileBody, readWhole } from "../../../mod/site/static/file_body.ts";
import { identify, type OpenedFile, openIdentified } from "../../../mod/site/static/opened_file.ts";
import { bodyBytes } from "../../support/request.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const SIZE = 300_000;

Deno.test("fileBody() returns exactly its range, whatever the length of the file", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const path = `${folder}/f`;
  const bytes = Uint8Array.from({ length: SIZE }, (_, i) => i % 251);
  await Deno.writeFile(path, bytes);
  const ranges = [[0, SIZE - 1], [0, 0], [SIZE - 1, SIZE - 1], [100, 200_000], [
    131_072,
    262_143,
  ]];
  for (const [start, end] of ranges as [number, number][]) {
    const body = fileBody(await openFile(path), { start, end });
    assertEquals(body.length, end - start + 1);
    const sent = await bodyBytes({ status: 206, headers: [], body });
    assertEquals(sent.length, end - start + 1);
    assertEquals(sent.every((byte, i) => byte === bytes[start + i]), true);
  }
});

Deno.test("fileBody() fails if the file became shorter, so that it never looks whole", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const path = `${folder}/f`;
  await Deno.writeFile(path, new Uint8Array(1000));
  const body = fileBody(await openFile(path), { start: 0, end: 999 });
  await Deno.truncate(path, 10);
  await body.pull();
  await assertRejects(() => body.pull(), SourceRefusal, "FileChanged");
  body.close();
});

Deno.test("fileBody() serves more clients at once than it has large buffers", async () => {
  await using temp = await tempFolder();
  await Deno.writeFile(temp.at("f"), new Uint8Array(100_000).fill(9));
  const bodies = [];
  for (let i = 0; i < 100; i++) {
    bodies.push(fileBody(await openFile(temp.at("f")), { start: 0, end: 99_999 }));
  }
  const pieces = await Promise.all(bodies.map((body) => body.pull()));
  const sizes = pieces.map((piece) => piece!.length).sort((a, b) => a - b);
  // Some bodies have a small buffer, some a large one.
  assertEquals(sizes[0]! < 100_000 && sizes.at(-1) === 100_000, true);
  for (const [i, body] of bodies.entries()) {
    let length = pieces[i]!.length;
    for (let piece = await body.pull(); piece !== null; piece = await body.pull()) {
      length += piece.length;
    }
    assertEquals(length, 100_000);
    body.close();
  }
});

Deno.test("fileBody() closed during a read does not share its buffer", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  for (const [name, fill] of [["a", 1], ["b", 2]] as const) {
    await Deno.writeFile(`${folder}/${name}`, new Uint8Array(SIZE).fill(fill));
  }
  const all = { start: 0, end: SIZE - 1 };
  for (let i = 0; i < 20; i++) {
    const aborted = fileBody(await openFile(`${folder}/a`), all);
    const read = aborted.pull().catch(() => null);
    aborted.close(); // the client went away
    const body = fileBody(await openFile(`${folder}/b`), all);
    const sent = await bodyBytes({ status: 200, headers: [], body });
    assertEquals(sent.every((byte) => byte === 2), true);
    await read;
  }
});

Deno.test("bytesBody() returns its range in one piece, once", async () => {
  const bytes = Uint8Array.of(0, 1, 2, 3, 4);
  const body = bytesBody(bytes, { start: 1, end: 3 });
  assertEquals(body.length, 3);
  assertEquals(await body.pull(), Uint8Array.of(1, 2, 3));
  assertEquals(await body.pull(), null);
  const closed = bytesBody(bytes, { start: 0, end: 4 });
  closed.close();
  assertEquals(await closed.pull(), null);
});

Deno.test("readWhole() returns every byte, or null if the length has changed", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const path = `${folder}/f`;
  await Deno.writeFile(path, new Uint8Array(SIZE).fill(7));
  const whole = await readWhole(await openFile(path));
  assertEquals([whole?.length, whole?.every((byte) => byte === 7)], [SIZE, true]);
  const open = await openFile(path);
  await Deno.truncate(path, 5);
  assertEquals(await readWhole(open), null);
});

Deno.test("fileBody() closed while it waits for its turn reads nothing", async () => {
  await using temp = await tempFolder();
  await Deno.writeFile(temp.at("f"), new Uint8Array(SIZE).fill(1));
  const bodies = [];
  for (let i = 0; i < 10; i++) {
    bodies.push(fileBody(await openFile(temp.at("f")), { start: 0, end: SIZE - 1 }));
  }
  const pulls = bodies.map((body) => body.pull().then((piece) => piece?.length, () => "read"));
  for (const body of bodies.slice(2)) body.close(); // the clients went away
  assertEquals((await Promise.all(pulls)).slice(2), new Array(8).fill(undefined));
  for (const body of bodies.slice(0, 2)) body.close();
});

async function openFile(path: string): Promise<OpenedFile> {
  const { stamp } = await identify(path);
  return (await openIdentified(path, stamp, new FileAccess().site(1)))!;
}
