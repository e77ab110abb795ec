// Goal: a listing is true and harmless, whatever is in the directory. Method: hostile names on a real
// file system; every link is followed.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startService } from "../../support/service.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { ON_POSIX } from "../../support/platforms.ts";

/** Names that can be requested. */
const NAMES = [
  "file2.txt",
  "file10.txt",
  "<script>alert(1)<script>",
  "\"'&amp;",
  "a b?c=d#e%2e%2f",
  "javascript:alert(1)",
  ":80",
  "~",
  "%2e%2e",
  "invoice\u202excod.exe",
  "שלום",
  "日本語",
  "x".repeat(255),
];

Deno.test("every name of a listing leads to its file, in both forms", ON_POSIX, async () => {
  await using temp = await tempFolder();
  await Deno.mkdir(temp.at("a b/c"), { recursive: true });
  const folder = temp.at("a b/c");
  for (const name of NAMES) await Deno.writeTextFile(`${folder}/${name}`, name);
  for (const name of [".hidden", "line\nbreak", "back\\slash", "tab\t"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "never listed");
  }
  const touch = `touch "$1/$(printf 'not-\\377-text')"`;
  await new Deno.Command("sh", { args: ["-c", touch, "sh", folder] }).output();
  await using service = await startService({
    sites: { site: { kind: "root", path: temp.path, listing: true } },
  });

  for (const path of ["/a%20b/c/", "//a%20b///c//", "/a%20b/c/?sort=size&order=desc"]) {
    const page = await (await service.get(path, { Accept: "text/html" })).text();
    const links = [...page.matchAll(/<td><a href="([^"]*)">/g)].map((match) => match[1]!);
    const bodies = await Promise.all(
      links.slice(1).map(async (link) => {
        const { pathname, search } = new URL(link, `http://host${path}`);
        const response = await service.get(pathname + search);
        return response.status === 200 ? await response.text() : `${link}: ${response.status}`;
      }),
    );
    assertEquals(bodies.sort(), NAMES.toSorted(), path);
    assertEquals(/<script>|[\u202e\ufffd]|never|break|slash/.exec(page), null, path);
    assertStringIncludes(page, `${NAMES.length} files`);
  }

  const json = await (await service.get("/a%20b/c/", { Accept: "application/json" })).json();
  const names = (json.entries as { readonly name: string }[]).map(({ name }) => name);
  assertEquals(names.toSorted(), NAMES.toSorted());
  assertEquals(json.bytes, new TextEncoder().encode(NAMES.join("")).length);
});

Deno.test("a listing is sorted and filtered by its address, and HEAD has the same head", async () => {
  await using temp = await tempFolder();
  for (const [name, size] of [["b10", 1], ["B2", 3], ["a", 2]] as const) {
    await Deno.writeTextFile(temp.at(name), "x".repeat(size));
  }
  await using service = await startService({
    sites: { site: { kind: "root", path: temp.path, listing: true } },
  });
  const namesAt = async (query: string): Promise<string> => {
    const page = await (await service.get(`/${query}`)).text();
    return [...page.matchAll(/<td><a href="\.\/([^"]*)">/g)].map((match) => match[1]!).join(" ");
  };
  assertEquals(await namesAt(""), "a B2 b10");
  assertEquals(await namesAt("?sort=name&order=desc"), "b10 B2 a");
  assertEquals(await namesAt("?sort=size"), "b10 a B2");
  assertEquals(await namesAt("?sort=size&order=desc&filter=b"), "B2 b10");
  assertEquals(await namesAt("?filter=nothing"), "");
  const url = `http://${service.hostname}:${service.port}/`;
  const [get, head] = [await fetch(url), await fetch(url, { method: "HEAD" })];
  await get.text();
  const fields = ({ status, headers }: Response): unknown => {
    return [status, ...["content-type", "cache-control", "vary"].map((name) => headers.get(name))];
  };
  assertEquals(fields(head), fields(get));
  assertEquals(await head.text(), "");
});
