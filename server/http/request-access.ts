import type { FastifyRequest } from 'fastify';
import { documentNameProblem } from '../../protocol/document-name.ts';
import { type Action, may } from '../../protocol/roles.ts';
import { type Access, AccessUnavailable, type Authenticator, type Grant } from '../access/authenticator.ts';
import { bearerToken } from './bearer-token.ts';
import { HttpError } from './http-error.ts';

const NOT_ALLOWED: Readonly<Record<Action, string>> = {
  read: 'You may not read this document.',
  'be-seen': 'You may not be seen in this document.',
  write: 'You may read this document, not change it.',
  rename: 'You may read this document, not change its title or language.',
  share: 'Only an owner may see and change who has access.',
};

/** What the request may do with the document `name`. Throws an HttpError when that does not hold `action`. */
export async function authorizeRequest(
  authenticator: Authenticator,
  request: FastifyRequest,
  name: string,
  action: Action,
): Promise<Grant> {
  checkName(name);
  if (request.hasApiKey) return { granted: true, role: 'owner', person: null, expiresAt: null, through: 'api key' };
  const asked = { documentName: name, token: bearerToken(request), address: request.visitor.address };
  const access = await decided(() => authenticator.authorize(asked));
  if (!access.granted) throw refusal(access);
  if (!may(access.role, action)) {
    const { role, person, through } = access;
    throw new HttpError(403, 'forbidden', NOT_ALLOWED[action], {
      about: { role, person: person?.id ?? null, through },
    });
  }
  return access;
}

/** An authenticator's refusal as the answer to a request. */
export function refusal({ refusal, reason }: Extract<Access, { granted: false }>): HttpError {
  const code = refusal === 'passwordNeeded' ? 'password-needed' : refusal;
  return new HttpError(refusal === 'forbidden' ? 403 : 401, code, reason, {
    refusesToken: refusal !== 'passwordNeeded',
  });
}

/** Waits for an authenticator's decision; one that cannot be made right now is a 503. */
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
