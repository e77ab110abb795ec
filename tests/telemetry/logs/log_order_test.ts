// Goal: a log has no second after a later one, and every line, however the batches of the processes
// arrive. Method: random interleavings of what several processes send, with every answer late or
// never.
import { assert, assertEquals } from "@std/assert";
import type { LogBatch } from "../../../mod/telemetry/logs/collected_lines.ts";
import { LogOrder } from "../../../mod/telemetry/logs/log_order.ts";

const ROUNDS = 400;

function batch(second: number, ...lines: string[]): LogBatch {
  const text = lines.map((line) => `${second} ${line}\n`).join("");
  return {
    second,
    parts: [{
      site: 1,
      day: "261126",
      second,
      bytes: new TextEncoder().encode(text),
      count: lines.length,
    }],
  };
}

/** An order with all that it has written, and whom it has asked. */
function fixture(): { order: LogOrder<string>; written: string[]; asked: string[] } {
  const written: string[] = [];
  const asked: string[] = [];
  const order = new LogOrder<string>({
    write: ({ bytes }) => void written.push(...textOf(bytes).split("\n").slice(0, -1)),
    ask: (source) => void asked.push(source),
  });
  return { order, written, asked };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function secondsOf(lines: readonly string[]): number[] {
  return lines.map((line) => Number(line.split(" ")[0]));
}

Deno.test("LogOrder writes any interleaving in the order of its seconds, and loses nothing", () => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const random = randomFrom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const { order, written, asked } = fixture();
    const sources = Array.from({ length: 1 + below(4) }, (_, i) => `p${i}`);
    for (const source of sources) order.join(source, 0);
    const queues = new Map(sources.map((source) => [
      source,
      Array.from({ length: below(9) }, () => below(6)).toSorted((a, b) => a - b),
    ]));
    const sent: string[] = [];
    let line = 0;
    const send = (source: string): void => {
      const second = queues.get(source)!.shift();
      // What has nothing more says that it has passed everything.
      if (second === undefined) return order.passed(source, 6);
      const text = `${source} ${line++}`;
      sent.push(`${second} ${text}`);
      order.add(source, batch(second, text));
    };
    const open = new Set(sources);
    for (let step = 0; step < 60 && open.size > 0; step++) {
      const [...some] = open;
      const source = some[below(some.length)]!;
      // A process that ended is killed with its queue: what it has not sent is not to be had.
      if (queues.get(source)!.length === 0 && random() < 0.3) {
        open.delete(source);
        order.leave(source);
      } else send(source);
      for (const wanted of asked.splice(0)) if (open.has(wanted) && random() < 0.7) send(wanted);
    }
    const inOrder = secondsOf(written);
    assertEquals(inOrder, inOrder.toSorted((a, b) => a - b), `seed ${seed}`);
    order.flush();
    assertEquals(written.toSorted(), sent.toSorted(), `seed ${seed}`);
    // The lines of one process stay in their order.
    for (const source of sources) {
      const own = written.filter((one) => one.includes(` ${source} `));
      assertEquals(own, sent.filter((one) => one.includes(` ${source} `)), `seed ${seed}`);
    }
  }
});

Deno.test("LogOrder waits for who may send earlier lines, asks once, and not who has left", () => {
  const { order, written, asked } = fixture();
  order.join("a", 10);
  order.join("b", 10);
  order.add("a", batch(12, "late"));
  order.add("a", batch(12, "later"));
  assertEquals([written, asked], [[], ["b"]]);
  order.add("b", batch(11, "early"));
  assertEquals([written, asked], [["11 early"], ["b"]]);
  order.leave("b");
  assertEquals([written, asked], [["11 early", "12 late", "12 later"], ["b"]]);
  order.passed("b", 99); // too late to matter
  order.add("b", batch(9, "of one that has left"));
  assertEquals(written.at(-1), "9 of one that has left");
});

Deno.test("LogOrder takes an answer for one, also from a clock that was set back", () => {
  const written: string[] = [];
  let asked = 0;
  const order = new LogOrder<string>({
    write: ({ bytes }) => void written.push(textOf(bytes)),
    ask(source): void {
      asked++;
      order.passed(source, 7); // at once, and earlier than what waits
    },
  });
  order.join("a", 10);
  order.join("own", 10);
  order.add("a", batch(12, "x"));
  assertEquals([written, asked], [["12 x\n"], 1]);
  order.add("a", batch(8, "after the clock was set back"));
  assertEquals([written.length, asked], [2, 1]);
  order.add("own", batch(8, "own"));
  assertEquals([written.length, asked], [3, 1]);
});

Deno.test("LogOrder holds back no more than its limit", () => {
  const { order, written } = fixture();
  order.join("a", 1);
  order.join("silent", 1);
  const line = "x".repeat(1024 * 1024);
  for (let i = 0; i < 20; i++) order.add("a", batch(5, line));
  assert(written.length >= 16, `${written.length} lines`);
});

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
