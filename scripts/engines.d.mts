// For e2e/engines; the rest of the scripts have no use for types from outside.
export function findFirefox(): string | null;
export function findWebKit(): { browser: string; driver: string; screen: string } | null;
export function ensureEngines(): Promise<void>;
