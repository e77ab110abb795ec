/** Goal: each request reaches its part, in order. Method: parts that write down what they are asked. */
import { assertEquals, assertRejects } from "@std/assert";
import { parseEndpoint } from "../../../mod/base/address.ts";
import type { Endpoint } from "../../../mod/base/address.ts";
import { Fault } from "../../../mod/base/fault.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  type ControlledParts,
  extraFields,
  handleControl,
} from "../../../mod/host/process/control_handler.ts";
import type { CachedResponses } from "../../../mod/host/web/cache_view.ts";
import type {
  ControlProgress,
  ControlRequest,
} from "../../../mod/host/control/control_protocol.ts";

interface Scene {
  readonly did: string[];
  readonly told: string[];
  ask(request: ControlRequest): Promise<void>;
}

function scene(more: { readonly reloadFails?: boolean; readonly pending?: boolean } = {}): Scene {
  const did: string[] = [];
  const told: string[] = [];
  const drained = Promise.withResolvers<void>();
  const done = (what: string) => (name: string): Promise<void> => {
    did.push(`${what} ${name}`);
    return Promise.resolve();
  };
  const parts = {
    controller: {
      start: done("start"),
      stop: done("stop"),
      pause: done("pause"),
      resume: done("resume"),
      async exclusive<T>(work: () => Promise<T>): Promise<T> {
        did.push("turn");
        const result = await work();
        did.push("turn over");
        drained.resolve();
        return result;
      },
    },
    registrations: { refresh: () => done("refresh")("registrations") },
    logs: { flush: () => done("flush")("logs") },
    web: {
      controlSite: (verb: string, id: number) => done(verb)(`site ${id}`),
      documentInForce: DEFAULT_DOCUMENT,
      reload: () => {
        if (more.reloadFails) return Promise.reject(new Fault("Cannot listen"));
        const endpoint = parseEndpoint("10.0.0.6:80") as Endpoint;
        return Promise.resolve({
          changes: [{ kind: "change", endpoint: "10.0.0.7:80", change: "opened", connections: 0 }],
          // Ends only after the turn: a drain inside of it would never end.
          draining: [{ endpoint, connections: 3, done: drained.promise }],
        });
      },
    },
    confirmation: {
      async guard<T>(_: unknown, seconds: number, change: () => Promise<T>): Promise<T> {
        did.push(`guard ${seconds}`);
        return await change();
      },
      confirm: () => Promise.resolve(more.pending ?? false),
    },
  };
  const tell = (progress: ControlProgress): void => {
    if (progress.kind === "change") {
      told.push(`${progress.change} ${progress.endpoint} ${progress.connections}`);
    }
  };
  return {
    did,
    told,
    ask: (request) => handleControl(parts as unknown as ControlledParts, request, tell),
  };
}

Deno.test("handleControl() reloads in a turn of its own and drains outside of it", async () => {
  const { ask, did, told } = scene();
  await ask({ op: "reload", confirmSeconds: null, strict: false });
  assertEquals(did, ["turn", "turn over"]);
  assertEquals(told, ["opened 10.0.0.7:80 0", "draining 10.0.0.6:80 3", "drained 10.0.0.6:80 0"]);
});

Deno.test("handleControl() lets the confirmation stand around the reload", async () => {
  const well = scene();
  await well.ask({ op: "reload", confirmSeconds: 60, strict: false });
  assertEquals(well.did, ["turn", "guard 60", "turn over"]);
  const failed = scene({ reloadFails: true });
  await assertRejects(() => failed.ask({ op: "reload", confirmSeconds: 60, strict: false }), Fault);
  assertEquals(failed.did, ["turn", "guard 60"]);
});

Deno.test("handleControl() confirms what waits, and says that nothing does", async () => {
  await scene({ pending: true }).ask({ op: "confirm" });
  await assertRejects(() => scene().ask({ op: "confirm" }), Fault, "no change is pending");
});

Deno.test("handleControl() starts, pauses and continues services", async () => {
  const { ask, did } = scene();
  await ask({ op: "start", service: "W3SVC" });
  await ask({ op: "pause", service: "W3SVC" });
  await ask({ op: "continue", service: "W3SVC" });
  await ask({ op: "status" });
  assertEquals(did, ["start W3SVC", "pause W3SVC", "resume W3SVC"]);
});

Deno.test("handleControl() controls one site in a turn, and passes on what is asked of the parts", async () => {
  const { ask, did } = scene();
  await ask({ op: "site", verb: "stop", id: 7 });
  await ask({ op: "reservations" });
  await ask({ op: "flushLogs" });
  await ask({ op: "cache" });
  assertEquals(did, ["turn", "stop site 7", "turn over", "refresh registrations", "flush logs"]);
});

Deno.test("extraFields() adds what is kept, or how much of it was dropped", () => {
  const cached = { list: () => [], evict: () => 3 } as unknown as CachedResponses;
  assertEquals(extraFields({ cached }, { op: "cache" }), { cache: [] });
  assertEquals(extraFields({ cached }, { op: "dropCache", url: null, recursive: false }), {
    dropped: 3,
  });
  assertEquals(extraFields({ cached: null }, { op: "dropCache", url: null, recursive: false }), {
    dropped: 0,
  });
  assertEquals(extraFields({ cached }, { op: "status" }), {});
});
