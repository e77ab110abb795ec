/** Goal: each request reaches its part, in order. Method: parts that record their calls. */
import { assertEquals, assertRejects } from "@std/assert";
import { parseEndpoint } from "../../../mod/base/address.ts";
import type { Endpoint } from "../../../mod/base/address.ts";
import { type Progress, progressText } from "../../../mod/base/progress.ts";
import { Fault } from "../../../mod/base/fault.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  type ControlledParts,
  extraFields,
  handleControl,
} from "../../../mod/host/process/control_handler.ts";
import type {
  ControlProgress,
  ControlRequest,
} from "../../../mod/host/control/control_protocol.ts";

interface Fixture {
  readonly calls: string[];
  readonly reported: string[];
  handle(request: ControlRequest): Promise<void>;
}

function fixture(
  more: { readonly reloadFails?: boolean; readonly pending?: boolean } = {},
): Fixture {
  const calls: string[] = [];
  const reported: string[] = [];
  const drained = Promise.withResolvers<void>();
  const done = (what: string) => (name: string): Promise<void> => {
    calls.push(`${what} ${name}`);
    return Promise.resolve();
  };
  const parts = {
    controller: {
      start(name: string, progress?: Progress): Promise<void> {
        for (let i = 0; i <= 500; i++) progress?.("checking", "addresses", i, 501);
        progress?.("opening", "the sockets");
        return done("start")(name);
      },
      stop: done("stop"),
      pause: done("pause"),
      resume: done("resume"),
      async exclusive<T>(work: () => Promise<T>): Promise<T> {
        calls.push("turn");
        const result = await work();
        calls.push("turn over");
        drained.resolve();
        return result;
      },
    },
    registrations: {
      refresh: () => done("refresh")("registrations"),
      followStored: () => Promise.resolve(),
    },
    logs: { flush: () => done("flush")("logs") },
    web: {
      controlSite: (verb: string, id: number) => done(verb)(`site ${id}`),
      documentInForce: () => DEFAULT_DOCUMENT,
      reload: () => {
        if (more.reloadFails) return Promise.reject(new Fault("Cannot listen"));
        const endpoint = parseEndpoint("10.0.0.6:80") as Endpoint;
        return Promise.resolve({
          changes: [{ kind: "change", endpoint: "10.0.0.7:80", change: "opened", connections: 0 }],
          // Ends only after the turn: a drain inside the turn would never end.
          draining: [{ endpoint, connections: 3, done: drained.promise }],
        });
      },
    },
    store: { read: () => Promise.resolve(DEFAULT_DOCUMENT) },
    stored: { missing: () => Promise.resolve(null) },
    confirmation: {
      async guard<T>(_: unknown, seconds: number, change: () => Promise<T>): Promise<T> {
        calls.push(`guard ${seconds}`);
        return await change();
      },
      confirm: () => Promise.resolve(more.pending ?? false),
    },
  };
  const report = (progress: ControlProgress): void => {
    if (progress.kind === "change") {
      reported.push(`${progress.change} ${progress.endpoint} ${progress.connections}`);
    } else if (progress.kind === "stage") {
      const { doing, things, done, total } = progress;
      reported.push(progressText(doing, things, done, total));
    }
  };
  return {
    calls,
    reported,
    handle: (request) => handleControl(parts as unknown as ControlledParts, request, report),
  };
}

Deno.test("handleControl() reloads in a turn of its own, and drains outside of it", async () => {
  const { handle, calls, reported } = fixture();
  await handle({ op: "reload", confirmSeconds: null, strict: false });
  assertEquals(calls, ["turn", "turn over"]);
  assertEquals(reported, [
    "opened 10.0.0.7:80 0",
    "draining 10.0.0.6:80 3",
    "drained 10.0.0.6:80 0",
  ]);
});

Deno.test("handleControl() guards a reload with the confirmation", async () => {
  const well = fixture();
  await well.handle({ op: "reload", confirmSeconds: 60, strict: false });
  assertEquals(well.calls, ["turn", "guard 60", "turn over"]);
  const failed = fixture({ reloadFails: true });
  await assertRejects(
    () => failed.handle({ op: "reload", confirmSeconds: 60, strict: false }),
    Fault,
  );
  assertEquals(failed.calls, ["turn", "guard 60"]);
});

Deno.test("handleControl() confirms a pending change, and throws if there is none", async () => {
  await fixture({ pending: true }).handle({ op: "confirm" });
  await assertRejects(() => fixture().handle({ op: "confirm" }), Fault, "no change is pending");
});

Deno.test("handleControl() reports stages only to who asks for them, and some of a count", async () => {
  const { handle, reported } = fixture();
  await handle({ op: "start", service: "W3SVC" });
  assertEquals(reported, []);
  await handle({ op: "start", service: "W3SVC", progress: true });
  assertEquals(reported, [
    "checking 0 of 501 addresses",
    "checking 250 of 501 addresses",
    "checking 500 of 501 addresses",
    "opening the sockets",
  ]);
});

Deno.test("handleControl() starts, pauses and continues services", async () => {
  const { handle, calls } = fixture();
  await handle({ op: "start", service: "W3SVC" });
  await handle({ op: "pause", service: "W3SVC" });
  await handle({ op: "continue", service: "W3SVC" });
  await handle({ op: "status" });
  assertEquals(calls, ["start W3SVC", "pause W3SVC", "resume W3SVC"]);
});

Deno.test("handleControl() controls a site in a turn, and passes other requests on", async () => {
  const { handle, calls } = fixture();
  await handle({ op: "site", verb: "stop", id: 7 });
  await handle({ op: "reservations" });
  await handle({ op: "flushLogs" });
  await handle({ op: "cache" });
  assertEquals(calls, ["turn", "stop site 7", "turn over", "refresh registrations", "flush logs"]);
});

Deno.test("extraFields() returns what is cached, or how much of it was dropped", async () => {
  const workers = {
    cached: () => Promise.resolve([]),
    evict: () => Promise.resolve(3),
    hasClient: () => Promise.resolve(true),
  };
  assertEquals(await extraFields(workers, { op: "cache" }), { cache: [] });
  assertEquals(await extraFields(workers, { op: "dropCache", url: null, recursive: false }), {
    dropped: 3,
  });
  assertEquals(await extraFields(workers, { op: "status" }), {});
});
