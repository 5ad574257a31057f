import { describe, expect, it } from 'vitest';
import { ApiError, type ApiRequest } from '../api/api-request.ts';
import { DocumentApi, type ShareLink } from '../api/document-api.ts';
import { Sharing } from './sharing.ts';

const link = (id: string, change: Partial<ShareLink> = {}): ShareLink => ({
  id,
  link: `link.${id}`,
  role: 'viewer',
  label: '',
  expiresAt: null,
  hasPassword: false,
  ...change,
});

/** Sharing over an API whose answers the test gives one by one. */
function open() {
  const waiting: { request: ApiRequest; answer: (value: unknown) => void; refuse: (error: ApiError) => void }[] = [];
  const api = new DocumentApi(
    'plan',
    async () => '',
    (request) => new Promise((answer, refuse) => waiting.push({ request, answer, refuse })),
  );
  const sharing = new Sharing(api, () => undefined);
  /** The oldest request that nobody has answered. */
  const next = async () => {
    await Promise.resolve();
    await Promise.resolve();
    const first = waiting.shift();
    if (first === undefined) throw new Error('nothing was asked');
    return first;
  };
  const owning = async (links: readonly ShareLink[]) => {
    const asking = sharing.ask();
    (await next()).answer({ role: 'owner', anyone: 'editor', links });
    await asking;
  };
  return { sharing, next, owning };
}

const known = (sharing: Sharing) => {
  const { state } = sharing;
  if (state.kind !== 'known') throw new Error(state.kind);
  return state;
};

describe('sharing', () => {
  it('knows nothing before the server has said, and says when it could not be asked', async () => {
    const { sharing, next } = open();
    expect(sharing.state).toEqual({ kind: 'asking' });
    const asking = sharing.ask();
    (await next()).refuse(new ApiError('No network.'));
    await asking;
    expect(sharing.state).toEqual({ kind: 'unknown', problem: 'No network.' });
  });

  it('tells those who do not own the document of no links', async () => {
    const { sharing, next } = open();
    const asking = sharing.ask();
    (await next()).answer({ role: 'viewer', anyone: 'viewer' });
    await asking;
    expect(known(sharing)).toMatchObject({ role: 'viewer', anyone: 'viewer', links: [], ownsAsPerson: false });
  });

  it('knows whether the document is somebody’s own wherever they sign in', async () => {
    const { sharing, next } = open();
    const answers = [
      {
        person: { id: 'grace' },
        owners: [
          { kind: 'key', id: 'k' },
          { kind: 'person', id: 'grace', name: 'Grace' },
        ],
      },
      { person: { id: 'grace' }, owners: [{ kind: 'key', id: 'k' }] },
      { person: null, owners: [{ kind: 'person', id: 'grace', name: 'Grace' }] },
    ];
    const seen: boolean[] = [];
    for (const answer of answers) {
      const asking = sharing.ask();
      (await next()).answer({ role: 'owner', anyone: null, links: [], ...answer });
      await asking;
      seen.push(known(sharing).ownsAsPerson);
    }
    expect(seen).toEqual([true, false, false]);
  });

  it('shows what anybody may do as it was chosen, and takes it back when the server refuses', async () => {
    const { sharing, next, owning } = open();
    await owning([]);
    const changing = sharing.letAnyone(null);
    expect(known(sharing).anyone).toBeNull();
    (await next()).refuse(new ApiError('No.'));
    await expect(changing).rejects.toThrow('No.');
    expect(known(sharing).anyone).toBe('editor');
  });

  it('keeps the later of two wishes, whatever becomes of the first', async () => {
    const { sharing, next, owning } = open();
    await owning([]);
    const first = sharing.letAnyone('viewer');
    const second = sharing.letAnyone('commenter');
    (await next()).answer({});
    await first;
    expect(known(sharing).anyone).toBe('commenter');
    (await next()).answer({});
    await second;
    expect(known(sharing).anyone).toBe('commenter');
  });

  it('shows a link when it is made, changed and gone, not before', async () => {
    const { sharing, next, owning } = open();
    await owning([link('a')]);
    const making = sharing.makeLink({ role: 'editor' });
    expect(known(sharing).links).toEqual([link('a')]);
    (await next()).answer(link('b', { role: 'editor' }));
    await making;
    const changing = sharing.changeLink('a', { label: 'Class' });
    expect(known(sharing).busy).toEqual(new Set(['a']));
    (await next()).answer(link('a', { label: 'Class' }));
    await changing;
    expect(known(sharing).links).toEqual([link('a', { label: 'Class' }), link('b', { role: 'editor' })]);
    const revoking = sharing.revokeLink('b');
    expect(known(sharing).links).toHaveLength(2);
    (await next()).answer(undefined);
    await revoking;
    expect(known(sharing)).toMatchObject({ links: [link('a', { label: 'Class' })], busy: new Set() });
  });

  it('shows an owner who was added, and takes one out who was removed or was gone already', async () => {
    const { sharing, next } = open();
    const owners = [
      { kind: 'key', id: 'a' },
      { kind: 'person', id: 'a', name: null },
    ] as const;
    const asking = sharing.ask();
    (await next()).answer({ role: 'owner', anyone: null, links: [], person: { id: 'a' }, owners });
    await asking;
    expect(known(sharing)).toMatchObject({ owners, personId: 'a' });
    const adding = sharing.addOwnerKey('own.b');
    (await next()).answer({ kind: 'key', id: 'b' });
    await adding;
    const removing = sharing.removeOwner(owners[0]);
    const asked = await next();
    expect(asked.request).toMatchObject({ method: 'DELETE', path: '/api/documents/plan/owners/key/a' });
    asked.answer(undefined);
    await removing;
    expect(known(sharing).owners).toEqual([owners[1], { kind: 'key', id: 'b' }]);
    const failing = sharing.removeOwner(owners[1]);
    (await next()).refuse(new ApiError('No network.'));
    await expect(failing).rejects.toThrow('No network.');
    expect(known(sharing).owners).toHaveLength(2);
    const again = sharing.removeOwner(owners[1]);
    (await next()).refuse(new ApiError('Gone.', { status: 404, code: 'no-such-owner' }));
    await again;
    expect(known(sharing).owners).toEqual([{ kind: 'key', id: 'b' }]);
  });

  it('leaves a link that could not be revoked in the list, and takes one out that is gone already', async () => {
    const { sharing, next, owning } = open();
    await owning([link('a')]);
    const failing = sharing.revokeLink('a');
    (await next()).refuse(new ApiError('No network.'));
    await expect(failing).rejects.toThrow('No network.');
    expect(known(sharing).links).toHaveLength(1);
    const revoking = sharing.revokeLink('a');
    (await next()).refuse(new ApiError('Gone.', { status: 404, code: 'no-such-link' }));
    await revoking;
    expect(known(sharing).links).toEqual([]);
  });
});
