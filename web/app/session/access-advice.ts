import type { SessionInfo } from '../api/site-session.ts';

/** What is known about somebody whom the server refused. */
export interface RefusedFacts extends SessionInfo {
  /** The refusal's name, as docs/errors.md lists them. */
  readonly code: string;
  /** What the server said; may be empty. */
  readonly reason: string;
  /** They had access until now. */
  readonly wasIn: boolean;
  readonly usesLink: boolean;
  readonly usesOwnerKey: boolean;
  /** They wanted to create the document, and may not. */
  readonly createRefused: boolean;
}

/** A refusal of access for the person at the screen, and the ways on. */
export interface AccessAdvice {
  readonly headline: string;
  readonly advice: string;
  /** The share link's password gets them in. */
  readonly asksPassword: boolean;
  /** Where signing in may get them in; null when it cannot. */
  readonly signIn: string | null;
  /** What does not work and can be given up for what else there is. */
  readonly canForget: 'link' | 'owner key' | null;
}

const ASK_AGAIN = 'Ask the person who sent it to you for a new one.';
const ASK_ADMINISTRATOR = 'Ask the administrator of this site.';
const ASK_OWNER = 'Ask its owner for a link.';

/** Explains a refusal of access; null when it is about something else. */
export function accessAdvice(facts: RefusedFacts): AccessAdvice | null {
  if (facts.createRefused && (facts.code === 'unauthenticated' || facts.code === 'forbidden'))
    return mayNotCreate(facts);
  switch (facts.code) {
    case 'password-needed':
      return advice('This link has a password.', 'The person who sent you the link can tell you.', {
        asksPassword: true,
      });
    case 'unauthenticated':
      return unauthenticated(facts);
    case 'forbidden':
      return forbidden(facts);
    default:
      return null;
  }
}

function mayNotCreate({ person, signIn }: RefusedFacts): AccessAdvice {
  const headline = 'Only members of this site can create documents.';
  if (person !== null) {
    return advice(headline, `You are signed in as ${person.name ?? person.id}, who may not. ${ASK_ADMINISTRATOR}`);
  }
  return signIn === null
    ? advice(headline, ASK_ADMINISTRATOR)
    : advice(headline, 'Sign in, and it is created for you.', { signIn });
}

function unauthenticated({ wasIn, signIn, person }: RefusedFacts): AccessAdvice {
  const headline = wasIn ? 'Your access to this document has ended.' : 'This document is private.';
  if (person !== null) {
    return advice(headline, `You are signed in as ${person.name ?? person.id}, who has no access. ${ASK_OWNER}`);
  }
  if (signIn !== null) return advice(headline, 'Sign in, or ask its owner for a link.', { signIn });
  return advice(headline, ASK_OWNER);
}

function forbidden(facts: RefusedFacts): AccessAdvice {
  const { usesLink, usesOwnerKey, reason, wasIn, person, signIn } = facts;
  if (reason.includes('banned')) return advice(sentence(reason).trim(), ASK_ADMINISTRATOR);
  if (usesOwnerKey && reason.includes('owner key')) {
    return advice(
      'The owner key on this device does not fit this document.',
      'The document may have been deleted and made again. Without the key you may still get in as a guest.',
      { canForget: 'owner key' },
    );
  }
  if (usesLink) {
    const headline = wasIn ? 'Your access to this document was withdrawn.' : 'This link does not work any more.';
    return advice(headline, `${sentence(reason)}${ASK_AGAIN}`, { canForget: 'link' });
  }
  const headline = wasIn ? 'Your access to this document was withdrawn.' : 'You have no access to this document.';
  if (person !== null) return advice(headline, `You are signed in as ${person.name ?? person.id}. ${ASK_OWNER}`);
  return advice(headline, ASK_OWNER, { signIn });
}

/** What the server said, ready to be followed by another sentence. */
function sentence(reason: string): string {
  return reason === '' ? '' : `${reason.replace(/\.?$/, '.')} `;
}

function advice(headline: string, text: string, ways: Partial<AccessAdvice> = {}): AccessAdvice {
  return { headline, advice: text, asksPassword: false, signIn: null, canForget: null, ...ways };
}
