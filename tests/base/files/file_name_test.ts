// Goal: the name of a thing is the name of a file everywhere, and the other way round. Method:
// tables, and every short name of the characters that matter.
import { assert, assertEquals } from "@std/assert";
import { decodeFileName, encodeFileName, isDeviceName } from "../../../mod/base/files/file_name.ts";

Deno.test("encodeFileName() leaves ordinary names, and escapes what no file can be called", () => {
  const cases: [name: string, file: string][] = [
    ["site", "site"],
    ["www.Example.com", "www.Example.com"],
    ["user@host_1-2", "user@host_1-2"],
    ["conference.example", "conference.example"],
    ["com10", "com10"],
    ["*.example.com", "%2A.example.com"],
    ["a%2Ab", "a%252Ab"],
    ["::1", "%3A%3A1"],
    ["a/b\\c", "a%2Fb%5Cc"],
    ["con", "%63on"],
    ["CON", "%43ON"],
    ["con.example.com", "%63on.example.com"],
    ["nul", "%6Eul"],
    ["aux.x", "%61ux.x"],
    ["aux.", "aux%2E"],
    ["com1.pem", "%63om1.pem"],
    ["lpt9", "%6Cpt9"],
    ["name.", "name%2E"],
    ["name. .", "name%2E%20%2E"],
    ["a b", "a b"],
    ["é", "%C3%A9"],
    ["e\u0301", "e%CC%81"], // which macOS takes for the same as é
    ["a\0b", "a%00b"],
  ];
  for (const [name, file] of cases) {
    assertEquals(encodeFileName(name), file, name);
    assertEquals(decodeFileName(file), name, name);
  }
});

Deno.test("decodeFileName() takes a name that was not made by encodeFileName() for itself", () => {
  for (const file of ["*.example.com", "100%", "%zz", "%2a.example.com", "%61bc", "con", "%FF"]) {
    assertEquals(decodeFileName(file), file);
  }
});

Deno.test("every name comes back from its file, and no two share one that Windows takes for one", () => {
  const parts = ["con", "a", ".", " ", "*", "%", "%2A", "1", "ü"];
  const files = new Map<string, string>();
  for (const a of parts) {
    for (const b of ["", ...parts]) {
      for (const c of ["", ...parts]) {
        const name = a + b + c;
        const file = encodeFileName(name);
        assertEquals(decodeFileName(file), name);
        assert(!isDeviceName(file) && !/[. ]$|[<>:"/\\|?*\0]/.test(file), file);
        assertEquals(files.get(file) ?? name, name);
        files.set(file, name);
      }
    }
  }
});
