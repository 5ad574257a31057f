// For playwright.config.ts; the rest of the scripts have no use for types from outside.
export const CHROMIUM_ARGS: string[];
export function findChromium(): string | null;
export function findTestChromium(): string | null;
export function ensureChromium(): Promise<string>;
