// Goal: what is gone from the run directory is made again, and what cannot be is said, once. Method:
// sockets that are values.
import { assertEquals } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { RunFolder, type RunSocket } from "../../../mod/host/process/run_folder.ts";
import type { NewEvent } from "../../../mod/telemetry/events/event.ts";

interface Fixture {
  readonly folder: RunFolder;
  /** What was opened, closed and released, in order. */
  readonly steps: string[];
  readonly events: NewEvent[];
  readonly log: string[];
  /** Sockets that are not in place. */
  readonly gone: Set<string>;
  /** What fails, and why. */
  readonly failing: Map<string, string>;
}

function fixture(): Fixture {
  const [steps, events, log]: [string[], NewEvent[], string[]] = [[], [], []];
  const gone = new Set<string>();
  const failing = new Map<string, string>();
  const fail = (part: string): void => {
    const reason = failing.get(part);
    if (reason !== undefined) throw new Fault(reason, { hint: `cure ${part}` });
  };
  const open = (part: string) => (): Promise<RunSocket> => {
    fail(part);
    steps.push(`open ${part}`);
    gone.delete(part);
    return Promise.resolve({
      isInPlace: () => Promise.resolve(!gone.has(part)),
      close: () => Promise.resolve(void steps.push(`close ${part}`)),
    });
  };
  const folder = new RunFolder({
    instance: {
      renew: () => {
        fail("process");
        return Promise.resolve(gone.delete("process"));
      },
      release: () => Promise.resolve(void steps.push("release")),
    },
    openControl: async () => await open("control")(),
    openSharing: async () => {
      const withdraw = (): Promise<void> => Promise.resolve(void steps.push("withdraw sharing"));
      return { ...await open("sharing")(), withdraw };
    },
    event: (event) => events.push(event),
    log: (line) => log.push(line),
  });
  return { folder, steps, events, log, gone, failing };
}

Deno.test("RunFolder makes again what is gone, and nothing else", async () => {
  const { folder, steps, events, gone } = fixture();
  await folder.open();
  await folder.look();
  assertEquals([steps, events], [["open sharing", "open control"], []]);
  for (const part of ["process", "sharing", "control"]) gone.add(part);
  await folder.look();
  assertEquals(steps.slice(2), [
    "withdraw sharing",
    "open sharing",
    "open control",
    "close control",
  ]);
  assertEquals(events.map(({ id }) => id), [30, 30, 30]);
  await folder.closeSockets();
  await folder.release();
  assertEquals(steps.slice(6), ["close control", "close sharing", "close sharing", "release"]);
  gone.add("control");
  await folder.look(); // a look that comes too late
  assertEquals(steps.at(-1), "release");
});

Deno.test("RunFolder says once what it cannot make again, and when it can", async () => {
  const { folder, events, log, gone, failing } = fixture();
  failing.set("sharing", "no room");
  await folder.open();
  for (const _ of [1, 2, 3]) await folder.look();
  assertEquals(folder.problems, [{ text: "no room", hint: "cure sharing" }]);
  assertEquals([events.map(({ id }) => id), log], [[31], ["socket for programs: no room"]]);
  gone.add("control");
  failing.set("process", "taken by 7"); // nothing else is ours then
  await folder.look();
  assertEquals(folder.problems.map(({ text }) => text), ["no room", "taken by 7"]);
  assertEquals(gone.has("control"), true);
  failing.clear();
  await folder.look();
  assertEquals([folder.problems, gone.has("control")], [[], false]);
  assertEquals(events.map(({ id }) => id), [31, 31, 30, 30, 30]);
});
