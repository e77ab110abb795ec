// Goal: a shell that lists does nothing else, whatever it is asked. Method: real shells.
import { assertEquals } from "@std/assert";
import {
  consoleText,
  hasLister,
  listerScript,
  openLister,
  runListing,
} from "../../../mod/listen/machine/run_listing.ts";

const ignore = Deno.build.os === "windows";
const LISTINGS = { one: "echo 1", two: "echo 2; cat; echo 3" };

Deno.test({
  name: "listerScript() lists by name, one after the other, until its stdin ends",
  ignore,
  async fn(): Promise<void> {
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", listerScript(LISTINGS)],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    const asked = ["two", "one", "none", "one; echo x", "$(echo one)", "*", "", "-e", "o\\ne"];
    await writer.write(new TextEncoder().encode(asked.map((name) => `${name}\n`).join("")));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    assertEquals([code, text(stderr)], [0, ""]);
    assertEquals(text(stdout), `2\n3\n.\n1\n.\n${".\n".repeat(7)}`);
  },
});

Deno.test({
  name: "runListing() asks the shell once there is one, in turn, for nothing but its listings",
  ignore,
  sanitizeOps: false, // the shell lives as long as the process
  sanitizeResources: false,
  async fn(): Promise<void> {
    assertEquals([await runListing("any", "echo own"), hasLister()], ["own\n", false]);
    openLister(LISTINGS);
    assertEquals(hasLister(), true);
    const names = ["one", "two", "x", "one"];
    const listed = await Promise.all(names.map((name) => runListing(name, "echo other")));
    assertEquals(listed, ["1", "2\n3", "", "1"]);
  },
});

Deno.test("consoleText() reads the code page of the console and UTF-16", () => {
  const utf16 = (text: string): Uint8Array => {
    return new Uint8Array([...text].flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8]));
  };
  assertEquals(consoleText(new TextEncoder().encode('"a","1"')), '"a","1"');
  assertEquals(consoleText(utf16('"a","1"')), '"a","1"');
  assertEquals(consoleText(utf16('\uFEFF"a"')), '"a"');
  assertEquals(consoleText(new Uint8Array([0x41, 0x99, 0x42])), "A\uFFFDB"); // Ö of code page 850
  assertEquals(consoleText(new Uint8Array()), "");
});
