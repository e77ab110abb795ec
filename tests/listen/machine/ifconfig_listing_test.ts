/** Goal: what ifconfig says of addresses is read. Method: an output of macOS. */
import { assertEquals } from "@std/assert";
import { parseIfconfig } from "../../../mod/listen/machine/ifconfig_listing.ts";

const OUTPUT = `lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
	options=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
	inet 127.0.0.1 netmask 0xff000000
	inet6 ::1 prefixlen 128
	inet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
	nd6 options=201<PERFORMNUD,DAD>
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
	ether 3c:22:fb:00:00:01
	inet6 fe80::c2d:3ff:fe4e:5f60%en0 prefixlen 64 secured scopeid 0x4
	inet6 2001:db8::c2d:3ff:fe4e:5f60 prefixlen 64 autoconf secured
	inet6 2001:db8::1 prefixlen 64 autoconf temporary
	inet6 2001:db8::2 prefixlen 64 deprecated autoconf temporary
	inet6 2001:db8::3 prefixlen 64 tentative
	inet6 2001:db8::4 prefixlen 64 duplicated
	inet 192.168.1.5 netmask 0xffffff80 broadcast 192.168.1.127
	status: active
utun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380
`;

Deno.test("parseIfconfig() returns interfaces, flags and broadcast addresses", () => {
  const { names, flags, broadcasts } = parseIfconfig(OUTPUT);
  assertEquals([...names.keys()], ["lo0", "en0", "utun0"]);
  const marks = [...flags].map(([key, { isUnstable, isTentative, isDuplicate }]) => {
    return `${key}${isUnstable ? " unstable" : ""}${isTentative ? " tentative" : ""}${
      isDuplicate ? " duplicate" : ""
    }`;
  });
  assertEquals(marks, [
    "::1 lo0",
    "fe80::1 lo0",
    "fe80::c2d:3ff:fe4e:5f60 en0",
    "2001:db8::c2d:3ff:fe4e:5f60 en0",
    "2001:db8::1 en0 unstable",
    "2001:db8::2 en0 unstable",
    "2001:db8::3 en0 tentative",
    "2001:db8::4 en0 duplicate",
  ]);
  assertEquals([...broadcasts], [["192.168.1.127" as never, "192.168.1.0/25"]]);
  assertEquals(parseIfconfig("").names.size, 0);
});
