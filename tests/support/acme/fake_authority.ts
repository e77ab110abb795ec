/**
 * An ACME server for tests, which does what it is told to do wrong: it checks every signature and
 * nonce, validates by http-01, and signs what is asked for with a key of its own.
 *
 * @module
 */
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  Pkcs10CertificateRequest,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { certificateId } from "../../../mod/acme/certificate_id.ts";
import { makeSelfSigned } from "../../../mod/config/certs/self_signed.ts";
import { endWithTest } from "../ending/test_end.ts";

/** What a test changes while the server runs. */
export interface Behavior {
  /** Rejects a nonce if it returns true; the argument counts the signed requests. */
  rejectNonce: (request: number) => boolean;
  /**
   * Called with the kind of each request, after its effect and before the answer. What it returns is
   * sent instead of the answer.
   */
  beforeAnswer: (kind: string) => Promise<Response | void> | Response | void;
  /** The names of the profiles of the directory. */
  profiles: readonly string[];
  /** What `renewalInfo` answers for a certificate; null if the directory has none. */
  renewalInfo: ((id: string) => Response | object) | null;
  /** How often an order is found to be processing after it was finalized. */
  processingPolls: number;
  /** The Retry-After of an order or an authorization that is not done; null for none. */
  retryAfter: string | null;
  /** Refuses an order that replaces a certificate with this answer. */
  refuseReplaces: (() => Response) | null;
  /** Authorizations are valid from the start. */
  areNamesProved: boolean;
  /** Where http-01 asks: port 80 of the authority stands for this one of 127.0.0.2. */
  readonly httpPort: number;
  /** The bytes of a certificate; by default what was asked for. */
  chain: (pem: string) => string;
  /** The life of a certificate. */
  lifeMs: { readonly before: number; readonly after: number };
}

/** A running server. */
export interface FakeAuthority extends AsyncDisposable, Behavior {
  /** URL of the directory. */
  readonly server: string;
  /** What vouches for it, PEM. */
  readonly ca: string;
  /** The kinds of the requests so far, in order. */
  readonly requests: string[];
  /** The payloads of the orders that were made. */
  readonly orders: Readonly<Record<string, unknown>>[];
  /** How many orders have been finalized. */
  readonly finalized: number;
  /** How many accounts there are. */
  readonly accounts: number;
}

interface FakeOrder {
  readonly id: number;
  readonly payload: { readonly identifiers: { readonly type: string; readonly value: string }[] };
  readonly proved: Set<number>;
  error: object | null;
  status: "pending" | "ready" | "processing" | "valid" | "invalid";
  polls: number;
  pem: string;
}

interface Signed {
  readonly header: { readonly jwk?: JsonWebKey; readonly kid?: string; readonly nonce: string };
  readonly payload: unknown;
}

const ES256 = { name: "ECDSA", hash: "SHA-256" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };

/** Returns a problem document as an answer. */
export function problem(
  status: number,
  type: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { type: `urn:ietf:params:acme:error:${type}`, detail: `it is ${type}`, ...more };
  return Response.json(body, { status, headers });
}

/** Starts a server. It ends with the test. */
export async function fakeAuthority(httpPort: number): Promise<FakeAuthority> {
  const own = await makeSelfSigned({
    names: ["localhost"],
    ips: ["127.0.0.1"],
    days: 2,
    nowMs: Date.now(),
  });
  const authority = new Authority(httpPort, own.cert);
  await authority.prepare();
  const served = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: own.cert,
    key: own.key,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, (request) => authority.handle(request));
  authority.origin = `https://127.0.0.1:${served.addr.port}`;
  authority[Symbol.asyncDispose] = endWithTest(() => served.shutdown());
  return authority;
}

class Authority implements FakeAuthority {
  rejectNonce = (_request: number): boolean => false;
  beforeAnswer: Behavior["beforeAnswer"] = () => {};
  profiles: readonly string[] = [];
  renewalInfo: Behavior["renewalInfo"] = null;
  processingPolls = 0;
  retryAfter: string | null = null;
  refuseReplaces: Behavior["refuseReplaces"] = null;
  areNamesProved = false;
  chain = (pem: string): string => pem;
  lifeMs = { before: 3_600_000, after: 90 * 86_400_000 };
  readonly httpPort: number;
  readonly ca: string;
  readonly requests: string[] = [];
  readonly orders: Readonly<Record<string, unknown>>[] = [];
  finalized = 0;
  origin = "";
  [Symbol.asyncDispose]: () => Promise<void> = () => Promise.resolve();
  readonly #accounts: JsonWebKey[] = [];
  readonly #orders: FakeOrder[] = [];
  readonly #nonces = new Set<string>();
  #signedRequests = 0;
  #keys!: CryptoKeyPair;

  constructor(httpPort: number, ca: string) {
    this.httpPort = httpPort;
    this.ca = ca;
  }

  get server(): string {
    return `${this.origin}/dir`;
  }

  get accounts(): number {
    return this.#accounts.length;
  }

  async prepare(): Promise<void> {
    this.#keys = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  }

  async handle(request: Request): Promise<Response> {
    const [, kind = "", id = "", sub = ""] = new URL(request.url).pathname.split("/");
    this.requests.push(kind);
    const answer = await this.#answer(request, kind, [id, sub]);
    const other = await this.beforeAnswer(kind);
    const sent = other instanceof Response ? other : answer;
    sent.headers.set("Replay-Nonce", this.#newNonce());
    return sent;
  }

  async #answer(
    request: Request,
    kind: string,
    [id, sub]: readonly [string, string],
  ): Promise<Response> {
    if (kind === "dir") return this.#directory();
    if (kind === "nonce") return new Response(null, { status: 200 });
    if (kind === "renewal") {
      const answer = this.renewalInfo!(id);
      return answer instanceof Response ? answer : Response.json(answer);
    }
    const signed = await this.#verify(request);
    if (signed instanceof Response) return signed;
    switch (kind) {
      case "account":
        return this.#account(signed);
      case "new-order":
        return this.#newOrder(signed.payload as FakeOrder["payload"]);
      case "order":
        return this.#shown(this.#orders[Number(id)]);
      case "authz":
        return this.#authorization(this.#orders[Number(id)]!, Number(sub));
      case "challenge":
        return await this.#challenge(this.#orders[Number(id)]!, Number(sub));
      case "finalize":
        return await this.#finalize(this.#orders[Number(id)]!, signed.payload as { csr: string });
      case "cert":
        return new Response(this.chain(this.#orders[Number(id)]!.pem));
      default:
        return problem(404, "malformed");
    }
  }

  #directory(): Response {
    const profiles = Object.fromEntries(this.profiles.map((name) => [name, `about ${name}`]));
    return Response.json({
      newNonce: `${this.origin}/nonce`,
      newAccount: `${this.origin}/account`,
      newOrder: `${this.origin}/new-order`,
      ...(this.renewalInfo === null ? {} : { renewalInfo: `${this.origin}/renewal` }),
      meta: { ...(this.profiles.length === 0 ? {} : { profiles }) },
    });
  }

  async #verify(request: Request): Promise<Signed | Response> {
    const body = await request.json() as Record<"protected" | "payload" | "signature", string>;
    const header = JSON.parse(text(body.protected)) as Signed["header"] & { url: string };
    if (this.rejectNonce(++this.#signedRequests)) return problem(400, "badNonce");
    if (!this.#nonces.delete(header.nonce)) return problem(400, "badNonce");
    if (header.url !== `${this.origin}${new URL(request.url).pathname}`) {
      return problem(401, "unauthorized", { detail: "another URL was signed" });
    }
    const account = Number(header.kid?.split("/").at(-1));
    const jwk = header.jwk ?? this.#accounts[account];
    if (jwk === undefined) return problem(400, "accountDoesNotExist");
    const key = await crypto.subtle.importKey("jwk", jwk, P256, true, ["verify"]);
    const content = new TextEncoder().encode(`${body.protected}.${body.payload}`);
    const isRight = await crypto.subtle.verify(ES256, key, bytes(body.signature), content);
    if (!isRight) return problem(401, "malformed", { detail: "the signature is wrong" });
    return { header, payload: body.payload === "" ? null : JSON.parse(text(body.payload)) };
  }

  #account({ header: { jwk } }: Signed): Response {
    const found = this.#accounts.findIndex((one) => one.x === jwk!.x && one.y === jwk!.y);
    const id = found < 0 ? this.#accounts.push(jwk!) - 1 : found;
    const headers = { Location: `${this.origin}/kid/${id}` };
    return Response.json({ status: "valid" }, { status: found < 0 ? 201 : 200, headers });
  }

  #newOrder(payload: FakeOrder["payload"]): Response {
    if ("replaces" in payload && this.refuseReplaces !== null) return this.refuseReplaces();
    this.orders.push(payload as unknown as Record<string, unknown>);
    const order: FakeOrder = {
      id: this.#orders.length,
      payload,
      proved: new Set(this.areNamesProved ? payload.identifiers.keys() : []),
      error: null,
      status: this.areNamesProved ? "ready" : "pending",
      polls: 0,
      pem: "",
    };
    this.#orders.push(order);
    const shown = this.#shown(order, 201);
    shown.headers.set("Location", `${this.origin}/order/${order.id}`);
    return shown;
  }

  #shown(order: FakeOrder | undefined, status = 200): Response {
    if (order === undefined) return problem(404, "malformed");
    if (order.status === "processing" && order.polls++ >= this.processingPolls) {
      order.status = "valid";
    }
    const at = (what: string): string => `${this.origin}/${what}/${order.id}`;
    const isOpen = order.status === "pending" || order.status === "processing";
    return Response.json({
      status: order.status,
      identifiers: order.payload.identifiers,
      authorizations: order.payload.identifiers.map((_, i) => `${at("authz")}/${i}`),
      finalize: at("finalize"),
      ...(order.status === "valid" ? { certificate: at("cert") } : {}),
      ...(order.status === "invalid" ? { error: order.error } : {}),
    }, { status, headers: isOpen ? this.#wait : {} });
  }

  get #wait(): Record<string, string> {
    return this.retryAfter === null ? {} : { "Retry-After": this.retryAfter };
  }

  #authorization(order: FakeOrder, i: number): Response {
    const isProved = order.proved.has(i);
    const status = isProved ? "valid" : order.status === "invalid" ? "invalid" : "pending";
    const challenge = {
      type: "http-01",
      url: `${this.origin}/challenge/${order.id}/${i}`,
      token: tokenOf(order, i),
      status,
      ...(order.error === null ? {} : { error: order.error }),
    };
    return Response.json({
      status,
      identifier: order.payload.identifiers[i],
      challenges: [{ type: "dns-01", url: `${this.origin}/none`, token: "x" }, challenge],
    }, { headers: status === "pending" ? this.#wait : {} });
  }

  async #challenge(order: FakeOrder, i: number): Promise<Response> {
    const token = tokenOf(order, i);
    const url = `http://127.0.0.2:${this.httpPort}/.well-known/acme-challenge/${token}`;
    const answer = await fetch(url).then(async (one) => one.ok ? await one.text() : "", () => "");
    const expected = await Promise.all(this.#accounts.map(thumbprint));
    if (expected.some((print) => answer === `${token}.${print}`)) {
      order.proved.add(i);
      if (order.proved.size === order.payload.identifiers.length) order.status = "ready";
    } else {
      order.status = "invalid";
      order.error = {
        type: "urn:ietf:params:acme:error:connection",
        detail: `${order.payload.identifiers[i]!.value}: no right answer`,
      };
    }
    return Response.json({ status: "processing" });
  }

  async #finalize(order: FakeOrder, { csr }: { readonly csr: string }): Promise<Response> {
    if (order.status !== "ready") return problem(403, "orderNotReady");
    this.finalized++;
    const request = new Pkcs10CertificateRequest(bytes(csr));
    if (!await request.verify()) return problem(400, "badCSR");
    const { before, after } = this.lifeMs;
    const nowMs = new Date().getTime();
    const alternatives = request.getExtension("2.5.29.17")!;
    const certificate = await X509CertificateGenerator.create({
      subject: "",
      issuer: "CN=fake authority",
      notBefore: new Date(nowMs - before),
      notAfter: new Date(nowMs + after),
      publicKey: await request.publicKey.export(),
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ES256,
      extensions: [
        alternatives,
        await AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
      ],
    });
    order.pem = `${certificate.toString("pem")}\n`;
    order.status = "processing";
    order.polls = 0;
    if (this.processingPolls === 0) order.status = "valid";
    return this.#shown(order);
  }

  #newNonce(): string {
    const nonce = crypto.randomUUID();
    this.#nonces.add(nonce);
    return nonce;
  }
}

/** Returns the identifier of the certificate that a server has issued last. */
export function idOf(pem: string): string {
  return certificateId(pem)!;
}

function tokenOf({ id }: FakeOrder, i: number): string {
  return `token-${id}-${i}`.padEnd(24, "_");
}

async function thumbprint({ crv, kty, x, y }: JsonWebKey): Promise<string> {
  const canonical = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", canonical));
  return btoa(String.fromCharCode(...digest)).replaceAll("+", "-").replaceAll("/", "_")
    .replace(/=+$/, "");
}

function bytes(base64Url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64Url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

function text(base64Url: string): string {
  return new TextDecoder().decode(bytes(base64Url));
}
