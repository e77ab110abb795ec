/**
 * A mount whose server never responds, as a network mount does when its server is gone: whatever is
 * done with a path in it does not return before the mount is released.
 *
 * @module
 */

const O_RDWR = 2;
const MNT_DETACH = 2;

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  mount: { parameters: ["buffer", "buffer", "buffer", "usize", "buffer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
} as const;

export interface HungMount extends Disposable {
  readonly path: string;
  /** Lets every operation that hangs fail, and the mount with it. */
  release(): void;
}

/** Reports whether this process may mount a file system of its own (FUSE). */
export function canMount(): boolean {
  try {
    return Deno.build.os === "linux" && Deno.uid() === 0 &&
      Deno.statSync("/dev/fuse").isCharDevice === true;
  } catch {
    return false;
  }
}

/** Mounts it at `path`, a directory. */
export function hungMount(path: string): HungMount {
  const library = Deno.dlopen("libc.so.6", SYMBOLS);
  const libc = library.symbols;
  const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${value}\0`);
  const fd = libc.open(text("/dev/fuse"), O_RDWR);
  const options = `fd=${fd},rootmode=40000,user_id=0,group_id=0,allow_other`;
  if (fd < 0 || libc.mount(text("hung"), text(path), text("fuse"), 0n, text(options)) !== 0) {
    throw new Error(`cannot mount at ${path}`);
  }
  let isReleased = false;
  const release = (): void => {
    if (isReleased) return;
    isReleased = true;
    libc.close(fd);
    libc.umount2(text(path), MNT_DETACH);
    library.close();
  };
  return { path, release, [Symbol.dispose]: release };
}
