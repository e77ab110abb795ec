// Goal: whoever watches has the newest view, however slow they are, and the service is asked once a
// second for all of them, and not at all for nobody. Method: a source and a second that the test moves.
import { assertEquals } from "@std/assert";
import type { BodySource } from "../../../mod/base/exchange.ts";
import type { DashboardView } from "../../../mod/site/about/dashboard_view.ts";
import { mergeView } from "../../../mod/site/dashboard/browser/merge.js";
import { Dashboards } from "../../../mod/site/dashboard/dashboards.ts";
import { VIEW } from "../../support/about/dashboard.ts";
import { limitOf } from "../../support/workers/limits.ts";

/** Live pages of a service that the test changes. */
class Service {
  asked = 0;
  rate = 0;
  isSilent = false;
  #id = 0;
  #tick: (() => void) | null = null;
  readonly pages: Dashboards;

  constructor(viewers = 10) {
    this.pages = new Dashboards({
      source: () => {
        this.asked++;
        if (this.isSilent) return Promise.reject(new Error("silent"));
        const traffic = { ...VIEW.traffic, requestRate: this.rate };
        return Promise.resolve({ ...VIEW, id: ++this.#id, traffic });
      },
      viewers: limitOf(viewers),
      repeat: (tick) => {
        this.#tick = tick;
        return () => this.#tick = null;
      },
    });
  }

  get isAsking(): boolean {
    return this.#tick !== null;
  }

  /** Lets a second pass. */
  async second(): Promise<void> {
    this.#tick?.();
    await settled();
  }

  async watch(lastId: number | null = null, key = "page"): Promise<BodySource> {
    return (await this.pages.of(key).watch(lastId))!;
  }
}

/** Lets everything happen that is not waiting for anybody. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

interface SentEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Returns the next event of a stream, or its text if it is none. */
async function next(stream: BodySource): Promise<SentEvent | string | null> {
  const bytes = await stream.pull();
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes);
  const match = /^id: (\d+)\nevent: (\w+)\ndata: (.*)\n\n$/.exec(text);
  if (match === null) return text;
  return { id: Number(match[1]), event: match[2]!, data: JSON.parse(match[3]!) };
}

Deno.test("a viewer gets the head at once, then the whole view, then what changes", async () => {
  const service = new Service();
  const stream = await service.watch();
  assertEquals(await next(stream), "retry: 1000\n\n");
  const first = await next(stream) as SentEvent;
  assertEquals([first.id, first.event, first.data["id"]], [1, "snapshot", 1]);
  service.rate = 5;
  await service.second();
  const second = await next(stream) as SentEvent;
  assertEquals([second.id, second.event], [2, "delta"]);
  const view = mergeView(first.data, second.data as never) as unknown as DashboardView;
  assertEquals([view.id, view.traffic.requestRate], [2, 5]);
  stream.close();
});

Deno.test("a slow viewer gets the newest view in one piece, not all that it has missed", async () => {
  const service = new Service();
  const [slow, fast] = [await service.watch(), await service.watch()];
  await next(slow);
  await next(fast);
  const first = await next(slow) as SentEvent;
  await next(fast);
  for (let i = 1; i <= 9; i++) {
    service.rate = i;
    await service.second();
    await next(fast);
  }
  const late = await next(slow) as SentEvent;
  assertEquals([late.event, late.data["from"], late.id], ["delta", 1, 10]);
  const view = mergeView(first.data, late.data as never) as unknown as DashboardView;
  assertEquals(view.traffic.requestRate, 9);
  for (const stream of [slow, fast]) stream.close();
});

Deno.test("the service is asked once a second for all viewers, and never without one", async () => {
  const service = new Service();
  assertEquals([service.asked, service.isAsking], [0, false]);
  const streams = await Promise.all([1, 2, 3].map((i) => service.watch(null, `page ${i}`)));
  await settled();
  for (let i = 0; i < 5; i++) await service.second();
  assertEquals(service.asked, 6);
  for (const stream of streams) stream.close();
  assertEquals(service.isAsking, false);
  await service.watch().then((stream) => stream.close());
});

Deno.test("who comes back with a view that is known gets the difference, else all of it", async () => {
  const service = new Service();
  const watching = await service.watch();
  await settled();
  await service.second();
  const eventFor = async (id: number | null): Promise<string> => {
    const stream = await service.watch(id);
    await next(stream);
    await service.second();
    const event = await next(stream) as SentEvent;
    stream.close();
    return `${event.event} ${event.data["from"] ?? ""}`.trim();
  };
  assertEquals(await eventFor(2), "delta 2");
  assertEquals(await eventFor(99), "snapshot");
  assertEquals(await eventFor(null), "snapshot");
  watching.close();
});

Deno.test("a service that does not answer is shown by comments, and then by its answer", async () => {
  const service = new Service();
  service.isSilent = true;
  const stream = await service.watch();
  await next(stream);
  const comment = next(stream);
  for (let i = 0; i < 15; i++) await service.second();
  assertEquals(await comment, ": nothing new\n\n");
  const event = next(stream);
  service.isSilent = false;
  await service.second();
  assertEquals((await event as SentEvent).event, "snapshot");
  stream.close();
});

Deno.test("a stream ends when it is drained, and when its page is gone after a reload", async () => {
  const service = new Service();
  const [drained, kept, gone] = [
    await service.watch(null, "kept"),
    await service.watch(null, "kept"),
    await service.watch(null, "gone"),
  ];
  for (const stream of [drained, kept, gone]) {
    await next(stream);
    await next(stream);
  }
  const ends = [drained, gone].map((stream) => next(stream));
  const more = next(kept);
  drained.drain!();
  service.pages.begin();
  service.pages.of("kept");
  service.pages.closeOthers();
  assertEquals(await Promise.all(ends), [null, null]);
  await service.second();
  assertEquals((await more as SentEvent).event, "delta");
  for (const stream of [drained, kept, gone]) stream.close();
  assertEquals(service.isAsking, false);
});

Deno.test("the number of viewers is limited, and one who leaves makes room once", async () => {
  const service = new Service(2);
  const page = service.pages.of("page");
  const [first, second] = [await page.watch(null), await page.watch(null)];
  assertEquals(await page.watch(null), null);
  first!.close();
  first!.close();
  const third = await page.watch(null);
  assertEquals(third === null, false);
  assertEquals(await page.watch(null), null, "one place was free, not two");
  for (const stream of [second, third]) stream?.close();
});
