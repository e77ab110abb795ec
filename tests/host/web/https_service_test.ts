// Goal: HTTPFilter has certificates only while it runs. Method: a store in a directory.
import { assertEquals } from "@std/assert";
import { writePair } from "../../../mod/config/certs/cert_store.ts";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SslRecord,
} from "../../../mod/config/document/document.ts";
import type { Store } from "../../../mod/config/store/store.ts";
import { HttpsService } from "../../../mod/host/web/https_service.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { makePem } from "../../support/tls/tls_pair.ts";

Deno.test("HttpsService serves the records of the document from start to stop", async () => {
  await using folder = await tempFolder();
  const pem = await makePem("a.test");
  const { hash } = writePair(folder.path, "MY", "a", pem);
  const ssl = [{ key: "0.0.0.0:443", hash }, { key: "a.test:444", hash }] as SslRecord[];
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, secureBindings: [":443:", ":445:"] };
  const document: ConfigDocument = { ...DEFAULT_DOCUMENT, ssl, sites: [site] };
  let prepared = 0;
  const https = new HttpsService({
    store: { read: () => Promise.resolve(document) } as unknown as Store,
    certs: folder.path,
    event: () => {},
    prepare: () => Promise.resolve(void prepared++),
    renew: () => {},
  });
  const keys = (): unknown => https.served((ip) => ip).map(({ keys, cert }) => [keys, cert]);
  assertEquals([https.servable(site).secureBindings, keys(), prepared], [[], [], 0]);
  await https.worker.start();
  assertEquals(https.servable(site).secureBindings, [":443:"]);
  assertEquals([keys(), prepared], [[[["0.0.0.0:443", "a.test:444"], pem.cert]], 1]);
  await https.worker.stop();
  assertEquals([https.servable(site).secureBindings, keys()], [[], []]);
});
