// For the tests that run these programs; the rest of the scripts have no use for types from outside.
export function debianProgram(name: 'caddy' | 'promtool'): string;
export function ensureDebianPrograms(): Promise<void>;
