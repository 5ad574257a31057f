import type { FastifyRequest } from 'fastify';
import { documentNameProblem } from '../../protocol/document-name.ts';
import type { Action } from '../../protocol/roles.ts';
import type { Admission, ArrivedRequest } from '../access/admission.ts';
import { AccessUnavailable, type Grant } from '../access/authenticator.ts';
import { type Denial, FROZEN, mayNow } from '../access/decision.ts';
import { bearerToken } from './bearer-token.ts';
import { HttpError, tooMuch } from './http-error.ts';

const NOT_ALLOWED: Readonly<Record<Action, string>> = {
  read: 'You may not read this document.',
  'be-seen': 'You may not be seen in this document.',
  write: 'You may read this document, not change it.',
  rename: 'You may read this document, not change its title or language.',
  share: 'Only an owner may see and change who has access.',
};

/** What the request may do with the document `name`. Throws an HttpError when that does not hold `action`. */
export async function authorizeRequest(
  admission: Admission,
  request: FastifyRequest,
  name: string,
  action: Action,
): Promise<Grant> {
  checkName(name);
  const access = request.hasApiKey
    ? withApiKey(admission, name)
    : admitted(await admission.decide(arrivedRequest(request, name)));
  if (!mayNow(access, action)) {
    if (access.frozen === true && mayNow({ role: access.role }, action)) throw frozen();
    const { role, person, through } = access;
    throw new HttpError(403, 'forbidden', NOT_ALLOWED[action], {
      about: { role, person: person?.id ?? null, through },
    });
  }
  return access;
}

/** Those who run the server own every document; in what they froze their programs do not write either. */
function withApiKey(admission: Admission, name: string): Grant {
  const grant = { granted: true, role: 'owner', person: null, expiresAt: null, through: 'api key' } as const;
  return admission.isFrozen(name) ? { ...grant, frozen: true } : grant;
}

function frozen(): HttpError {
  return new HttpError(403, 'frozen', FROZEN);
}

/** Refuses, also with the API key, when nobody may change the document. */
export function requireThawed(admission: Admission, name: string): void {
  if (admission.isFrozen(name)) throw frozen();
}

/** What is asked of the admission for a request. */
export function arrivedRequest(request: FastifyRequest, documentName: string): ArrivedRequest {
  return { documentName, token: bearerToken(request), address: request.visitor.address };
}

/** What was decided, when somebody is let in; throws an HttpError otherwise. */
export function admitted<Yes extends { readonly granted: true }>(decision: Yes | Denial): Yes {
  if (decision.granted) return decision;
  switch (decision.refusal) {
    case 'unauthenticated':
      throw new HttpError(401, 'unauthenticated', decision.reason);
    case 'forbidden':
      throw new HttpError(403, 'forbidden', decision.reason);
    case 'passwordNeeded':
      throw new HttpError(401, 'password-needed', decision.reason);
    case 'rateLimited':
      throw tooMuch(decision.retryAfter, decision.reason);
    case 'unavailable':
      throw new HttpError(503, 'document-unavailable', decision.reason, { cause: decision.cause });
    case 'failed':
      throw decision.cause;
    default:
      throw decision satisfies never;
  }
}

/** Waits for what an access record says; one that cannot be read right now is a 503. */
export async function decided<T>(decide: () => T | Promise<T>): Promise<T> {
  try {
    return await decide();
  } catch (cause) {
    if (cause instanceof AccessUnavailable) throw new HttpError(503, 'document-unavailable', cause.message, { cause });
    throw cause;
  }
}

/** Throws an HttpError when a document cannot be named so. */
export function checkName(name: string): void {
  const problem = documentNameProblem(name);
  if (problem !== null) throw new HttpError(400, 'invalid-document-name', problem);
}
