/**
 * Whether the server has another build of the site than the one that this page was loaded from. Its script has its content in its
 * name, so it is gone then, and so is every part of the page that has not been loaded yet.
 * @param script address of the page's own script
 * @returns false also while nobody can tell: without a network, or from a proxy's error
 */
export async function isOutdated(
  script: string,
  request: typeof fetch = (...args) => fetch(...args),
): Promise<boolean> {
  try {
    // HEAD goes past the service worker, which may keep the file of a build that the server has no more.
    const { status } = await request(script, { method: 'HEAD', cache: 'no-store' });
    return status === 404;
  } catch {
    return false;
  }
}
