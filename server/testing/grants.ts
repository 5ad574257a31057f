import type { Grant } from '../access/authenticator.ts';

/** A guest who may edit for ever. */
export const EDITOR: Grant = { granted: true, role: 'editor', person: null, expiresAt: null, through: 'anyone' };
