import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A hash over the names and contents of files: equal hashes, equal sources. Contents rather than dates, because a clone,
 * a copy or a switch of branches says nothing with its dates.
 * @param {string} root the folder the paths start from
 * @param {readonly string[]} paths files and folders; those that do not exist count as empty
 * @param {(path: string) => boolean} [matters] whether a file, by its path with slashes, belongs to the sources
 */
export function fingerprint(root, paths, matters = () => true) {
  const hash = createHash('sha256');
  for (const path of filesUnder(root, paths).filter(matters)) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * The files among and below `paths`, sorted, with slashes on every system.
 * @param {string} root
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function filesUnder(root, paths) {
  return paths
    .filter((path) => existsSync(join(root, path)))
    .flatMap((path) =>
      statSync(join(root, path)).isDirectory()
        ? readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) =>
            entry.isDirectory() ? filesUnder(root, [`${path}/${entry.name}`]) : [`${path}/${entry.name}`],
          )
        : [path],
    )
    .sort();
}
