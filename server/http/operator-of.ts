import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admins } from '../operations/admins.ts';
import type { Operator } from '../operations/operation-problem.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { requireSameOrigin } from './same-origin.ts';
import type { SessionCookies } from './session-cookies.ts';
import { placeOf } from './session-routes.ts';

/** Somebody who may run the server, and whether they still may. */
export interface PresentOperator extends Operator {
  isStill(): boolean;
}

export interface OperatorSources {
  readonly admins: Admins;
  /** Null where nobody can sign in. */
  readonly signIn: SignIn | null;
  readonly publicUrl: string | null;
  readonly cookies: SessionCookies;
}

/**
 * Who runs the server and asks: a program with the API key, somebody who opened the link of `coscribe admin`, or somebody signed in whom
 * the setting `admins` names. Null for everybody else.
 */
export async function operatorOf(request: FastifyRequest, sources: OperatorSources): Promise<PresentOperator | null> {
  const { admins, signIn, publicUrl, cookies } = sources;
  const { address } = request.visitor;
  if (request.hasApiKey) return { address, through: 'api key', person: null, isStill: () => true };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const opened = cookies.read(request, 'admin');
  if (opened !== null && admins.isOpened(opened)) {
    if (!isRead) requireSameOrigin(request, publicUrl);
    return { address, through: 'admin link', person: null, isStill: () => admins.isOpened(opened) };
  }
  const session = admins.namesPeople ? cookies.read(request, 'session') : null;
  if (session === null || signIn === null) return null;
  const current = await signIn.sessions.read(session, placeOf(request));
  if (current === null || !admins.isNamed(current.person.id)) return null;
  if (!isRead) requireSameOrigin(request, publicUrl);
  const isStill = () => !signIn.sessions.isOver(current);
  return { address, through: 'session', person: current.person.id, isStill };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who runs the server and asks; null on routes that anybody may ask. */
    operator: PresentOperator | null;
  }
}

/** The operator of a request to a route that only operators reach. */
export function presentOperator(request: FastifyRequest): PresentOperator {
  if (request.operator === null) throw new Error('A route for administrators was reached by somebody else.');
  return request.operator;
}

/** Lets nobody but operators pass: everybody else gets the answer of an address where nothing is. */
export async function requireOperator(
  request: FastifyRequest,
  reply: FastifyReply,
  sources: OperatorSources,
): Promise<void> {
  request.operator = await operatorOf(request, sources);
  if (request.operator === null) reply.callNotFound();
}
