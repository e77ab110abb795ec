// Goal: services start and stop in order, one request at a time. Method: workers that write a diary.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import {
  Controller,
  type ServiceState,
  type ServiceWorker,
} from "../../../mod/host/services/service_controller.ts";
import { type ServiceName, SERVICES } from "../../../mod/host/services/service_table.ts";

interface Bench {
  readonly controller: Controller;
  /** What workers did, in order: `start HTTP`. */
  readonly diary: string[];
  /** Every state that was told: `HTTP running`. */
  readonly told: string[];
  /** Work that fails, by its diary line. */
  readonly failing: Set<string>;
  /** Work that waits until it is let go, by its diary line. */
  readonly held: Map<string, Promise<void>>;
}

function bench(): Bench {
  const [diary, told]: [string[], string[]] = [[], []];
  const failing = new Set<string>();
  const held = new Map<string, Promise<void>>();
  const work = (line: string) => async (): Promise<void> => {
    diary.push(line);
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
  const controller = new Controller(workers, (name, state) => void told.push(`${name} ${state}`));
  return { controller, diary, told, failing, held };
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

Deno.test("start() starts what is needed, in order, and nothing twice", async () => {
  const { controller, diary, told } = bench();
  assertEquals(states(controller), ALL_STOPPED);
  assertEquals(controller.anyUp(), false);
  await controller.start("HTTPFilter");
  await controller.start("W3SVC");
  await controller.start("W3SVC");
  assertEquals(diary, ["start HTTP", "start HTTPFilter", "start IISADMIN", "start W3SVC"]);
  assertEquals(told.slice(0, 3), ["HTTP starting", "HTTP running", "HTTPFilter starting"]);
  assert(controller.anyUp() && controller.isUp("W3SVC"));
});

Deno.test("stop() stops dependents first and tells each step", async () => {
  const { controller, diary } = bench();
  await controller.start("W3SVC");
  assertEquals(controller.runningDependents("HTTP"), ["W3SVC", "HTTPFilter"]);
  diary.length = 0;
  const steps: string[] = [];
  await controller.stop("HTTP", (name, state) => void steps.push(`${name} ${state}`));
  assertEquals(diary, ["stop W3SVC", "stop HTTPFilter", "stop HTTP"]);
  assertEquals(steps, [
    ...["W3SVC stopping", "W3SVC stopped", "HTTPFilter stopping", "HTTPFilter stopped"],
    ...["HTTP stopping", "HTTP stopped"],
  ]);
  assertEquals(states(controller), { ...ALL_STOPPED, IISADMIN: "running" });
  await controller.stop("HTTP");
  assertEquals(diary.length, 3, "what is stopped is not stopped again");
});

Deno.test("a start that fails leaves its service stopped and what it needed running", async () => {
  const { controller, failing } = bench();
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
  const { controller, diary, failing } = bench();
  failing.add("start HTTPFilter");
  await assertRejects(() => controller.start("W3SVC"), Error, "cannot start HTTPFilter");
  assertEquals(diary, ["start HTTP", "start HTTPFilter"]);
});

Deno.test("a stop that fails still ends stopped, and the error is told", async () => {
  const { controller, failing } = bench();
  await controller.start("HTTP");
  failing.add("stop HTTP");
  await assertRejects(() => controller.stop("HTTP"), Error, "cannot stop HTTP");
  assertEquals(controller.state("HTTP"), "stopped");
});

Deno.test("pause() and resume() go there and back; a failure stays where it was", async () => {
  const { controller, told, failing } = bench();
  await controller.start("W3SVC");
  told.length = 0;
  await controller.pause("W3SVC");
  assert(controller.isUp("W3SVC"), "paused is up");
  await controller.resume("W3SVC");
  assertEquals(told, ["W3SVC pausing", "W3SVC paused", "W3SVC starting", "W3SVC running"]);
  failing.add("pause W3SVC");
  await assertRejects(() => controller.pause("W3SVC"), Error, "cannot pause");
  assertEquals(controller.state("W3SVC"), "running");
  failing.clear();
  await controller.pause("W3SVC");
  failing.add("resume W3SVC");
  await assertRejects(() => controller.resume("W3SVC"), Error, "cannot resume");
  assertEquals(controller.state("W3SVC"), "paused");
});

Deno.test("requests run one after the other, also after one that failed", async () => {
  const { controller, diary, failing, held } = bench();
  const gate = Promise.withResolvers<void>();
  held.set("start HTTP", gate.promise);
  failing.add("start HTTP");
  const first = controller.start("HTTP");
  const firstFails = assertRejects(() => first, Error, "cannot start HTTP");
  const second = controller.stop("HTTP");
  const third = controller.start("IISADMIN");
  const alone = controller.exclusive(() => Promise.resolve(diary.push("alone")));
  await Promise.resolve();
  assertEquals(diary, ["start HTTP"], "nothing else has begun");
  gate.resolve();
  await Promise.all([firstFails, second, third, alone]);
  assertEquals(diary, ["start HTTP", "start IISADMIN", "alone"]);
});

Deno.test("shutDown() leaves nothing running, and lets nothing start after it", async () => {
  const { controller, diary } = bench();
  await controller.start("W3SVC");
  diary.length = 0;
  const ended = controller.shutDown();
  await assertRejects(() => controller.start("HTTP"), Fault, "shutting down");
  await ended;
  assertEquals(diary, ["stop W3SVC", "stop IISADMIN", "stop HTTPFilter", "stop HTTP"]);
  assertEquals(states(controller), ALL_STOPPED);
  await assertRejects(() => controller.start("W3SVC"), Fault, "shutting down");
});
