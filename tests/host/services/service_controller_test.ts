// Goal: services start and stop in order, one request at a time. Method: workers that record calls.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import {
  Controller,
  type ServiceState,
  type ServiceWorker,
} from "../../../mod/host/services/service_controller.ts";
import { type ServiceName, SERVICES } from "../../../mod/host/services/service_table.ts";

interface Fixture {
  readonly controller: Controller;
  /** The calls of the workers, in order: `start HTTP`. */
  readonly calls: string[];
  /** Every state that was reported: `HTTP running`. */
  readonly reported: string[];
  /** Calls that fail. */
  readonly failing: Set<string>;
  /** Calls that wait, and what for. */
  readonly held: Map<string, Promise<void>>;
}

function fixture(): Fixture {
  const [calls, reported]: [string[], string[]] = [[], []];
  const failing = new Set<string>();
  const held = new Map<string, Promise<void>>();
  const work = (line: string) => async (): Promise<void> => {
    calls.push(line);
    await held.get(line);
    if (failing.has(line)) throw new Error(`cannot ${line}`);
  };
  const worker = (name: ServiceName): ServiceWorker => ({
    start: work(`start ${name}`),
    stop: work(`stop ${name}`),
    pause: work(`pause ${name}`),
    resume: work(`resume ${name}`),
  });
  const workers = Object.fromEntries(SERVICES.map(({ name }) => [name, worker(name)])) as Record<
    ServiceName,
    ServiceWorker
  >;
  const controller = new Controller(
    workers,
    (name, state) => void reported.push(`${name} ${state}`),
  );
  return { controller, calls, reported, failing, held };
}

function states(controller: Controller): Record<string, ServiceState> {
  return Object.fromEntries(SERVICES.map(({ name }) => [name, controller.state(name)]));
}

const ALL_STOPPED = {
  HTTP: "stopped",
  HTTPFilter: "stopped",
  IISADMIN: "stopped",
  W3SVC: "stopped",
} as const;

Deno.test("Controller.start() starts what is needed, in order, and nothing twice", async () => {
  const { controller, calls, reported } = fixture();
  assertEquals(states(controller), ALL_STOPPED);
  assertEquals(controller.anyUp(), false);
  await controller.start("HTTPFilter");
  await controller.start("W3SVC");
  await controller.start("W3SVC");
  assertEquals(calls, ["start HTTP", "start HTTPFilter", "start IISADMIN", "start W3SVC"]);
  assertEquals(reported.slice(0, 3), ["HTTP starting", "HTTP running", "HTTPFilter starting"]);
  assert(controller.anyUp() && controller.isUp("W3SVC"));
});

Deno.test("Controller.stop() stops dependents first, and reports each step", async () => {
  const { controller, calls } = fixture();
  await controller.start("W3SVC");
  assertEquals(controller.runningDependents("HTTP"), ["W3SVC", "HTTPFilter"]);
  calls.length = 0;
  const steps: string[] = [];
  await controller.stop("HTTP", (name, state) => void steps.push(`${name} ${state}`));
  assertEquals(calls, ["stop W3SVC", "stop HTTPFilter", "stop HTTP"]);
  assertEquals(steps, [
    ...["W3SVC stopping", "W3SVC stopped", "HTTPFilter stopping", "HTTPFilter stopped"],
    ...["HTTP stopping", "HTTP stopped"],
  ]);
  assertEquals(states(controller), { ...ALL_STOPPED, IISADMIN: "running" });
  await controller.stop("HTTP");
  assertEquals(calls.length, 3, "a stopped service is not stopped again");
});

Deno.test("a start that fails leaves its service stopped, and what it needs running", async () => {
  const { controller, failing } = fixture();
  failing.add("start W3SVC");
  await assertRejects(() => controller.start("W3SVC"), Error, "cannot start W3SVC");
  assertEquals(states(controller), {
    HTTP: "running",
    HTTPFilter: "running",
    IISADMIN: "running",
    W3SVC: "stopped",
  });
  failing.clear();
  await controller.start("W3SVC");
  assertEquals(controller.state("W3SVC"), "running");
});

Deno.test("a start that fails below starts nothing above it", async () => {
  const { controller, calls, failing } = fixture();
  failing.add("start HTTPFilter");
  await assertRejects(() => controller.start("W3SVC"), Error, "cannot start HTTPFilter");
  assertEquals(calls, ["start HTTP", "start HTTPFilter"]);
});

Deno.test("a stop that fails still ends stopped, and the error is thrown", async () => {
  const { controller, failing } = fixture();
  await controller.start("HTTP");
  failing.add("stop HTTP");
  await assertRejects(() => controller.stop("HTTP"), Error, "cannot stop HTTP");
  assertEquals(controller.state("HTTP"), "stopped");
});

Deno.test("Controller.pause() and resume() leave the state as it was if they fail", async () => {
  const { controller, reported, failing } = fixture();
  await controller.start("W3SVC");
  reported.length = 0;
  await controller.pause("W3SVC");
  assert(controller.isUp("W3SVC"), "a paused service is up");
  await controller.resume("W3SVC");
  assertEquals(reported, ["W3SVC pausing", "W3SVC paused", "W3SVC starting", "W3SVC running"]);
  failing.add("pause W3SVC");
  await assertRejects(() => controller.pause("W3SVC"), Error, "cannot pause");
  assertEquals(controller.state("W3SVC"), "running");
  failing.clear();
  await controller.pause("W3SVC");
  failing.add("resume W3SVC");
  await assertRejects(() => controller.resume("W3SVC"), Error, "cannot resume");
  assertEquals(controller.state("W3SVC"), "paused");
});

Deno.test("requests run one after the other, even after one that failed", async () => {
  const { controller, calls, failing, held } = fixture();
  const gate = Promise.withResolvers<void>();
  held.set("start HTTP", gate.promise);
  failing.add("start HTTP");
  const first = controller.start("HTTP");
  const firstFails = assertRejects(() => first, Error, "cannot start HTTP");
  const second = controller.stop("HTTP");
  const third = controller.start("IISADMIN");
  const alone = controller.exclusive(() => Promise.resolve(calls.push("alone")));
  await Promise.resolve();
  assertEquals(calls, ["start HTTP"], "nothing else has begun");
  gate.resolve();
  await Promise.all([firstFails, second, third, alone]);
  assertEquals(calls, ["start HTTP", "start IISADMIN", "alone"]);
});

Deno.test("Controller.shutDown() leaves nothing running, and prevents further starts", async () => {
  const { controller, calls } = fixture();
  await controller.start("W3SVC");
  calls.length = 0;
  const ended = controller.shutDown();
  await assertRejects(() => controller.start("HTTP"), Fault, "shutting down");
  await ended;
  assertEquals(calls, ["stop W3SVC", "stop IISADMIN", "stop HTTPFilter", "stop HTTP"]);
  assertEquals(states(controller), ALL_STOPPED);
  await assertRejects(() => controller.start("W3SVC"), Fault, "shutting down");
});
