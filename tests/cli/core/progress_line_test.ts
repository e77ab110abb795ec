/**
 * Goal: the line of progress appears late, is rewritten in place and leaves nothing behind. Method: a
 * clock made by hand, and a terminal of a few lines.
 */
import { assertEquals } from "@std/assert";
import { ProgressLine } from "../../../mod/cli/core/progress_line.ts";
import { screenOf } from "../../support/terminal/screen.ts";

interface Fixture {
  readonly line: ProgressLine;
  /** Lets time pass, with the timers that are due. */
  pass(ms: number): void;
  /** Writes to stdout as a command does. */
  out(text: string): void;
  /** Returns the lines of the terminal, without those at the end that are empty. */
  screen(): Promise<string[]>;
  /** Everything that was written. */
  written(): string;
}

function fixture({ hasEscapes = true, columns = 40 } = {}): Fixture {
  let [now, written, last] = [5000, "", ""];
  let beforeOutput = (): void => {};
  let timers: { readonly at: number; callback(): void }[] = [];
  const write = (text: string): void => void (written += text);
  const line = new ProgressLine({
    write,
    column: () => last.length - last.lastIndexOf("\n") - 1,
    beforeOutput: (callback) => beforeOutput = callback,
  }, {
    now: () => now,
    later: (callback, ms) => void timers.push({ at: now + ms, callback }),
    columns: () => columns,
    hasEscapes,
  });
  return {
    line,
    pass(ms): void {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    },
    out(text): void {
      beforeOutput();
      last = text;
      write(text);
    },
    screen: () => screenOf(written),
    written: () => written,
  };
}

Deno.test("a command of less than a second shows nothing", () => {
  const { line, pass, written } = fixture();
  line.step("verifying", "addresses", 0, 9000);
  pass(999);
  line.step("verifying", "addresses", 8999, 9000);
  line.end();
  pass(1000);
  assertEquals(written(), "");
});

Deno.test("the line appears after a second, is rewritten at most ten times a second, and goes", async () => {
  const { line, pass, screen, written } = fixture();
  line.step("verifying", "addresses", 0, 9000);
  pass(1000);
  assertEquals(await screen(), ["verifying 0 of 9,000 addresses"]);
  const before = written();
  for (let i = 1; i < 100; i++) {
    pass(1);
    line.step("verifying", "addresses", i, 9000);
  }
  assertEquals(written(), before);
  pass(1);
  line.step("verifying", "addresses", 1240, 9000);
  assertEquals(await screen(), ["verifying 1,240 of 9,000 addresses"]);
  pass(1);
  line.step("storing", "it"); // another step does not wait
  assertEquals(await screen(), ["storing it"]);
  line.end();
  assertEquals(await screen(), []);
});

Deno.test("the line appears although the work does not let a timer run", async () => {
  const { line, screen } = fixture();
  const late = fixture();
  line.step("a", "b");
  assertEquals(await screen(), []);
  late.pass(1500); // since the start, without a step
  late.line.step("comparing", "versions", 1, 2);
  assertEquals(await late.screen(), ["comparing 1 of 2 versions"]);
});

Deno.test("other output takes the place of the line, and a later step comes below it", async () => {
  const { line, pass, out, screen } = fixture();
  line.step("applying", "the configuration");
  pass(1000);
  out("opened 127.0.0.2:80\n");
  assertEquals(await screen(), ["opened 127.0.0.2:80"]);
  pass(5000);
  assertEquals(await screen(), ["opened 127.0.0.2:80"], "nothing is being done as far as is known");
  line.step("applying", "the rest");
  assertEquals(await screen(), ["opened 127.0.0.2:80", "applying the rest"]);
  out("done\n");
  assertEquals(await screen(), ["opened 127.0.0.2:80", "done"]);
});

Deno.test("output that ends no line continues where it was", async () => {
  const { line, pass, out, screen } = fixture();
  out("The service is starting.");
  line.step("starting", "HTTP");
  pass(1000);
  assertEquals(await screen(), ["The service is starting.", "starting HTTP"]);
  line.step("starting", "HTTP SSL");
  out(".");
  assertEquals(await screen(), ["The service is starting.."]);
  out("\nStarted.\n");
  assertEquals(await screen(), ["The service is starting..", "Started."]);
});

Deno.test("a terminal without escape sequences gets spaces, and no line below another", async () => {
  const { line, pass, out, screen, written } = fixture({ hasEscapes: false });
  line.step("verifying", "addresses", 1000, 9000);
  pass(1000);
  line.step("storing", "it");
  assertEquals(await screen(), ["storing it"]);
  out("The service is starting.");
  assertEquals(await screen(), ["The service is starting."]);
  line.step("starting", "HTTP");
  pass(1000);
  line.end();
  out("\nStarted.\n");
  assertEquals(await screen(), ["The service is starting.", "Started."]);
  assertEquals(written().includes("\x1b"), false);
});

Deno.test("the line fits the terminal, and controls nothing", async () => {
  const { line, pass, screen } = fixture({ columns: 20 });
  line.step("reading", "\x1b[31ma file with a long name\n");
  pass(1000);
  assertEquals(await screen(), ["reading ?[31ma file"]);
});
