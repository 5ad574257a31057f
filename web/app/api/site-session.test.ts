import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, type ApiRequest } from './api-request.ts';
import { SiteSession } from './site-session.ts';

const GRACE = { id: 'g', name: 'Grace', color: null, avatar: null };

let asked: string[];
let now: number;
let answers: Record<string, unknown>;
let session: SiteSession;

beforeEach(() => {
  asked = [];
  now = 0;
  answers = {
    '/api/session': { access: 'open', person: GRACE, signIn: '/auth/sign-in' },
    '/api/session/token': { token: 'one', expiresIn: 600_000 },
  };
  session = new SiteSession(
    () => now,
    async ({ path }: ApiRequest) => {
      asked.push(path);
      if (answers[path] instanceof ApiError) throw answers[path];
      return answers[path];
    },
  );
});

describe('the session of the site', () => {
  it('is asked for once, and its token only when it is about to run out', async () => {
    expect(await session.info()).toEqual({ person: GRACE, signIn: '/auth/sign-in' });
    expect(await session.token()).toBe('one');
    now = 400_000;
    expect(await session.token()).toBe('one');
    expect(asked).toEqual(['/api/session', '/api/session/token']);
    answers['/api/session/token'] = { token: 'two', expiresIn: 600_000 };
    // A minute before the end the provider asks: it must not get the same one again.
    now = 540_000;
    expect(await session.token()).toBe('two');
  });

  it('of a guest has no token', async () => {
    answers['/api/session'] = { person: null, signIn: null };
    expect(await session.token()).toBe('');
    expect(asked).toEqual(['/api/session']);
  });

  it('is nobody’s at a server that does not know the question, and is not asked for again', async () => {
    answers['/api/session'] = new ApiError('Nothing there.', { status: 404 });
    expect(await session.info()).toEqual({ person: null, signIn: null });
    await session.token();
    expect(asked).toEqual(['/api/session']);
  });

  it('is asked for again when the server could not be reached', async () => {
    answers['/api/session'] = new ApiError('No network.');
    await expect(session.info()).rejects.toThrow('No network.');
    answers['/api/session'] = new ApiError('A proxy answered.', { status: 502 });
    await expect(session.token()).rejects.toThrow('A proxy answered.');
    answers['/api/session'] = { person: GRACE, signIn: null };
    expect((await session.info()).person).toEqual(GRACE);
  });

  it('that has ended makes a guest; a server that cannot be asked does not', async () => {
    answers['/api/session/token'] = new ApiError('No network.');
    await expect(session.token()).rejects.toThrow('No network.');
    answers['/api/session/token'] = new ApiError('You are not signed in.', { status: 401 });
    expect(await session.token()).toBe('');
  });

  it('ends by signing out', async () => {
    await session.token();
    answers['/api/session'] = { person: null, signIn: '/auth/sign-in' };
    await session.signOut();
    expect(await session.token()).toBe('');
  });

  it('[DEV-5] gives the page of one person no token of another, and says so', async () => {
    const others: string[] = [];
    session.belongsTo('g', () => others.push('other'));
    answers['/api/session/token'] = { token: 'one', expiresIn: 600_000, person: 'somebody else' };
    await expect(session.token()).rejects.toThrow('no longer signed in');
    answers['/api/session/token'] = new ApiError('No.', { status: 401, code: 'unauthenticated' });
    await expect(session.token()).rejects.toThrow('no longer signed in');
    answers['/api/session'] = { access: 'open', person: null, signIn: '/auth/sign-in' };
    await session.lookAgain();
    expect(others).toEqual(['other', 'other', 'other']);
    answers['/api/session'] = { access: 'open', person: GRACE, signIn: '/auth/sign-in' };
    answers['/api/session/token'] = { token: 'two', expiresIn: 600_000, person: 'g' };
    expect(await session.token()).toBe('two');
  });

  it('[DEV-5] leaves a guest’s page a guest’s when somebody signs in meanwhile', async () => {
    session.belongsTo(null, () => {
      throw new Error('nobody else is here');
    });
    expect(await session.token()).toBe('');
    expect(await session.info()).toEqual({ person: null, signIn: '/auth/sign-in' });
  });
});
