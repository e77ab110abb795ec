/**
 * Edge: the clock and chance. One visit to an ACME server: with the account of this home, to obtain a
 * certificate, or to ask when one is to be renewed. It is loaded when it is needed.
 *
 * @module
 */
import type { PendingOrder } from "../../acme/acme_state.ts";
import { AcmeFault } from "../../acme/acme_fault.ts";
import { certificateId } from "../../acme/certificate_id.ts";
import { AcmeClient } from "../../acme/client.ts";
import { issue, type Issued } from "../../acme/issue.ts";
import { accountKeyOf, makeKeyPair, privateKeyPem, readKeyPair } from "../../acme/keys.ts";
import { type Renewal, renewalOf, renewalUnanswered, renewalUnknown } from "../../acme/schedule.ts";
import {
  loadAccount,
  lockAccount,
  saveAccount,
  type StoredAccount,
} from "../../acme/state_files.ts";
import { openTransport } from "../../acme/transport.ts";
import { Fault } from "../../base/fault.ts";
import type { Progress } from "../../base/progress.ts";
import type { AcmeRecord } from "../../config/document/document.ts";

/** What one certificate needs. */
interface Visit {
  /** Directory of the accounts. */
  readonly folder: string;
  readonly record: AcmeRecord;
  /** The order that an earlier process has begun. */
  readonly order: PendingOrder | null;
  /** File of the certificate that is replaced; null for none. */
  readonly current: string | null;
  readonly signal: AbortSignal;
  save(order: PendingOrder | null): Promise<void>;
  answer(keyAuthorizations: ReadonlyMap<string, string>): Promise<void>;
  readonly progress: Progress | undefined;
}

/** Obtains the certificate of a record. Throws a Fault. */
export async function obtainCertificate(visit: Visit): Promise<Issued> {
  const { record, signal, current, progress } = visit;
  using transport = await openTransport(record.caFile ?? null, signal);
  const client = new AcmeClient({ server: record.server, transport, now: Date.now });
  progress?.("asking", "the certificate authority");
  await login(client, record, visit.folder);
  const replaces = current === null ? null : certificateId(await Deno.readTextFile(current));
  return await issue(client, { names: record.names, order: visit.order, replaces }, {
    save: (order) => visit.save(order),
    answer: (challenges) => visit.answer(challenges),
    sleep: (ms) => transport.sleep(ms),
    progress,
  });
}

/** Returns what is known about the renewal of a certificate after the server has been asked. */
export async function askRenewal(
  record: AcmeRecord,
  { certFile, before, signal }: {
    readonly certFile: string;
    readonly before: Renewal;
    readonly signal: AbortSignal;
  },
): Promise<Renewal> {
  const id = certificateId(await Deno.readTextFile(certFile));
  if (id === null) return renewalUnknown(before, Date.now());
  try {
    using transport = await openTransport(record.caFile ?? null, signal);
    const client = new AcmeClient({ server: record.server, transport, now: Date.now });
    const answer = await client.renewalInfo(id);
    const nowMs = Date.now();
    if (answer === null) return renewalUnknown(before, nowMs);
    const { info, retryAfterMs } = answer;
    return renewalOf(info, before, { retryAfterMs, nowMs, random: Math.random() });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // A refusal stays; a busy server, or none, may answer soon.
    const isPassing = !(error instanceof AcmeFault) || error.status >= 500;
    return renewalUnanswered(before, isPassing, Date.now(), Math.random());
  }
}

/**
 * Takes the account of this home, or makes one. Its key is on the disk before the server sees it, and
 * a server that has the key already answers with the account that it belongs to: no crash makes a
 * second one.
 */
async function login(
  client: AcmeClient,
  { server, contact }: AcmeRecord,
  folder: string,
): Promise<void> {
  using _lock = await lockAccount(folder, server);
  const wanted = contact === undefined ? [] : [`mailto:${contact}`];
  let stored = await loadAccount(folder, server);
  if (stored === null) {
    stored = { server, key: await privateKeyPem(await makeKeyPair()), url: null, contact: wanted };
    await saveAccount(folder, stored);
  }
  const key = await accountKeyOf(await readKeyPair(stored.key));
  const url = await client.register(key, wanted);
  const isOther = stored.contact.join() !== wanted.join();
  if (isOther) await client.post(url, { contact: wanted });
  const account: StoredAccount = { ...stored, url, contact: wanted };
  if (isOther || stored.url !== url) await saveAccount(folder, account);
}
