/**
 * Edge: a worker as a process of its own, which serves clients and does what the service tells it.
 * It ends with its connection to the service, whatever ends that.
 *
 * @module
 */
import { stackOf } from "../../base/fault.ts";
import { effectiveSettings } from "../../config/document/settings.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import { NO_LISTENERS } from "../../listen/machine/listeners.ts";
import { SocketSet } from "../../listen/sockets/socket_set.ts";
import { loadSiteHandlers } from "../../site/kinds/kinds.ts";
import type { ServiceAnswers, ServiceQuestion } from "../../site/about/service_source.ts";
import { CollectedLines, type LogBatch } from "../../telemetry/logs/collected_lines.ts";
import { LineClock } from "../../telemetry/logs/line_clock.ts";
import { openTracing } from "../../telemetry/traces/open_tracing.ts";
import type { Tracing } from "../../telemetry/traces/tracing.ts";
import { pause } from "../../base/work/slices.ts";
import { releaseLines } from "../../telemetry/logs/line_buffer.ts";
import { LocalWorker } from "./local_worker.ts";
import type { LimitOrder, LimitShares } from "./limit_shares.ts";
import { MessageLink } from "./message_link.ts";
import { RequestHandler } from "./request_handler.ts";
import { logSettings, machineOfZones, type Served, type ServedCertificate } from "./served.ts";
import {
  type FromWorker,
  plannedSocket,
  type SentCertificates,
  type SentSocket,
  type ToWorker,
  type WorkerRequest,
} from "./worker_protocol.ts";

/** Milliseconds after which a line of a log leaves this process. */
const LOG_TICK_MS = 200;

/** Serves at the service that listens on the socket `path`, until it is gone. */
export async function runWorker(path: string): Promise<void> {
  const stream = await Deno.connect({ transport: "unix", path });
  const link = new MessageLink(stream);
  const siteHandler = await loadSiteHandlers();
  const tracing = await openTracing((state) => void link.send({ event: "traces", state }));
  for (const name of ["run", "ffi"] as const) await Deno.permissions.revoke({ name });
  const worker = new WorkerProcess(link, siteHandler, tracing);
  const timer = setInterval(() => void worker.flushLogs(), LOG_TICK_MS);
  await link.receive((message) => worker.receive(message as ToWorker));
  clearInterval(timer);
}

class WorkerProcess {
  readonly #link: MessageLink;
  readonly #worker: LocalWorker;
  readonly #sockets: SocketSet;
  readonly #logs: CollectedLines;
  readonly #limits: LimitShares;
  /** Questions about the service, by their number. */
  readonly #questions = new Map<number, PromiseWithResolvers<unknown>>();
  #lastQuestion = 0;
  /** Of the lines of the logs: how often their format has changed. */
  #generation = 0;
  /** The contexts in use, by the text of certificate and key. */
  #contexts = new Map<string, ServedCertificate["context"]>();
  /** The request under way: each waits for those before it, except for the end of connections. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    link: MessageLink,
    siteHandler: Awaited<ReturnType<typeof loadSiteHandlers>>,
    tracing: Tracing | null,
  ) {
    this.#link = link;
    const log = (line: string): void => this.#tell({ event: "line", line });
    const logs = this.#logs = new CollectedLines({
      computerName: Deno.hostname(),
      lineEnd: "\n",
      clock: new LineClock(),
      ship: (batch) => void this.#ship(batch),
    }, effectiveSettings({}));
    const requests = new RequestHandler({
      siteHandler,
      service: (question) => this.#askService(question),
      onProgramFault: (program, fault) => this.#tell({ event: "programFault", program, fault }),
      onUpstream: (report) => this.#tell({ event: "upstream", report }),
    });
    requests.limits.report = (report) => this.#tell({ event: "limits", report });
    this.#limits = requests.limits;
    this.#worker = new LocalWorker({
      requests,
      served: (record) => logs.served(record),
      refused: (record) => logs.refused(record),
      listenerOf: (local) => this.#sockets.listenerOf(local),
      tracing,
      log,
    });
    // Who has a port that is taken, the service finds out.
    this.#sockets = new SocketSet(this.#worker.events, () => Promise.resolve(NO_LISTENERS));
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      log(`internal error: ${stackOf(event.reason)}`);
    });
  }

  /** Sends the lines of the logs; returns the second before which none are missing. */
  flushLogs(): number {
    return this.#logs.flush();
  }

  receive(message: ToWorker): void {
    if ("limits" in message) return this.#receiveLimits(message.limits);
    if ("answer" in message) {
      const asked = this.#questions.get(message.answer);
      this.#questions.delete(message.answer);
      if ("fault" in message) asked?.reject(new Error(message.fault));
      else asked?.resolve(message.value);
      return;
    }
    const { id } = message;
    const answer = this.#turn.then(() => this.#handle(message, id));
    // What takes as long as clients like does not keep the next request waiting.
    if (message.op !== "drain" && message.op !== "retire") this.#turn = answer.catch(() => {});
    void answer.then(
      (value) => this.#link.send({ id, value: value ?? null }),
      (error) => this.#link.send({ id, fault: stackOf(error) }),
    );
  }

  async #handle(request: WorkerRequest, id: number): Promise<unknown> {
    const worker = this.#worker;
    switch (request.op) {
      case "start":
        this.#logs.reconfigure(request.settings);
        return await worker.start(request.settings);
      case "stop":
        await worker.stop();
        return this.flushLogs();
      case "serve":
        return await this.#serve(request.served);
      case "renew":
        return await worker.renew(await this.#contextsOf(request.certificates));
      case "pause":
        return await worker.pause(request.paused);
      case "challenge":
        return await worker.challenge(request.challenges);
      case "logs":
        this.#logs.reconfigure(request.settings); // which sends what is collected
        this.#generation = request.generation;
        return;
      case "drain":
        return await worker.drain(request.graceMs);
      case "drainUnreached":
        return await this.#drainUnreached(request.open, request.graceMs, id);
      case "counts": {
        const { tunnelsOf, ...counts } = await worker.counts();
        return { ...counts, tunnelsOf: [...tunnelsOf] };
      }
      case "report":
        return await worker.report();
      case "hasClient":
        return await worker.hasClient(request.client);
      case "upstreams":
        return await worker.upstreams();
      case "cached":
        return await worker.cached();
      case "evict":
        return await worker.evict(request.selection);
      case "flush":
        return this.flushLogs();
      case "retire":
        return await worker.retire();
      case "open":
        return await this.#open(request.sockets, request.tcpBacklog);
      case "accept":
        return await this.#sockets.acceptAll();
      case "settle":
        return await this.#settle(request.sockets, request.zones);
      case "close":
        return await this.#sockets.close(request.sockets);
    }
  }

  async #serve(
    { certificates, ...rest }: Extract<WorkerRequest, { op: "serve" }>["served"],
  ): Promise<void> {
    this.#logs.reconfigure(logSettings(rest.settings, rest.sites));
    await this.#worker.serve({ ...rest, certificates: await this.#contextsOf(certificates) });
  }

  /** Returns the certificates with their contexts; one that stays keeps its context. */
  async #contextsOf({ certificates, trusts }: SentCertificates): Promise<ServedCertificate[]> {
    const before = this.#contexts;
    this.#contexts = new Map();
    if (certificates.length === 0) return []; // most services have no TLS, and load none of it
    await this.#worker.prepareTls();
    const { makeContext } = await import("../../listen/tls/tls_stream.ts");
    const trustTexts = trusts.map((trust) => JSON.stringify(trust));
    return certificates.map(({ keys, cert, key, policy: sent, trust }) => {
      const policy = { ...sent, client: trust === null ? null : trusts[trust] ?? null };
      const asked = trust === null ? "" : trustTexts[trust];
      const text = [cert, key, JSON.stringify(sent), asked].join("\n");
      const context = before.get(text) ?? makeContext({ cert, key }, policy);
      this.#contexts.set(text, context);
      return { keys, cert, key, context };
    });
  }

  async #drainUnreached(
    open: readonly SocketEndpoint[],
    graceMs: number,
    id: number,
  ): Promise<unknown> {
    const draining = await this.#worker.drainUnreached(open, graceMs);
    draining.forEach(({ done }, index) => {
      void done.then(() => this.#tell({ event: "drained", id, index }));
    });
    return draining.map(({ endpoint, connections }) => ({ endpoint, connections }));
  }

  async #open(sockets: readonly SentSocket[], tcpBacklog: number): Promise<unknown> {
    const endpoints = sockets.map((socket) => plannedSocket(socket, "open"));
    const failed = await this.#sockets.open({ endpoints }, tcpBacklog, { isShared: true });
    return failed.map(({ endpoint: { ip, port, scopeId }, fault: { code, message } }) => {
      return { ip, port, scopeId, code, message };
    });
  }

  async #settle(sockets: readonly SentSocket[], zones: Served["zones"]): Promise<void> {
    const endpoints = sockets.map((socket) => plannedSocket(socket, "keep"));
    await this.#sockets.settle({ endpoints }, machineOfZones(zones));
  }

  /** If all places are taken, a client that has left may not have been noticed yet. */
  #receiveLimits(order: LimitOrder): void {
    if (order.op !== "recall" || this.#limits.hasUnused(order)) return this.#limits.receive(order);
    void pause().then(() => this.#limits.receive(order));
  }

  #askService<Q extends ServiceQuestion>(question: Q): Promise<ServiceAnswers[Q]> {
    const id = ++this.#lastQuestion;
    const asked = Promise.withResolvers<unknown>();
    this.#questions.set(id, asked);
    this.#tell({ event: "ask", id, question });
    return asked.promise as Promise<ServiceAnswers[Q]>;
  }

  async #ship({ second, parts }: LogBatch): Promise<void> {
    const message: Extract<FromWorker, { event: "log" }> = {
      event: "log",
      generation: this.#generation,
      second,
      parts: parts.map(({ site, day, count, bytes }) => ({
        site,
        day,
        count,
        length: bytes.length,
      })),
    };
    await this.#link.send(message, parts.map(({ bytes }) => bytes));
    for (const part of parts) releaseLines(part);
  }

  #tell(message: Extract<FromWorker, { event: string }>): void {
    void this.#link.send(message);
  }
}
