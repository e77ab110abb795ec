// Goal: administrators who change the list of a fleet at the same time do not lose each other's changes.
// Method: two at a real etcd, a hundred command lines each, and real processes among them.
import { assertEquals } from "@std/assert";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import { commandHome } from "../../support/command_home.ts";
import { sharedDocument } from "../../support/fleet/documents.ts";
import { ETCD_TOOLS, startEtcd } from "../../support/fleet/etcd.ts";
import { Program } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";

const CHANGES = 100;
const PROCESSES = 3;

testWith(
  ETCD_TOOLS,
  "two administrators change the list at the same time, and no change is lost",
  async () => {
    await using etcd = await startEtcd();
    const keys = await openEtcd(etcd.address);
    const store = new FleetStore(keys, "/httpcfg/");
    await store.commit({
      edit: () => sharedDocument([]),
      by: "root@web1",
      what: "a test",
      at: "2026-01-02T03:04:05.000Z",
      alsoTarget: true,
    });
    const where = `--store ${etcd.urls.join(",")}`;
    const administrator = async (number: number): Promise<void> => {
      await using home = await commandHome();
      for (let i = 1; i <= CHANGES; i++) {
        const line = `fleet set iplisten -i 10.${number}.0.${i} ${where}`;
        const { status, note } = await home.run(line);
        assertEquals(status, 0, `${line}\n${note}`);
      }
    };
    const processes = async (): Promise<void> => {
      await using program = await Program.make();
      for (let i = 1; i <= PROCESSES; i++) {
        const line = ["fleet", "set", "iplisten", "-i", `10.3.0.${i}`, ...where.split(" ")];
        const { status, err } = await program.run(line);
        assertEquals(status, 0, err);
      }
    };
    await Promise.all([administrator(1), administrator(2), processes()]);
    const { head } = await store.readView();
    assertEquals(head?.revision, 1 + 2 * CHANGES + PROCESSES);
    const { ipListen } = await store.documentOf(head!.revision);
    const wanted = [1, 2].flatMap((number) => {
      return Array.from({ length: CHANGES }, (_, i) => `10.${number}.0.${i + 1}`);
    });
    const others = Array.from({ length: PROCESSES }, (_, i) => `10.3.0.${i + 1}`);
    assertEquals([...ipListen].sort(), [...wanted, ...others].sort());
    const history = await store.history(1000);
    assertEquals(history.length, head!.revision);
    keys.close();
  },
);
