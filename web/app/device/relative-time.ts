const STEPS = [
  { unit: 'minute', milliseconds: 60_000 },
  { unit: 'hour', milliseconds: 3_600_000 },
  { unit: 'day', milliseconds: 86_400_000 },
] as const;

/** "just now", "5 minutes ago", "yesterday", and the date once a week has passed. Times in milliseconds since 1970. */
export function relativeTime(then: number, now: number, locale = 'en'): string {
  const past = now - then;
  if (past < STEPS[0].milliseconds) return 'just now';
  if (past > 7 * 86_400_000) return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(then);
  const step = STEPS.findLast(({ milliseconds }) => past >= milliseconds) ?? STEPS[0];
  const count = Math.floor(past / step.milliseconds);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-count, step.unit);
}
