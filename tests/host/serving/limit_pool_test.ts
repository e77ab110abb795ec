/**
 * Goal: a limit holds exactly in sum over all processes. Method: processes in memory whose messages
 * are delivered in any order of the processes, each one's in order.
 */
import { assert, assertEquals } from "@std/assert";
import { type LimitParty, LimitPool } from "../../../mod/host/serving/limit_pool.ts";
import {
  type LimitOrder,
  type LimitReport,
  LimitShares,
} from "../../../mod/host/serving/limit_shares.ts";
import type { Limit } from "../../../mod/base/limit.ts";

const LIMIT = "limit";

/** Waits until all promises that can be settled are. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await undefined;
}

/** A process whose messages wait until they are delivered. */
class Process implements LimitParty {
  readonly shares = new LimitShares();
  readonly orders: LimitOrder[] = [];
  readonly reports: LimitReport[] = [];
  readonly limit: Limit = this.shares.of(LIMIT);
  sent = 0;

  constructor() {
    this.shares.report = (report) => {
      this.sent++;
      this.reports.push(structuredClone(report));
    };
  }

  order(order: LimitOrder): void {
    this.orders.push(structuredClone(order));
  }
}

/** A service whose processes are told everything at once, or when a test says so. */
class Service {
  readonly pool = new LimitPool();
  readonly processes: Process[] = [];

  /** Delivers the next message between the service and `process`; false if there is none. */
  deliver(process: Process, isOrder: boolean): boolean {
    if (isOrder) {
      const order = process.orders.shift();
      if (order !== undefined) process.shares.receive(order);
      return order !== undefined;
    }
    const report = process.reports.shift();
    if (report !== undefined) this.pool.receive(process, report);
    return report !== undefined;
  }

  /** Delivers all messages, also those that they cause. */
  async flush(): Promise<void> {
    for (let isMore = true; isMore;) {
      await settle();
      isMore = false;
      for (const process of this.processes) {
        for (const isOrder of [true, false]) {
          while (this.deliver(process, isOrder)) isMore = true;
        }
      }
    }
  }

  async join(process = new Process()): Promise<Process> {
    const joined = this.pool.join(process);
    this.processes.push(process);
    await this.flush();
    await joined;
    return process;
  }

  async configure(max: number): Promise<void> {
    const done = this.pool.configure([{ name: LIMIT, max }]);
    await this.flush();
    await done;
  }

  async admit(process: Process, key = "k"): Promise<boolean> {
    const admitted = process.limit.admit(key);
    await this.flush();
    return await admitted;
  }
}

async function serviceOf(max: number, count: number): Promise<Service> {
  const service = new Service();
  await service.configure(max);
  for (let i = 0; i < count; i++) await service.join();
  return service;
}

for (const [max, count] of [[10, 1], [10, 2], [10, 3], [1, 3], [2, 4], [0, 2], [7, 5]] as const) {
  Deno.test(`LimitPool admits exactly ${max} in ${count} processes, whoever has them`, async () => {
    for (let one = 0; one < count; one++) {
      const service = await serviceOf(max, count);
      // All to one, and what is left to the others.
      const admitted: boolean[] = [];
      for (let i = 0; i < max; i++) {
        const process = service.processes[i % 3 === 0 ? i % count : one]!;
        admitted.push(await service.admit(process));
      }
      assertEquals(admitted, new Array(max).fill(true));
      for (const process of service.processes) {
        assertEquals(await service.admit(process), false);
        assertEquals(await service.admit(process, "another key"), max > 0);
        if (max > 0) process.limit.release("another key");
        await service.flush();
      }
    }
  });
}

Deno.test("LimitShares decides alone, and at once, up to its share and beyond the limit", async () => {
  const service = await serviceOf(10, 2);
  const [a] = service.processes as [Process];
  const before = a.sent;
  assertEquals([1, 2, 3, 4, 5].map(() => a.limit.admit("k")), [true, true, true, true, true]);
  assertEquals(a.sent, before);
  const alone = await serviceOf(2, 1);
  const [only] = alone.processes as [Process];
  assertEquals([1, 2, 3].map(() => only.limit.admit("k")), [true, true, false]);
  const all = await Promise.all(Array.from({ length: 5 }, () => service.admit(a)));
  assertEquals(all, new Array(5).fill(true));
  assertEquals(a.limit.admit("k"), false, "nobody has to be asked");
});

Deno.test("a place that becomes free anywhere is given to whoever asks", async () => {
  const service = await serviceOf(4, 2);
  const [a, b] = service.processes as [Process, Process];
  for (const one of [a, a, a, b]) assertEquals(await service.admit(one), true);
  assertEquals([await service.admit(a), await service.admit(b)], [false, false]);
  for (let i = 0; i < 3; i++) {
    a.limit.release("k");
    assertEquals(await service.admit(b), true, `${i}`);
    assertEquals([await service.admit(a), await service.admit(b)], [false, false]);
  }
});

Deno.test("those who wait get a place that becomes free in their process", async () => {
  const service = await serviceOf(2, 1);
  await service.join();
  const [a, b] = service.processes as [Process, Process];
  assertEquals([await service.admit(a), await service.admit(a)], [true, true]);
  const waiting = b.limit.admit("k");
  a.limit.release("k");
  await service.flush();
  assertEquals(await waiting, true);
});

Deno.test("nothing is kept of keys that are not used any more", async () => {
  const service = await serviceOf(3, 2);
  const [a, b] = service.processes as [Process, Process];
  for (let i = 0; i < 1000; i++) {
    const key = `10.0.${i >> 8}.${i & 255}`;
    for (const one of [a, a, b]) assertEquals(await service.admit(one, key), true);
    assertEquals(await service.admit(i % 2 === 0 ? a : b, key), false);
    for (const one of i % 3 === 0 ? [a, a, b] : [b, a, a]) {
      one.limit.release(key);
      if (i % 5 === 0) await service.flush();
    }
  }
  await service.flush();
  assertEquals([service.pool.size, a.shares.size, b.shares.size], [0, 0, 0]);
});

Deno.test("a million clients with a connection each are no messages, and leave nothing", async () => {
  const service = await serviceOf(2, 2);
  const [a, b] = service.processes as [Process, Process];
  const before = a.sent + b.sent;
  for (let i = 0; i < 1_000_000; i++) {
    const { limit } = i % 3 === 0 ? a : b;
    if (limit.admit(`${i}`) !== true) throw new Error(`${i} is not admitted`);
    if (i % 4 !== 0) limit.release(`${i}`);
  }
  for (let i = 0; i < 1_000_000; i += 4) (i % 3 === 0 ? a : b).limit.release(`${i}`);
  assertEquals(a.sent + b.sent, before);
  assertEquals([service.pool.size, a.shares.size, b.shares.size], [0, 0, 0]);
});

Deno.test("LimitPool.configure() asks nobody about limits that stay as they are", async () => {
  const service = await serviceOf(3, 2);
  await service.pool.configure([{ name: LIMIT, max: 3 }]);
  assertEquals(service.processes.map(({ orders }) => orders.length), [0, 0]);
});

Deno.test("a process that ends gives back all it had, one that joins gets a share", async () => {
  const service = await serviceOf(10, 2);
  const [a, b] = service.processes as [Process, Process];
  for (let i = 0; i < 8; i++) assertEquals(await service.admit(a), true);
  for (let i = 0; i < 2; i++) assertEquals(await service.admit(b), true);
  const c = await service.join();
  assertEquals([await service.admit(a), await service.admit(b), await service.admit(c)], [
    false,
    false,
    false,
  ]);
  service.processes.splice(0, 1);
  void service.pool.leave(a);
  await service.flush();
  for (let i = 0; i < 8; i++) assertEquals(await service.admit(c), true, `${i}`);
  assertEquals([await service.admit(b), await service.admit(c)], [false, false]);
});

Deno.test("a process that ends before it has joined keeps nobody waiting", async () => {
  const service = await serviceOf(2, 1);
  const gone = new Process();
  const joined = service.pool.join(gone);
  void service.pool.leave(gone);
  await service.flush();
  await joined;
  const [a] = service.processes as [Process];
  assertEquals([await service.admit(a), await service.admit(a)], [true, true]);
});

Deno.test("a lower limit keeps what is open, and admits no more until it is kept", async () => {
  const service = await serviceOf(10, 2);
  const [a, b] = service.processes as [Process, Process];
  for (const one of [a, a, a, a, a, b]) assertEquals(await service.admit(one), true);
  await service.configure(4);
  assertEquals([await service.admit(a), await service.admit(b)], [false, false]);
  for (let left = 6; left > 4; left--) {
    a.limit.release("k");
    assertEquals([await service.admit(a), await service.admit(b)], [false, false]);
  }
  a.limit.release("k");
  assertEquals([await service.admit(b), await service.admit(a)], [true, false]);
  await service.configure(6);
  assertEquals([await service.admit(b), await service.admit(a)], [true, true]);
  assertEquals([await service.admit(b), await service.admit(a)], [false, false]);
  const done = service.pool.configure([]);
  await service.flush();
  await done;
  assertEquals([a.limit.admit("k"), b.limit.admit("k")], [true, true], "there is no limit");
});

Deno.test("a process that does not respond does not keep others waiting for ever", async () => {
  const service = await serviceOf(4, 2);
  const [a, b] = service.processes as [Process, Process];
  service.processes.splice(1, 1); // nothing is delivered to b
  for (let i = 0; i < 2; i++) assertEquals(await service.admit(a), true);
  const waiting = a.limit.admit("k");
  await service.flush();
  for (let i = 0; i < 2; i++) service.pool.look();
  await service.flush();
  assertEquals(await waiting, false);
  service.processes.push(b);
  await service.flush();
  assertEquals([await service.admit(a), await service.admit(a)], [true, true]);
  assertEquals([await service.admit(a), await service.admit(b)], [false, false]);
});

/** Numbers that look random and are the same in each run. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(count: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) >>> 0;
    return (this.#state >>> 8) % count;
  }
}

/** A question that is not decided. */
interface Asked {
  readonly process: Process;
  readonly key: string;
  /** The most places that were taken at a moment since; all of them while the limit changes. */
  mostTaken: number;
}

/** What is open, and what waits for an answer, in a service under random events. */
class Trial {
  readonly #service = new Service();
  /** Those that have no sockets before they have joined. */
  readonly #joining: Process[] = [];
  readonly #open: { readonly process: Process; readonly key: string }[] = [];
  readonly #asked = new Set<Asked>();
  readonly #random: Random;
  #max = 6;
  /** For each key, the most that may be open: a lower limit keeps what is. */
  readonly #allowed = new Map(["a", "b"].map((key) => [key, 0]));
  /** Changes of the limit that are not complete. */
  #changes = 0;
  /** Those admitted in this step: one answer may admit some and refuse others. */
  #admitted = 0;
  #failure: unknown = null;

  constructor(random: Random) {
    this.#random = random;
  }

  async run(steps: number): Promise<void> {
    await this.#service.pool.configure([{ name: LIMIT, max: this.#max }]);
    for (let i = 0; i < 2; i++) this.#join();
    for (let i = 0; i < steps; i++) {
      this.#admitted = 0;
      this.#step(this.#random.below(1000));
      await settle();
      this.#look();
      if (this.#failure !== null) throw this.#failure;
    }
    await this.#finish();
  }

  #step(event: number): void {
    if (event < 3) this.#resize();
    else if (event < 8) this.#end();
    else if (event < 15) this.#join();
    else if (event < 250) this.#ask();
    else if (event < 450) this.#close();
    else {
      const process = this.#pick([...this.#service.processes, ...this.#joining]);
      if (process !== undefined) this.#service.deliver(process, event % 2 === 0);
    }
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#random.below(Math.max(1, from.length))];
  }

  #taken(key: string): number {
    return this.#open.filter((one) => one.key === key).length;
  }

  #ask(): void {
    const process = this.#pick(this.#service.processes);
    const key = this.#pick([...this.#allowed.keys()])!;
    if (process === undefined) return;
    const asked: Asked = { process, key, mostTaken: 0 };
    this.#asked.add(asked);
    this.#look();
    const admitted = process.limit.admit(key);
    if (typeof admitted === "boolean") return this.#decided(asked, admitted);
    void admitted.then((isAdmitted) => this.#decided(asked, isAdmitted)).catch((error) => {
      this.#failure ??= error;
    });
  }

  #decided(asked: Asked, isAdmitted: boolean): void {
    if (!this.#asked.delete(asked)) return; // the process has ended
    const { process, key, mostTaken } = asked;
    if (isAdmitted) {
      this.#admitted++;
      this.#open.push({ process, key });
      const most = Math.max(this.#max, this.#allowed.get(key)!);
      assert(this.#taken(key) <= most, `${this.#taken(key)} of ${key} are open, not ${most}`);
    } else {
      const most = Math.max(mostTaken, this.#taken(key)) + this.#admitted;
      assert(most >= this.#max, `refused, with ${most} of ${this.#max} taken`);
    }
  }

  #look(): void {
    for (const asked of this.#asked) {
      const taken = this.#changes > 0 ? Infinity : this.#taken(asked.key);
      asked.mostTaken = Math.max(asked.mostTaken, taken);
    }
  }

  #close(): void {
    const [one] = this.#open.splice(this.#random.below(Math.max(1, this.#open.length)), 1);
    one?.process.limit.release(one.key);
    this.#allowNoMore();
  }

  /** Nothing takes the place of what is open beyond the limit. */
  #allowNoMore(): void {
    if (this.#changes > 0) return;
    for (const [key, most] of this.#allowed) {
      this.#allowed.set(key, Math.min(most, this.#taken(key)));
    }
  }

  #end(): void {
    const { processes, pool } = this.#service;
    if (processes.length < 2) return;
    const [gone] = processes.splice(this.#random.below(processes.length), 1);
    const left = this.#open.filter(({ process }) => process !== gone);
    this.#open.splice(0, this.#open.length, ...left);
    for (const one of this.#asked) if (one.process === gone) this.#asked.delete(one);
    void pool.leave(gone!);
  }

  #join(): void {
    const { processes, pool } = this.#service;
    if (processes.length + this.#joining.length > 4) return;
    const process = new Process();
    this.#joining.push(process);
    void pool.join(process).then(() => {
      this.#joining.splice(this.#joining.indexOf(process), 1);
      processes.push(process);
    });
  }

  #resize(): void {
    const before = this.#max;
    this.#max = this.#random.below(9);
    for (const [key, most] of this.#allowed) {
      this.#allowed.set(key, Math.max(before, most, this.#taken(key)));
    }
    this.#changes++;
    void this.#service.pool.configure([{ name: LIMIT, max: this.#max }]).then(() => {
      this.#changes--;
      this.#allowNoMore();
    });
  }

  /** Everything is decided and closed in the end, and nothing is kept of it. */
  async #finish(): Promise<void> {
    const { processes, pool } = this.#service;
    for (let i = 0; i < 50; i++) {
      for (const process of [...this.#joining]) {
        for (const isOrder of [true, false]) while (this.#service.deliver(process, isOrder));
      }
      await this.#service.flush();
    }
    assertEquals([this.#asked.size, this.#joining.length, this.#changes], [0, 0, 0]);
    for (const { process, key } of this.#open.splice(0)) process.limit.release(key);
    await this.#service.flush();
    assertEquals([pool, ...processes.map(({ shares }) => shares)].map(({ size }) => size), [
      0,
      ...processes.map(() => 0),
    ]);
  }
}

Deno.test("limits hold in sum, and nobody is refused a place that is free, in any order", async () => {
  for (let seed = 1; seed <= 100; seed++) {
    await new Trial(new Random(seed)).run(1500).catch((error) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
  }
});
