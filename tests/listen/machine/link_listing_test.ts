/** Goal: names and flags as Linux prints them. Method: recorded output, and this machine. */
import { assert, assertEquals } from "@std/assert";
import { readLinks } from "../../../mod/listen/machine/ask_system.ts";
import { parseLinkListing } from "../../../mod/listen/machine/link_listing.ts";

const LISTING = String.raw`fe8000000000000030a731fffe214883 02 40 20 80       d2
fd000000000000000000000000000005 02 40 00 01       d2
fd000000000000000000000000000006 02 40 00 a0       d2
fd000000000000000000000000000007 02 40 00 c8       d2
fd000000000000000000000000000008 02 40 00 40   br-lan
00000000000000000000000000000001 01 80 10 80       lo
1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN\    link/loopback 00:00 brd 00:00
2: d2@d1: <UP> mtu 1500 state UP\    link/ether a2 brd ff\    altname alt2\    altname enp0s31f6
3: d1@if9: <UP> mtu 1500 state UP\    link/ether a6 brd ff link-netnsid 0
4: br-lan: <UP> mtu 1500 state UP\    link/ether a6 brd ff
`;

Deno.test("parseLinkListing() returns every interface, its other names, and the flags", () => {
  const { names, flags } = parseLinkListing(LISTING);
  assertEquals([...names], [
    ["d2", ["alt2", "enp0s31f6"]],
    ["br-lan", []],
    ["lo", []],
    ["d1", []],
  ]);
  const marks = [...flags].map(([ip, { isUnstable, isTentative, isDuplicate }]) => {
    return `${ip} ${[isUnstable && "u", isTentative && "t", isDuplicate && "d"].filter(Boolean)}`;
  });
  assertEquals(marks, [
    "fe80::30a7:31ff:fe21:4883%d2 ",
    "fd00::5 u",
    "fd00::6 u",
    "fd00::7 t,d",
    "fd00::8 t",
    "::1 ",
  ]);
  assertEquals(parseLinkListing("").names.size, 0);
});

Deno.test({
  name: "readLinks() finds the loopback interface of this machine",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    assert((await readLinks()).names.has("lo"));
  },
});
