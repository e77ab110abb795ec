// Goal: the codes and messages of Windows. Method: tables with the published values.
import { exitStatusOf } from "../../mod/base/exit_status.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { WIN32 } from "../../mod/base/win32.ts";
import { win32Text } from "../../mod/base/win32_text.ts";

Deno.test("WIN32 has the published numbers", () => {
  const { NO_ERROR, FILE_NOT_FOUND, INVALID_PARAMETER, ALREADY_EXISTS, NOT_FOUND, WSAEINVAL } =
    WIN32;
  assertEquals(
    [NO_ERROR, FILE_NOT_FOUND, INVALID_PARAMETER, ALREADY_EXISTS, NOT_FOUND, WSAEINVAL],
    [0, 2, 87, 183, 1168, 10022],
  );
});

Deno.test("win32Text() returns the system's message, or undefined for an unknown code", () => {
  const cases: [code: number, text: string | undefined][] = [
    [0, "The operation completed successfully."],
    [2, "The system cannot find the file specified."],
    [183, "Cannot create a file when that file already exists."],
    [1060, "The specified service does not exist as an installed service."],
    [1168, "Element not found."],
    [1, undefined],
    [-1, undefined],
    [NaN, undefined],
  ];
  for (const [code, text] of cases) assertEquals(win32Text(code), text, String(code));
  for (let code = 0; code < 2000; code++) assertMatch(win32Text(code) ?? "X.", /^[A-Z].*\.$/);
});

Deno.test("exitStatusOf() never turns a failure into success", () => {
  const cases: [code: number, os: string, status: number][] = [
    [0, "linux", 0],
    [183, "linux", 183],
    [255, "darwin", 255],
    [256, "linux", 1], // its low eight bits are 0
    [1168, "linux", 1],
    [10022, "darwin", 1],
    [0, "windows", 0],
    [256, "windows", 256],
    [1168, "windows", 1168],
  ];
  for (const [code, os, status] of cases) assertEquals(exitStatusOf(code, os), status, `${code}`);
});
