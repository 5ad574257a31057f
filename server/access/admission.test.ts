import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { EDITOR, noRestrictions } from '../testing/grants.ts';
import { LogRecord } from '../testing/log-record.ts';
import { Admission, type ArrivedRequest } from './admission.ts';
import { type Access, type AccessListener, AccessUnavailable, type Grant } from './authenticator.ts';
import type { Decision } from './decision.ts';
import type { Restrictions } from './restrictions.ts';

const REFUSED: Access = { granted: false, refusal: 'forbidden', reason: 'The link was revoked.' };
const request: ArrivedRequest = { documentName: 'notes', token: 'a token', address: '203.0.113.1' };

let clock: FakeClock;
let log: LogRecord;
/** What the authenticator was asked and has not answered, by the token. */
let asked: { token: string | null; answer: (access: Access) => void; fail: (error: unknown) => void }[];
let tell: AccessListener;
let refusedTokens: number;
let waitAfter: number;
let admission: Admission;
let restrictions: Restrictions;

beforeEach(() => {
  clock = new FakeClock();
  log = new LogRecord();
  [asked, refusedTokens, waitAfter] = [[], 0, Number.POSITIVE_INFINITY];
  restrictions = noRestrictions(clock);
  admission = new Admission({
    restrictions,
    authenticator: {
      authorize: ({ token }) => new Promise((answer, fail) => asked.push({ token, answer, fail })),
      onChange: (listener) => {
        tell = listener;
        return () => undefined;
      },
    },
    quotas: {
      refusedToken: () => {
        refusedTokens += 1;
        return refusedTokens > waitAfter ? 20 : 0;
      },
    },
    clock,
    logger: log.logger,
  });
});

/** Answers the oldest question. */
async function answer(access: Access): Promise<void> {
  asked.shift()?.answer(access);
  await setImmediate();
}

const summary = (decision: Decision) => (decision.granted ? decision.role : decision.refusal);

describe('[SEC-1] a request', () => {
  it('is decided by the authenticator', async () => {
    const deciding = admission.decide(request);
    await answer(EDITOR);
    expect(await deciding).toBe(EDITOR);
  });

  it('does not wait for an authenticator without end, whatever transport brings it', async () => {
    const deciding = admission.decide(request);
    await clock.advance(10_000);
    expect(await deciding).toMatchObject({ refusal: 'unavailable', reason: 'Access could not be decided in time.' });
    expect([clock.timers, refusedTokens]).toEqual([0, 0]);
  });

  it('is not let in when the authenticator cannot say, or has a defect', async () => {
    const one = admission.decide(request);
    asked[0]?.fail(new AccessUnavailable('The key server does not answer.'));
    expect(await one).toMatchObject({ refusal: 'unavailable', reason: 'The key server does not answer.' });
    const defect = new TypeError('a defect');
    const other = admission.decide(request);
    asked[1]?.fail(defect);
    expect(await other).toMatchObject({ refusal: 'failed', cause: defect });
    expect(refusedTokens).toBe(0);
  });

  it('is asked about again when access changes meanwhile, and let in in the turn in which that is true', async () => {
    const seen: string[] = [];
    const admitting = admission.admit(request, (decision) => seen.push(summary(decision)));
    tell('other');
    tell('notes');
    await answer(EDITOR);
    expect([seen, asked.length]).toEqual([[], 1]);
    await answer(REFUSED);
    await admitting;
    expect(seen).toEqual(['forbidden']);
  });
});

describe('[SEC-10] a token', () => {
  it('that is not good is counted, and answered with a wait when there were too many; a good one never is', async () => {
    waitAfter = 1;
    const decisions: string[] = [];
    for (const access of [REFUSED, REFUSED, EDITOR, REFUSED]) {
      const deciding = admission.decide(request);
      await answer(access);
      decisions.push(summary(await deciding));
    }
    expect(decisions).toEqual(['forbidden', 'rateLimited', 'editor', 'rateLimited']);
  });

  it('is none where none came, or where only its password is to be given', async () => {
    const without = admission.decide({ ...request, token: null });
    await answer(REFUSED);
    const locked = admission.decide(request);
    await answer({ granted: false, refusal: 'passwordNeeded', reason: 'The link has a password.' });
    await Promise.all([without, locked]);
    expect(refusedTokens).toBe(0);
  });
});

describe('[SEC-3] the access of somebody who is here', () => {
  function watch(grant: Grant = EDITOR) {
    const heard: string[] = [];
    const access = admission.watch(request, grant, {
      changed: ({ role }) => heard.push(role),
      lost: (code) => heard.push(code.name),
    });
    return { access, heard };
  }

  it('is looked at again when the authenticator tells of a change, which costs no guess', async () => {
    const { heard } = watch();
    tell('other');
    expect(asked).toEqual([]);
    tell('notes');
    await answer(REFUSED);
    expect([heard, refusedTokens]).toEqual([['forbidden'], 0]);
    // Who is gone is asked about no more.
    tell(null);
    expect(asked).toEqual([]);
  });

  it('goes on with a new token, however many bad ones came from its address; a bad one counts', async () => {
    waitAfter = 0;
    const { access, heard } = watch();
    access.renew('renewed');
    await answer({ ...EDITOR, role: 'owner' });
    expect([heard, refusedTokens]).toEqual([['owner'], 0]);
    access.renew('nonsense');
    await answer({ granted: false, refusal: 'unauthenticated', reason: 'Nonsense.' });
    expect([heard, refusedTokens]).toEqual([['owner', 'rate-limited'], 1]);
  });

  it('is lost for now when nobody can say, and a defect is in the log', async () => {
    const { heard } = watch();
    tell('notes');
    asked.shift()?.fail(new TypeError('a defect'));
    await setImmediate();
    expect(heard).toEqual(['try-again-later']);
    expect(log.text.trim().split('\n').length).toBe(1);
  });
});
