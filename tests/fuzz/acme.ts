/**
 * What a certificate authority sends, and what is stored of it: read as a value, or refused with a
 * Fault; nothing else is thrown, and what is read goes on a terminal as one line.
 *
 * @module
 */
import { initialState, readState } from "../../mod/acme/acme_state.ts";
import { problemText } from "../../mod/acme/acme_fault.ts";
import { certificateId } from "../../mod/acme/certificate_id.ts";
import { jsonOf } from "../../mod/acme/client.ts";
import { der, derInteger, derOid, readDer, TAG } from "../../mod/acme/der.ts";
import { pemOf } from "../../mod/base/pem.ts";
import {
  readAuthorization,
  readDirectory,
  readOrder,
  readProblem,
  readRenewalInfo,
} from "../../mod/acme/messages.ts";
import { Fault } from "../../mod/base/fault.ts";
import { hostileJson } from "./hostile_json.ts";
import { mutatedBytes, mutatedText } from "./mutate.ts";
import { type Target, target } from "./target.ts";

const FROM = "https://ca.example/dir";
const PROBLEM = {
  type: "urn:ietf:params:acme:error:caa",
  detail: "CAA\u001b[2J forbids\nit",
  subproblems: [{ type: "x", identifier: { type: "dns", value: "a.example" } }],
};
const CHALLENGE = { type: "http-01", url: FROM, token: "t".repeat(43), error: PROBLEM };
const VALUES = [
  { newNonce: FROM, newAccount: FROM, newOrder: FROM, renewalInfo: FROM, meta: { profiles: {} } },
  { status: "valid", authorizations: [FROM], finalize: FROM, certificate: FROM, error: PROBLEM },
  { status: "pending", identifier: { type: "ip", value: "::1" }, challenges: [CHALLENGE] },
  { suggestedWindow: { start: "2026-01-01T00:00:00Z", end: "2026-01-02T00:00:00Z" } },
  PROBLEM,
  initialState({ server: FROM, names: ["a.example"] }),
];
const READERS = [readDirectory, readOrder, readAuthorization, readRenewalInfo];

/** The answers of an authority, and the stored state of a certificate. */
export const acmeAnswers: Target = target(
  "acme answers",
  (random) => {
    const text = hostileJson(random.pick(VALUES), random);
    return random.chance(5) ? mutatedText(text, random) : text;
  },
  () => ({
    check(text): void {
      const value = jsonOf(text);
      for (const read of READERS) {
        try {
          read(value, FROM);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
        }
      }
      const problem = readProblem(value);
      if (problem !== null && /[\p{Cc}\u2028]/u.test(problemText(problem))) {
        throw new Error("a problem is more than a line of text");
      }
      const state = readState(value);
      if (state !== null && readState(JSON.parse(JSON.stringify(state))) === null) {
        throw new Error("a state cannot be read again");
      }
    },
  }),
);

/** A certificate of an authority, from which its identifier is read. */
export const acmeCertificates: Target = target(
  "acme certificates",
  (random) => {
    const key = der(TAG.octetString, der(TAG.sequence, der(0x80, new Uint8Array(20))));
    const extension = der(TAG.sequence, derOid("2.5.29.35"), key);
    const fields = [
      derInteger(new Uint8Array([1, 2, 3])),
      der(0xa3, der(TAG.sequence, extension)),
    ];
    return mutatedBytes(der(TAG.sequence, der(TAG.sequence, ...fields)), random);
  },
  () => ({
    check(bytes): void {
      for (const { content, end } of readDer(bytes) ?? []) {
        if (end > bytes.length || content.length > bytes.length) throw new Error("it is too long");
      }
      const id = certificateId(pemOf("CERTIFICATE", bytes));
      if (id !== null && !/^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/.test(id)) throw new Error(id);
    },
  }),
);
