// Goal: what a machine remembers of its fleet is for its owner alone, and a damaged file says what cures
// it.
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { pathsBelow } from "../../../mod/config/store/paths.ts";
import {
  readLastGood,
  removeLastGood,
  writeLastGood,
} from "../../../mod/fleet/member/last_good.ts";
import {
  joinLine,
  type Membership,
  membershipPath,
  readMembership,
  removeMembership,
  writeMembership,
} from "../../../mod/fleet/member/membership.ts";
import { sharedOf } from "../../../mod/fleet/member/merge.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const MEMBERSHIP: Membership = {
  name: "web1",
  id: "00000000deadbeef",
  group: "edge",
  joinedAt: "2026-11-28T00:00:00.000Z",
  prefix: "/shop/",
  store: { urls: ["https://10.0.0.1:2379"], caFile: "/etc/a b.pem" },
};
const JOIN = "httpcfg fleet join https://10.0.0.1:2379 --name web1 --group edge --prefix /shop/ " +
  "--ca '/etc/a b.pem'";

Deno.test("a membership is written for its owner alone, read, and removed", async () => {
  await using folder = await tempFolder();
  const paths = pathsBelow(folder.path);
  assertEquals(await readMembership(paths), null);
  await writeMembership(paths, MEMBERSHIP);
  assertEquals(await readMembership(paths), MEMBERSHIP);
  if (Deno.build.os !== "windows") {
    assertEquals((await Deno.stat(membershipPath(paths))).mode! & 0o777, 0o600);
  }
  await removeMembership(paths);
  await removeMembership(paths);
  assertEquals(await readMembership(paths), null);
});

Deno.test("a last good document that is damaged says how to join again", async () => {
  await using folder = await tempFolder();
  const paths = pathsBelow(folder.path);
  assertEquals(await readLastGood(paths, MEMBERSHIP), null);
  const lastGood = {
    epoch: "0123456789abcdef",
    revision: 3,
    highest: { revision: 4, hash: "a".repeat(64) },
    document: sharedOf(DEFAULT_DOCUMENT),
  };
  await writeLastGood(paths, lastGood);
  assertEquals(await readLastGood(paths, MEMBERSHIP), lastGood);
  for (const text of ["", "{", "[]", JSON.stringify({ ...lastGood, document: {} })]) {
    await Deno.writeTextFile(`${paths.config}.fleet-last`, text);
    const fault = await assertRejects(() => readLastGood(paths, MEMBERSHIP), Fault);
    assertEquals(fault.hint, JOIN);
  }
  await removeLastGood(paths);
  assertEquals(await readLastGood(paths, MEMBERSHIP), null);
});

Deno.test("joinLine() can be typed", () => {
  assertEquals(joinLine(MEMBERSHIP), JOIN);
});
