import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ShareLink } from '../document/access-record.ts';

/** How long a ticket is good, in milliseconds. */
export const TICKET_LIFETIME = 12 * 60 * 60 * 1000;

/** What a ticket says about itself; nothing is proved before `isGenuine`. */
export interface Ticket {
  readonly linkId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly signature: string;
}

/** A ticket for a link of a document: `ticket.<link id>.<expiry, base 36>.<signature>`. */
export function makeTicket(secret: Uint8Array, documentName: string, link: ShareLink, expiresAt: number): string {
  return `ticket.${link.id}.${expiresAt.toString(36)}.${sign(secret, documentName, link, expiresAt)}`;
}

/** Takes a ticket apart; null when it is none. */
export function parseTicket(credential: string): Ticket | null {
  const parts = /^ticket\.([\w-]+)\.([0-9a-z]{1,11})\.([\w-]{43})$/.exec(credential);
  const [, linkId, expiry, signature] = parts ?? [];
  if (linkId === undefined || expiry === undefined || signature === undefined) return null;
  return { linkId, expiresAt: Number.parseInt(expiry, 36), signature };
}

/** Whether the server made this ticket for this link as it is now: a new password makes old tickets void. */
export function isGenuine(secret: Uint8Array, documentName: string, link: ShareLink, ticket: Ticket): boolean {
  return isSame(ticket.signature, sign(secret, documentName, link, ticket.expiresAt));
}

/** Compares two texts in a time that does not tell where they differ. */
export function isSame(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}

function sign(secret: Uint8Array, documentName: string, link: ShareLink, expiresAt: number): string {
  const signed = JSON.stringify(['ticket', documentName, link.id, link.secret, link.password, expiresAt]);
  return createHmac('sha256', secret).update(signed).digest('base64url');
}
