import type { Refusal } from '../../wording/status-wording.ts';

/** A refusal for the person at the screen: what happened, and what to do about it. */
export interface RefusalAdvice {
  readonly headline: string;
  readonly advice: string;
  /** The server's version can be opened in place of the one on this device. */
  readonly offersServerVersion: boolean;
}

/**
 * Explains why the server refused for good; refusals of access have their own advice (access/access-advice.ts). What was written
 * stays on the device in every case.
 */
export function refusalAdvice(refusal: Refusal): RefusalAdvice {
  switch (refusal.name) {
    case 'epoch-changed':
      return {
        headline: 'This document was deleted or replaced on the server.',
        advice: 'What you see is the copy on this device. Download it if you need it, then open the server’s version.',
        offersServerVersion: true,
      };
    case 'invalid-document-name':
      return advice('A document cannot have this name.', 'Open another document from the start page.');
    case 'malformed':
      return advice(
        'The server could not read what this page sent.',
        'Download your copy, then reload the page. If it happens again, tell the administrator of this site.',
      );
    case 'message-too-big':
      return advice(
        'An edit was larger than this server takes.',
        'Download your copy, reload the page, and add the text in smaller pieces.',
      );
    default:
      return advice(
        refusal.meaning || 'The server has closed this document.',
        'Download your copy, then reload the page.',
      );
  }
}

function advice(headline: string, text: string): RefusalAdvice {
  return { headline, advice: text, offersServerVersion: false };
}
