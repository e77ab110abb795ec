// Goal: who is believed, and why not. Method: chains of real certificates against stores, with the
// runtime's signatures.
import { assertEquals } from "@std/assert";
import {
  type ClientTrust,
  clientTrust,
  trustedStore,
} from "../../../mod/config/certs/client_trust.ts";
import { ClientVerifier } from "../../../mod/config/certs/client_verifier.ts";
import { judgeClient } from "../../../mod/config/certs/client_verdict.ts";
import { isListSignedBy, isSignedBy } from "../../../mod/config/certs/signatures.ts";
import { CERT_CHECK } from "../../../mod/config/certs/ssl_flags.ts";
import { parseX509, type X509 } from "../../../mod/config/certs/x509.ts";
import {
  CLIENT_USAGE,
  Extension,
  type MadeList,
  makeList,
  makeParty,
  type Party,
  SERVER_USAGE,
} from "../../support/tls/pki.ts";

const usages = [CLIENT_USAGE];
const [CA, OTHER] = await Promise.all([
  makeParty("ca", { isCa: true }),
  makeParty("other", { isCa: true }),
]);
/** The name and the key of another authority have nothing to do with each other. */
const NAMESAKE = await makeParty("ca", { isCa: true });
const MIDDLE = await makeParty("middle", { by: CA, isCa: true });
const DEEP = await makeParty("deep", { by: MIDDLE, isCa: true });
const ALICE = await makeParty("alice", { by: CA, usages });
const BOB = await makeParty("bob", { by: MIDDLE, usages });

function trust(
  authorities: readonly Party[],
  lists: readonly MadeList[] = [],
  certCheckMode = 0,
  hasBrokenList = false,
): ClientTrust {
  return clientTrust("CA", {
    authorities: authorities.map(({ der }) => der.toBase64()),
    lists: lists.map(({ der }) => der.toBase64()),
    hasBrokenList,
  }, certCheckMode);
}

function judge(chain: readonly Party[], store: ClientTrust, nowMs = Date.now()): string {
  const parsed = chain.map(({ der }) => parseX509(der)) as X509[];
  return judgeClient(parsed, trustedStore(store), { nowMs, isSignedBy, isListSignedBy });
}

Deno.test("judgeClient() believes those for whom an authority of the store vouches", async () => {
  const carol = await makeParty("carol", { by: DEEP, usages });
  const plain = await makeParty("plain", { by: CA }); // made for anything
  const cases: [chain: Party[], authorities: Party[], verdict: string][] = [
    [[ALICE], [CA], "good"],
    [[ALICE], [OTHER, CA], "good"],
    [[ALICE], [NAMESAKE, CA], "good"],
    [[plain], [CA], "good"],
    [[BOB, MIDDLE], [CA], "good"],
    [[BOB], [MIDDLE], "good"], // an authority need not be a root
    [[carol, DEEP, MIDDLE], [CA], "good"],
    [[carol, MIDDLE, DEEP, ALICE], [CA], "good"], // in any order, with what is of no use
    [[BOB, MIDDLE, CA], [CA], "good"],
    [[], [CA], "untrusted"],
    [[ALICE], [], "untrusted"],
    [[ALICE], [OTHER], "untrusted"],
    [[ALICE], [NAMESAKE], "untrusted"],
    [[ALICE, CA], [OTHER], "untrusted"], // a root that the client brings along
    [[BOB], [CA], "untrusted"], // the one between is missing
    [[carol, MIDDLE], [CA], "untrusted"],
    [[CA], [CA], "untrusted"], // an authority is no client
    [[MIDDLE], [CA], "untrusted"],
    [[ALICE, ...new Array(10).fill(MIDDLE)], [CA], "untrusted"],
  ];
  for (const [i, [chain, authorities, verdict]] of cases.entries()) {
    assertEquals(judge(chain, trust(authorities)), verdict, `case ${i}`);
  }
});

Deno.test("judgeClient() takes only authorities that may vouch for others", async () => {
  const noCa = await makeParty("fake", { by: CA }); // no authority, though it has signed
  const cases: [issuer: Party, chain: (leaf: Party) => Party[]][] = [
    [noCa, (leaf) => [leaf, noCa]],
  ];
  const limited = await makeParty("limited", { by: CA, isCa: true, pathLength: 0 });
  const below = await makeParty("below", { by: limited, isCa: true });
  cases.push([below, (leaf) => [leaf, below, limited]]);
  const forServers = await makeParty("servers", { by: CA, isCa: true, usages: [SERVER_USAGE] });
  cases.push([forServers, (leaf) => [leaf, forServers]]);
  const constrained = await makeParty("constrained", {
    by: CA,
    isCa: true,
    extensions: [new Extension("2.5.29.30", false, Uint8Array.of(0x30, 0))],
  });
  cases.push([constrained, (leaf) => [leaf, constrained]]);
  const strange = await makeParty("strange", {
    by: CA,
    isCa: true,
    extensions: [new Extension("1.2.3.4", true, Uint8Array.of(5, 0))],
  });
  cases.push([strange, (leaf) => [leaf, strange]]);
  const noSigner = await makeParty("noSigner", { by: CA, isCa: true, keyUsage: 1 });
  cases.push([noSigner, (leaf) => [leaf, noSigner]]);
  for (const [issuer, chain] of cases) {
    const leaf = await makeParty("leaf", { by: issuer, usages });
    assertEquals(judge(chain(leaf), trust([CA])), "untrusted", issuer.name);
    assertEquals(judge(chain(leaf), trust([CA, issuer])), issuer === below ? "good" : "untrusted");
  }
  const direct = await makeParty("direct", { by: limited, usages });
  assertEquals(judge([direct, limited], trust([CA])), "good");
});

Deno.test("judgeClient() looks at the purpose, unless it is told not to", async () => {
  const server = await makeParty("server", { by: CA, usages: [SERVER_USAGE] });
  const both = await makeParty("both", { by: CA, usages: [SERVER_USAGE, CLIENT_USAGE] });
  const cipher = await makeParty("cipher", { by: CA, usages, keyUsage: 4 }); // keyEncipherment
  const strange = await makeParty("odd", {
    by: CA,
    extensions: [new Extension("1.2.3.4", true, Uint8Array.of(5, 0))],
  });
  assertEquals([both, server, cipher, strange].map((one) => judge([one], trust([CA]))), [
    "good",
    "untrusted",
    "untrusted",
    "untrusted",
  ]);
  const any = trust([CA], [], CERT_CHECK.NO_USAGE_CHECK);
  assertEquals([server, cipher, strange].map((one) => judge([one], any)), [
    "good",
    "good",
    "untrusted",
  ]);
});

Deno.test("judgeClient() looks at the time of the whole path", async () => {
  const old = await makeParty("old", { by: CA, usages, fromDays: -9, toDays: -1 });
  const early = await makeParty("early", { by: CA, usages, fromDays: 1, toDays: 2 });
  const oldCa = await makeParty("oldca", { isCa: true, fromDays: -9, toDays: -1 });
  const young = await makeParty("young", { by: oldCa, usages });
  for (const [chain, ca] of [[[old], CA], [[early], CA], [[young], oldCa]] as const) {
    assertEquals(judge(chain, trust([ca])), "outdated");
  }
  const { notBeforeMs, notAfterMs } = parseX509(ALICE.der)!;
  for (const nowMs of [notBeforeMs, notAfterMs]) {
    assertEquals(judge([ALICE], trust([CA]), nowMs), "good");
  }
  assertEquals(judge([ALICE], trust([CA]), notBeforeMs - 1), "outdated");
  assertEquals(judge([ALICE], trust([CA]), notAfterMs + 1), "outdated");
  // A renewed authority: same name and key.
  const renewed = await makeParty("oldca", { isCa: true, keys: oldCa.keys });
  assertEquals(judge([young], trust([oldCa, renewed])), "good");
});

Deno.test("judgeClient() believes nobody on a list, and nobody by a list that is no good", async () => {
  const fresh = await makeList(CA, []);
  const lists = {
    fresh,
    alice: await makeList(CA, [ALICE]),
    middle: await makeList(CA, [MIDDLE]),
    old: await makeList(CA, [], { fromDays: -9, dueDays: -1 }),
    oldAlice: await makeList(CA, [ALICE], { fromDays: -9, dueDays: -1 }),
    early: await makeList(CA, [], { fromDays: 1 }),
    forged: await makeList(CA, [], { keys: OTHER.keys }),
    forgedAlice: await makeList(CA, [ALICE], { keys: OTHER.keys }),
    other: await makeList(OTHER, [ALICE]),
    delta: await makeList(CA, [], {
      extensions: [new Extension("2.5.29.27", true, Uint8Array.of(2, 1, 1))],
    }),
  };
  const cases: [chain: Party[], lists: (keyof typeof lists)[], verdict: string][] = [
    [[ALICE], [], "good"],
    [[ALICE], ["fresh"], "good"],
    [[ALICE], ["other"], "good"], // of another issuer
    [[ALICE], ["alice"], "revoked"],
    [[ALICE], ["fresh", "alice"], "revoked"],
    [[ALICE], ["fresh", "oldAlice"], "revoked"], // nobody comes back by an old list
    [[ALICE], ["old"], "unchecked"],
    [[ALICE], ["early"], "unchecked"],
    [[ALICE], ["forged"], "unchecked"],
    [[ALICE], ["forgedAlice"], "unchecked"],
    [[ALICE], ["delta"], "unchecked"],
    [[ALICE], ["old", "fresh"], "good"],
    [[ALICE], ["forged", "fresh"], "good"],
    [[BOB, MIDDLE], ["middle"], "revoked"],
    [[BOB, MIDDLE], ["alice"], "good"],
    [[BOB, MIDDLE], ["old"], "unchecked"],
  ];
  for (const [chain, names, verdict] of cases) {
    const made = names.map((name) => lists[name]);
    assertEquals(judge(chain, trust([CA], made)), verdict, names.join());
    const unasked = trust([CA], made, CERT_CHECK.NO_REVOCATION);
    assertEquals(judge(chain, unasked), "good", `${names.join()}, not asked`);
  }
  // A file that should be a list, and may be one of any issuer.
  assertEquals(judge([ALICE], trust([CA], [], 0, true)), "unchecked");
  assertEquals(judge([ALICE], trust([CA], [fresh], 0, true)), "good");
  assertEquals(judge([ALICE], trust([CA], [], CERT_CHECK.NO_REVOCATION, true)), "good");
  // A list of an authority that the client sends itself.
  const ofMiddle = await makeList(MIDDLE, [BOB]);
  assertEquals(judge([BOB, MIDDLE], trust([CA], [fresh, ofMiddle])), "revoked");
});

Deno.test("judgeClient() verifies a bounded number of signatures", async () => {
  const keys = CA.keys;
  const same = await Promise.all(
    Array.from({ length: 9 }, () => makeParty("loop", { isCa: true, keys })),
  );
  const leaf = await makeParty("leaf", { by: same[0]!, usages });
  const parsed = [leaf, ...same].map(({ der }) => parseX509(der)) as X509[];
  let asked = 0;
  const counted = (certificate: X509, issuer: X509): boolean => {
    asked++;
    return isSignedBy(certificate, issuer);
  };
  const context = { nowMs: Date.now(), isSignedBy: counted, isListSignedBy };
  assertEquals(judgeClient(parsed, trustedStore(trust([OTHER])), context), "untrusted");
  assertEquals(asked, 24);
});

Deno.test("ClientVerifier believes only what the runtime believes too", async () => {
  const verifier = new ClientVerifier(trust([CA]));
  const verdict = (
    chain: readonly Uint8Array[],
    refusal: string | null,
    isResumed = false,
  ): string => {
    return verifier.certificateOf(chain, { refusal, isResumed }, Date.now()).verdict;
  };
  const dora = await makeParty("dora", { by: CA, usages });
  assertEquals(verdict([], null), "none");
  assertEquals(verdict([Uint8Array.of(1, 2)], null), "untrusted");
  assertEquals(verdict([dora.der, Uint8Array.of(1, 2)], null), "untrusted");
  // A session that goes on, but began where nobody has seen that the client has the key.
  assertEquals(verdict([dora.der], null, true), "untrusted");
  assertEquals(verdict([dora.der], "UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "untrusted");
  assertEquals(verdict([dora.der], null, true), "untrusted");
  assertEquals(verdict([dora.der], null), "good");
  assertEquals(verdict([dora.der], null, true), "good");
  const { judgedBy, der } = verifier.certificateOf([dora.der], {
    refusal: null,
    isResumed: false,
  }, Date.now());
  assertEquals([judgedBy, der], ["CA", dora.der]);
  // The runtime always looks at the purpose.
  const server = await makeParty("server", { by: CA, usages: [SERVER_USAGE] });
  const lax = new ClientVerifier(trust([CA], [], CERT_CHECK.NO_USAGE_CHECK));
  const opinion = { refusal: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", isResumed: false };
  assertEquals(lax.certificateOf([server.der], opinion, Date.now()).verdict, "good");
  assertEquals(lax.certificateOf([ALICE.der], opinion, Date.now()).verdict, "untrusted");
  assertEquals(verifier.certificateOf([server.der], opinion, Date.now()).verdict, "untrusted");
});
