/** Goal: an unconfirmed change comes back, also after a kill. Method: a folder, a short wait. */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { Confirmation } from "../../../mod/host/process/confirmation.ts";
import { waitFor } from "../../support/wait.ts";

interface Scene {
  readonly file: string;
  readonly reverted: ConfigDocument[];
  make(): Confirmation;
}

Deno.test("Confirmation takes the change back in time, and only once", async () => {
  await inScene(async ({ make, reverted, file }) => {
    const confirmation = make();
    await confirmation.guard(DEFAULT_DOCUMENT, 0.05, nothing);
    // The file goes last, so that a kill in between cannot lose the revert.
    await waitFor(() => reverted.length > 0 && !exists(file), "the revert is over");
    assertEquals(reverted, [DEFAULT_DOCUMENT]);
    await confirmation.revertPending();
    assertEquals([reverted.length, confirmation.until], [1, null]);
    await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
  });
});

Deno.test("Confirmation.confirm() makes the change last", async () => {
  await inScene(async ({ make, reverted }) => {
    const confirmation = make();
    assertEquals(await confirmation.confirm(), false);
    await confirmation.guard(DEFAULT_DOCUMENT, 60, nothing);
    assertEquals(await confirmation.confirm(), true);
    await confirmation.revertPending();
    await make().revertPending();
    assertEquals(reverted, []);
  });
});

Deno.test("Confirmation goes back to what was before the first of several changes", async () => {
  await inScene(async ({ make, reverted }) => {
    const confirmation = make();
    await confirmation.guard(DEFAULT_DOCUMENT, 60, nothing);
    await confirmation.guard({ ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1"] }, 60, nothing);
    await confirmation.revertPending();
    assertEquals(reverted, [DEFAULT_DOCUMENT]);
  });
});

Deno.test("Confirmation.guard() leaves nothing of a change that failed", async () => {
  await inScene(async ({ make, reverted, file }) => {
    const confirmation = make();
    const fail = (): Promise<never> => Promise.reject(new Error("no socket"));
    await assertRejects(() => confirmation.guard(DEFAULT_DOCUMENT, 60, fail), Error, "no socket");
    assertEquals(confirmation.until, null);
    await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);

    // An earlier change goes on waiting as if nothing had been tried.
    await confirmation.guard(DEFAULT_DOCUMENT, 60, async () => {
      assertEquals((await Deno.stat(file)).isFile, true, "on disk before the change begins");
    });
    const { until } = confirmation;
    await assertRejects(() => confirmation.guard(DEFAULT_DOCUMENT, 90, fail), Error);
    assertEquals(confirmation.until, until);
    await confirmation.revertPending();
    assertEquals(reverted, [DEFAULT_DOCUMENT]);
  });
});

Deno.test("Confirmation.revertPending() takes back what a killed process left unconfirmed", async () => {
  await inScene(async ({ make, reverted, file }) => {
    const killed = make();
    await killed.guard(DEFAULT_DOCUMENT, 60, nothing);
    const text = await Deno.readTextFile(file);
    await killed.confirm(); // ends its timer; a kill would have left the file
    await Deno.writeTextFile(file, text);
    await make().revertPending();
    assertEquals(reverted, [DEFAULT_DOCUMENT]);
    await Deno.writeTextFile(`${file}.new`, text.slice(0, 20)); // killed before anything changed
    await make().revertPending();
    assertEquals(reverted.length, 1);
  });
});

Deno.test("Confirmation.revertPending() refuses to go on where it cannot tell what to come back to", async () => {
  await inScene(async ({ make, reverted, file }) => {
    for (const text of ["", "{", "null", '{"until":"soon","document":{}}', '{"until":null}']) {
      await Deno.writeTextFile(file, text);
      await assertRejects(() => make().revertPending(), Fault, "cannot be read");
    }
    assertEquals(reverted, []);
  });
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

const nothing = async (): Promise<void> => {};

async function inScene(test: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/unconfirmed.json`;
  const reverted: ConfigDocument[] = [];
  const make = (): Confirmation =>
    new Confirmation({
      file,
      revert(document): Promise<void> {
        reverted.push(document);
        return Promise.resolve();
      },
      onFailure(error): void {
        throw error;
      },
    });
  try {
    await test({ file, reverted, make });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
