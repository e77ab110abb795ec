/** Goal: the JSON made in steps is that of `JSON.stringify`. Method: values of every form. */
import { assertEquals } from "@std/assert";
import { writeLines } from "../../../mod/host/control/long_lines.ts";

Deno.test("writeLines() writes the JSON of every value, however long its lists are", async () => {
  const values = [
    { a: Array.from({ length: 200 }, (_, i) => ({ i, none: undefined })), b: [], c: {} },
    { absent: undefined, text: '\u2028 "x"', list: [undefined, null, [1]], nested: { d: [[]] } },
    null,
    [1, 2],
    "text",
  ];
  const sent: number[] = [];
  const stream = {
    read: () => Promise.resolve(null),
    write(bytes: Uint8Array): Promise<number> {
      const some = bytes.subarray(0, 100); // a stream may take less than it is given
      sent.push(...some);
      return Promise.resolve(some.length);
    },
  };
  await writeLines(stream, values);
  assertEquals(
    new TextDecoder().decode(new Uint8Array(sent)),
    values.map((value) => `${JSON.stringify(value)}\n`).join(""),
  );
});
