/**
 * Certificates and revocation lists: whatever a client sends is read or is malformed, and nothing that
 * was changed is believed.
 *
 * @module
 */
import { assert } from "@std/assert";
import { clientTrust } from "../../mod/config/certs/client_trust.ts";
import { ClientVerifier } from "../../mod/config/certs/client_verifier.ts";
import { parseRevocationList } from "../../mod/config/certs/revocation_list.ts";
import { parseX509 } from "../../mod/config/certs/x509.ts";
import { CLIENT_USAGE, makeList, makeParty } from "../support/tls/pki.ts";
import { mutatedBytes } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

/** The certificates of a client, as many as it sends; changed ones among them. */
interface Sent {
  readonly chain: readonly Uint8Array[];
  readonly list: Uint8Array;
  readonly isChanged: boolean;
}

const CA = await makeParty("ca", { isCa: true });
const MIDDLE = await makeParty("middle", { by: CA, isCa: true });
const BOB = await makeParty("bob", { by: MIDDLE, usages: [CLIENT_USAGE] });
const LIST = await makeList(CA, [MIDDLE]);

function sent(random: Random): Sent {
  const changed = random.below(3);
  const change = (der: Uint8Array, place: number): Uint8Array => {
    return place === changed ? mutatedBytes(der, random) : der;
  };
  const chain = [change(BOB.der, 0), change(MIDDLE.der, 1)];
  const isChanged = chain.some((der, i) => der.toHex() !== [BOB, MIDDLE][i]!.der.toHex());
  return { chain, list: change(LIST.der, 2), isChanged };
}

export const clientChains = target("client-chain", sent, () => {
  const base64 = CA.der.toBase64();
  const files = { authorities: [base64], lists: [], hasBrokenList: false };
  const verifier = new ClientVerifier(clientTrust("CA", files, 0));
  return {
    check({ chain, list, isChanged }: Sent): void {
      for (const der of chain) {
        const read = parseX509(der);
        assert(read === null || read.notAfterMs === read.notAfterMs, "a time is a number");
      }
      parseRevocationList(list);
      const opinion = { refusal: null, isResumed: false };
      const { verdict } = verifier.certificateOf(chain, opinion, Date.now());
      // The second one may be left out or broken, but then nothing leads to the authority.
      assert((verdict === "good") === !isChanged, verdict);
    },
  };
});
