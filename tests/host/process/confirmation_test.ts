/** Goal: an unconfirmed change reverts, even after a kill. Method: a directory, a short wait. */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { Confirmation } from "../../../mod/host/process/confirmation.ts";
import { waitFor } from "../../support/wait.ts";

interface Fixture {
  readonly file: string;
  readonly reverted: ConfigDocument[];
  create(): Confirmation;
}

Deno.test("Confirmation reverts the change in time, and only once", async () => {
  await withFixture(async ({ create, reverted, file }) => {
    const confirmation = create();
    await confirmation.guard(DEFAULT_DOCUMENT, 0.05, nothing);
    // The file is removed last, so that a kill in between cannot lose the revert.
    await waitFor(() => reverted.length > 0 && !exists(file), "the revert to complete");
    assertEquals(reverted, [DEFAULT_DOCUMENT]);
    await confirmation.revertPending();
    assertEquals([reverted.length, confirmation.until], [1, null]);
    await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
  });
});

Deno.test("Confirmation leaves no file, although its time is over while it writes one", async () => {
  await withFixture(async ({ create, reverted, file }) => {
    const confirmation = create();
    for (let i = 1; i <= 10; i++) {
      await confirmation.guard(DEFAULT_DOCUMENT, 0, nothing);
      const isOver = (): boolean => confirmation.until === null && !exists(file);
      await waitFor(isOver, "the revert to complete", 10_000);
      assertEquals(reverted.length, i);
    }
  });
});

Deno.test("Confirmation.confirm() leaves no file, although one is being written", async () => {
  await withFixture(async ({ create, reverted, file }) => {
    const confirmation = create();
    const confirmed = Promise.withResolvers<boolean>();
    await confirmation.guard(DEFAULT_DOCUMENT, 60, async () => {
      await nothing();
      setTimeout(() => confirmed.resolve(confirmation.confirm())); // while its time is written
    });
    assertEquals(await confirmed.promise, true);
    assertEquals(exists(file), false);
    await create().revertPending();
    assertEquals(reverted, []);
  });
});

Deno.test("Confirmation.whenSettled() waits until a change is confirmed or reverted", async () => {
  await withFixture(async ({ create }) => {
    const confirmation = create();
    await confirmation.whenSettled();
    for (const settle of [() => confirmation.confirm(), () => confirmation.revertPending()]) {
      await confirmation.guard(DEFAULT_DOCUMENT, 60, nothing);
      let isSettled = false;
      const settled = confirmation.whenSettled().then(() => isSettled = true);
      await nothing();
      assertEquals(isSettled, false);
      await settle();
      await settled;
    }
  });
});

Deno.test("Confirmation.confirm() makes the change permanent", async () => {
  await withFixture(async ({ create, reverted }) => {
    const confirmation = create();
    assertEquals(await confirmation.confirm(), false);
    await confirmation.guard(DEFAULT_DOCUMENT, 60, nothing);
    assertEquals(await confirmation.confirm(), true);
    await confirmation.revertPending();
    await create().revertPending();
    assertEquals(reverted, []);
  });
});

Deno.test("Confirmation reverts to the document before the first of several changes", async () => {
  await withFixture(async ({ create, reverted }) => {
    const confirmation = create();
    await confirmation.guard(DEFAULT_DOCUMENT, 60, nothing);
    await confirmation.guard({ ...DEFAULT_DOCUMENT, ipListen: ["10.0.0.1"] }, 60, nothing);
    await confirmation.revertPending();
    assertEquals(reverted, [DEFAULT_DOCUMENT]);
  });
});

Deno.test("Confirmation.guard() leaves nothing of a change that failed", async () => {
  await withFixture(async ({ create, reverted, file }) => {
    const confirmation = create();
    const fail = (): Promise<never> => Promise.reject(new Error("no socket"));
    await assertRejects(() => confirmation.guard(DEFAULT_DOCUMENT, 60, fail), Error, "no socket");
    assertEquals(confirmation.until, null);
    await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);

    // An earlier change remains pending as if nothing had been tried.
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

Deno.test("Confirmation.revertPending() reverts what a killed process left pending", async () => {
  await withFixture(async ({ create, reverted, file }) => {
    const killed = create();
    await killed.guard(DEFAULT_DOCUMENT, 60, nothing);
    const text = await Deno.readTextFile(file);
    await killed.confirm(); // ends its timer; a kill would have left the file
    await Deno.writeTextFile(file, text);
    await create().revertPending();
    assertEquals(reverted, [DEFAULT_DOCUMENT]);
    await Deno.writeTextFile(`${file}.new`, text.slice(0, 20)); // killed before anything changed
    await create().revertPending();
    assertEquals(reverted.length, 1);
  });
});

Deno.test("Confirmation.revertPending() throws if it cannot tell what to revert to", async () => {
  await withFixture(async ({ create, reverted, file }) => {
    for (const text of ["", "{", "null", '{"until":"soon","document":{}}', '{"until":null}']) {
      await Deno.writeTextFile(file, text);
      await assertRejects(() => create().revertPending(), Fault, "cannot be read");
    }
    assertEquals(reverted, []);
  });
});

Deno.test("Confirmation.guard() changes nothing if it cannot store what to revert to", async () => {
  await withFixture(async ({ file, reverted }) => {
    const confirmation = new Confirmation({
      file: `${file}/below`, // a file is in the way
      check: nothing,
      revert: (document) => Promise.resolve(void reverted.push(document)),
      onFailure(error): void {
        throw error;
      },
    });
    await Deno.writeTextFile(file, "x");
    let isChanged = false;
    const change = (): Promise<void> => Promise.resolve(void (isChanged = true));
    const fault = await assertRejects(
      () => confirmation.guard(DEFAULT_DOCUMENT, 0.01, change),
      Fault,
    );
    assertEquals(fault.message.startsWith("Cannot store what to revert to in "), true);
    assertEquals([isChanged, confirmation.until], [false, null]);
    await confirmation.revertPending().catch(() => {});
    assertEquals(reverted, []);
  });
});

Deno.test("Confirmation tries a revert again until it is done, and says once why not", async () => {
  await withFixture(async ({ file }) => {
    let isFull = true;
    let attempts = 0;
    const said: string[] = [];
    const confirmation = new Confirmation({
      file,
      check: nothing,
      revert: (): Promise<void> => {
        attempts++;
        return isFull ? Promise.reject(new Fault("full", { hint: "df" })) : nothing();
      },
      onFailure: (error) => void said.push((error as Error).message),
      retryMs: 5,
    });
    await confirmation.guard(DEFAULT_DOCUMENT, 0.01, nothing);
    await waitFor(() => confirmation.problems.length > 0, "a problem");
    assertEquals(confirmation.problems, [
      { text: "the unconfirmed change cannot be reverted: full", hint: "df" },
    ]);
    await waitFor(() => attempts > 2, "further attempts");
    isFull = false;
    await waitFor(() => confirmation.until === null, "the revert");
    assertEquals([confirmation.problems, said, exists(file)], [[], ["full"], false]);
  });
});

Deno.test("Confirmation reverts after the time that was given, whatever the clock says", async () => {
  await withFixture(async ({ create, reverted }) => {
    const { now } = Date;
    try {
      for (const jumpMs of [-3_600_000, 3_600_000]) {
        const confirmation = create();
        const before = reverted.length;
        await confirmation.guard(DEFAULT_DOCUMENT, 0.05, nothing);
        Date.now = () => now() + jumpMs;
        await waitFor(() => reverted.length > before && confirmation.until === null, "the revert");
        Date.now = now;
      }
    } finally {
      Date.now = now;
    }
    assertEquals(reverted.length, 2);
  });
});

Deno.test("Confirmation does not promise to revert what could not be stored again", async () => {
  await withFixture(async ({ file }) => {
    let changes = 0;
    const confirmation = new Confirmation({
      file,
      check: () => Promise.reject(new Fault("Cannot write: permission denied")),
      revert: nothing,
      onFailure: () => {},
    });
    const change = (): Promise<void> => {
      changes++;
      return nothing();
    };
    await assertRejects(
      () => confirmation.guard(DEFAULT_DOCUMENT, 60, change),
      Fault,
      "could not store the earlier one: Cannot write: permission denied",
    );
    assertEquals([changes, confirmation.until, exists(file)], [0, null, false]);
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

async function withFixture(test: (fixture: Fixture) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/unconfirmed.json`;
  const reverted: ConfigDocument[] = [];
  const create = (): Confirmation =>
    new Confirmation({
      file,
      check: nothing,
      revert(document): Promise<void> {
        reverted.push(document);
        return Promise.resolve();
      },
      onFailure(error): void {
        throw error;
      },
    });
  try {
    await test({ file, reverted, create });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
