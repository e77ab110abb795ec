// Goal: what is not private is said, with the line that cures it, and what is not known is not
// silently right. Method: tables.
import { assertEquals } from "@std/assert";
import { accessNotices, noticesOf } from "../../../../mod/cli/core/notices/access_notices.ts";
import { pathsBelow } from "../../../../mod/config/store/paths.ts";

Deno.test("noticesOf() has one warning for each open directory, and one for what is not known", () => {
  const reason = "icacls has not written a list";
  const cases: [seen: Parameters<typeof noticesOf>[0], notices: ReturnType<typeof noticesOf>][] = [
    [[], []],
    [[
      { folder: "C:\\h\\certs", access: { kind: "private" }, cure: "" },
      { folder: "C:\\h\\run", access: { kind: "absent" }, cure: "" },
    ], []],
    [[
      {
        folder: "C:\\h\\certs",
        access: {
          kind: "open",
          path: "C:\\h\\certs\\MY\\a.key",
          outsiders: [{ sid: "S-1-1-0", may: "read" }],
        },
        cure: "icacls C:\\h\\certs …",
      },
      { folder: "C:\\h\\run", access: { kind: "unknown", reason }, cure: "" },
      { folder: "C:\\h\\history", access: { kind: "unknown", reason }, cure: "" },
    ], [
      {
        kind: "warning",
        text: '"C:\\\\h\\\\certs\\\\MY\\\\a.key" is not private: Everyone (S-1-1-0) may read it, ' +
          "beside its owners",
        hint: "icacls C:\\h\\certs …",
      },
      {
        kind: "warning",
        text: 'it is not known whether other users can read the secrets in "C:\\\\h\\\\run", ' +
          `"C:\\\\h\\\\history": ${reason}`,
        hint: 'icacls "C:\\h\\run"',
      },
    ]],
  ];
  for (const [seen, notices] of cases) assertEquals(noticesOf(seen), notices);
});

Deno.test("accessNotices() has nothing to say where files have modes", async () => {
  for (const os of ["linux", "darwin"] as const) {
    assertEquals(await accessNotices({ os, paths: pathsBelow("/none") }), []);
  }
});
