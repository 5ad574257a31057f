/** A user without rights: permissions mean nothing to root. */
const NOBODY = 65534;

/** Does something as a user to whom permissions mean something: another one, where this process is root's. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
