// For server/test/nginx.net.test.ts; the rest of the scripts have no use for types from outside.
export function findNginx(): string | null;
export function ensureNginx(): Promise<void>;
