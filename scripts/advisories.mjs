/**
 * Reads what `npm audit --json` says.
 * @param {string} output
 * @returns {string[] | null} one sentence for each package with a known weakness; null when the registry did not tell
 */
export function readAdvisories(output) {
  const start = output.indexOf('{');
  if (start === -1) return null;
  let answer;
  try {
    answer = JSON.parse(output.slice(start));
  } catch {
    return null;
  }
  const { vulnerabilities } = answer;
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) return null;
  return Object.values(vulnerabilities).map(({ name, severity, range, via }) => {
    const titles = via.flatMap((/** @type {string | { title: string }} */ cause) =>
      typeof cause === 'string' ? `through ${cause}` : cause.title,
    );
    return `${name} ${range} (${severity}): ${titles.join('; ')}`;
  });
}
