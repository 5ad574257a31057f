import { beforeEach, describe, expect, it } from 'vitest';
import { applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { ApiError } from '../api/api-request.ts';
import type { CatalogueEntry } from '../api/document-api.ts';
import { recentDocuments } from '../device/recent-documents.ts';
import type { DocumentSession } from './document-session.ts';
import { SessionWorld } from './testing/session-world.ts';

const CONNECTED = { status: 'connected', synced: true, loaded: true, role: 'editor' } as const;

let world: SessionWorld;

beforeEach(() => {
  world = new SessionWorld();
});

describe('opening', () => {
  it('waits for the copy on this device, and for the server only a moment when that is empty', () => {
    const session = world.open();
    expect(session.state.ready).toBe(false);
    world.tell({ loaded: true });
    expect(session.state.ready).toBe(false);
    world.pass(700);
    expect(session.state.ready).toBe(true);
  });

  it('does not wait for a server that is away', () => {
    const session = world.open();
    world.tell({ loaded: true, status: 'disconnected', retryAt: world.now + 4_000 });
    expect(session.state.ready).toBe(true);
  });

  it('puts the document on the list of recent ones, with the title once it is known', () => {
    world.open();
    world.tell(CONNECTED);
    expect(recentDocuments(world.store)).toEqual([{ name: 'plan', title: '', openedAt: 1_000_000 }]);
    world.tell({ properties: { title: 'Plan', language: '' } });
    expect(recentDocuments(world.store)[0]?.title).toBe('Plan');
  });

  it('shows the title of last time until the server says', () => {
    world.open();
    world.tell({ ...CONNECTED, properties: { title: 'Plan', language: '' } });
    world.sync.properties = null;
    expect(world.open().state.title).toBe('Plan');
  });

  it('shows oneself to others before the editor is there', () => {
    const session = world.open();
    expect(session.state.people).toMatchObject([{ isSelf: true, name: session.state.guest.name }]);
  });
});

describe('a document that nobody has made', () => {
  it('is said to be missing, can be created, and is on no list before', () => {
    const session = world.open();
    world.tell({ ...CONNECTED, isNew: true });
    expect(session.state).toMatchObject({ missing: { mayCreate: true }, mayWrite: false });
    expect(recentDocuments(world.store)).toEqual([]);
    session.documentAccess.create();
    expect(session.state).toMatchObject({ missing: null, mayWrite: true });
    expect(recentDocuments(world.store)).toHaveLength(1);
  });

  it('is there as soon as somebody writes in it', () => {
    const session = world.open();
    world.tell({ ...CONNECTED, isNew: true });
    world.text = 'theirs';
    world.tell({});
    expect(session.state.missing).toBeNull();
  });

  it('is not missed on the page that was opened to make it, nor where something was written for it', () => {
    world.credentials.keepOwnerKey(`own.${'k'.repeat(43)}`, false);
    const maker = world.open();
    world.tell({ ...CONNECTED, isNew: true });
    expect(maker.state.missing).toBeNull();
    world.credentials.forgetOwnerKey();
    world.tell({ saved: false, unsavedChanges: 1 });
    expect(maker.state.missing).toBeNull();
  });

  it('is not offered to those who may only read', () => {
    const session = world.open();
    world.tell({ ...CONNECTED, role: 'viewer', isNew: true });
    expect(session.state.missing).toEqual({ mayCreate: false });
  });
});

describe('title and language', () => {
  it('are shown at once and kept as the server answers', async () => {
    const session = world.open();
    world.tell({ ...CONNECTED, properties: { title: 'Old', language: '' } });
    let answered: (entry: CatalogueEntry) => void = () => undefined;
    const answer = new Promise<CatalogueEntry>((resolve) => {
      answered = resolve;
    });
    world.answer = () => answer;
    const renaming = session.rename('  New \n title ');
    expect(session.state.title).toBe('New title');
    answered({ name: 'plan', title: 'New title', language: '' });
    await renaming;
    expect(session.state.title).toBe('New title');
  });

  it('come back when the server refuses, and a toast says why', async () => {
    const session = world.open();
    world.tell({ ...CONNECTED, properties: { title: 'Old', language: '' } });
    world.answer = () => Promise.reject(new ApiError('You may read this document, not change it.', { status: 403 }));
    await session.rename('New');
    expect(session.state.title).toBe('Old');
    expect(world.toasts).toEqual(['The title was not changed. You may read this document, not change it.']);
  });

  it('are not sent when nothing changed', async () => {
    const session = world.open();
    world.tell({ ...CONNECTED, properties: { title: 'Same', language: '' } });
    world.answer = () => Promise.reject(new Error('nobody should ask'));
    await session.rename(' Same ');
    await session.setLanguage('');
    expect(session.state.title).toBe('Same');
  });

  it('changed by somebody else reach the editor, with what suits the new kind of text', () => {
    const session = world.open();
    world.tell({ ...CONNECTED, properties: { title: 'Plan', language: '' } });
    session.attachEditor(world.editor());
    world.tell({ properties: { title: 'main.rs', language: '' } });
    expect(world.configured).toEqual([
      { fileName: 'main.rs', lineNumbers: true, lineWrapping: false, completion: true },
    ]);
  });
});

describe('title and language offline', () => {
  const unreachable = () => Promise.reject(new ApiError('The server cannot be reached right now.'));

  async function renamedOffline(): Promise<DocumentSession> {
    const session = world.open();
    world.tell({ ...CONNECTED, properties: { title: 'Old', language: '' } });
    world.tell({ status: 'disconnected', synced: false });
    world.answer = unreachable;
    await session.rename('New');
    return session;
  }

  it('wait like text, over a reload too, and are sent when the connection is back', async () => {
    const session = await renamedOffline();
    expect(session.state.title).toBe('New');
    expect(world.toasts).toEqual([
      'The new title is kept on this device. Everybody sees it once the server can be reached.',
    ]);
    session.destroy();
    world.sync.properties = null;

    const later = world.open();
    expect(later.state.title).toBe('New');
    const sent: unknown[] = [];
    world.answer = async (change) => {
      sent.push(change);
      return { name: 'plan', title: 'New', language: '' };
    };
    world.tell({ ...CONNECTED, properties: { title: 'Old', language: '' } });
    await Promise.resolve();
    expect(sent).toEqual([{ title: 'New' }]);
    expect(later.state.title).toBe('New');
  });

  it('give way to what somebody else chose meanwhile, and say so', async () => {
    const session = await renamedOffline();
    world.answer = () => Promise.reject(new Error('nobody should ask'));
    world.tell({ ...CONNECTED, properties: { title: 'Theirs', language: '' } });
    expect(session.state.title).toBe('Theirs');
    expect(world.toasts.at(-1)).toBe(
      'Somebody changed the title while you were offline: it stays “Theirs”, not “New”.',
    );
  });
});

describe('a server that was updated', () => {
  it('is noticed when it is back, and when a part of the page is missing', async () => {
    const session = world.open();
    world.tell(CONNECTED);
    world.outdated = true;
    world.tell({ status: 'disconnected', synced: false });
    expect(session.state.outdated).toBe(false);
    world.tell(CONNECTED);
    await Promise.resolve();
    await Promise.resolve();
    expect(session.state.outdated).toBe(true);

    await session.partFailed();
    expect(world.toasts).toEqual(['Coscribe was updated. Reload this page to use that.']);
  });

  it('is not suspected where a part is missing for want of a network', async () => {
    const session = world.open();
    await session.partFailed();
    expect(session.state.outdated).toBe(false);
    expect(world.toasts).toEqual(['This part of the page could not be loaded. Try again when you are online.']);
  });
});

describe('the side panel', () => {
  it('is remembered on this device, with its width', () => {
    const session = world.open();
    expect(session.state.sidePanel).toEqual({ open: null, width: null });
    session.toggleSidePanel('outline');
    session.resizeSidePanel(412);
    session.destroy();
    const later = world.open();
    expect(later.state.sidePanel).toEqual({ open: 'outline', width: 412 });
    later.closeSidePanel();
    expect(later.state.sidePanel).toEqual({ open: null, width: 412 });
  });

  it('is closed by its key from within, and entered by it from the text', () => {
    const session = world.open();
    session.toggleSidePanel('outline');
    session.toggleSidePanel('outline');
    expect(session.state.sidePanel.open).toBe('outline');
    world.isInSidePanel = true;
    session.toggleSidePanel('outline');
    expect(session.state.sidePanel.open).toBeNull();
  });
});

describe('people', () => {
  it('are announced when they come and go, not when the page opens or the connection goes', () => {
    const session = world.open();
    world.join('Ada');
    world.tell(CONNECTED);
    expect(world.said).toEqual([]);
    const bob = world.join('Bob');
    expect(world.said).toEqual(['Bob joined.']);
    bob.setLocalState(null);
    applyAwarenessUpdate(world.awareness, encodeAwarenessUpdate(bob, [bob.clientID]), 'test');
    expect(world.said).toEqual(['Bob joined.', 'Bob left.']);
    expect(session.state.people).toHaveLength(2);
  });

  it('who begin to follow are seen to', () => {
    world.open();
    world.tell(CONNECTED);
    world.join('Ada', world.awareness.clientID);
    expect(world.said).toEqual(['Ada joined.']);
    expect(world.toasts).toEqual(['Ada now follows you.']);
  });

  it('in two tabs of one browser are one', () => {
    const session = world.open();
    world.tell(CONNECTED);
    const ada = world.join('Ada');
    ada.setLocalStateField('browser', 'browser-of-ada');
    applyAwarenessUpdate(world.awareness, encodeAwarenessUpdate(ada, [ada.clientID]), 'test');
    const again = world.join('Ada');
    again.setLocalStateField('browser', 'browser-of-ada');
    applyAwarenessUpdate(world.awareness, encodeAwarenessUpdate(again, [again.clientID]), 'test');
    expect(session.state.people.map(({ name }) => name)).toEqual([session.state.guest.name, 'Ada']);
  });

  it('made by chance differ from those who are there, as long as nobody has chosen', () => {
    const session = world.open();
    const { name, color } = session.state.guest;
    world.joinAs({ name, color });
    world.tell(CONNECTED);
    expect(session.state.guest.name).not.toBe(name);
    expect(session.state.guest.color).not.toBe(color);
    expect(session.state.asksName).toBe(true);

    session.changeGuest(name, color);
    world.join(name);
    expect(session.state.guest).toMatchObject({ name, color });
    expect(session.state.asksName).toBe(false);
  });

  it('made by chance stay who they are when a newcomer is alike, unless that one stays so, too', () => {
    const session = world.open();
    const { name, color } = session.state.guest;
    world.tell(CONNECTED);
    world.pass(1_500);
    const own = world.awareness.clientID;
    world.joinAs({ name: 'Moss Heron', color }, own + 1);
    const lower = world.joinAs({ name, color: '#123456' }, own - 1);
    world.pass(1_900);
    expect(session.state.guest).toMatchObject({ name, color });
    world.joinAs({ name: 'Brick Wren', color: '#123456' }, own - 1, lower);
    world.pass(10_000);
    expect(session.state.guest).toMatchObject({ name, color });
    world.joinAs({ name, color: '#123456' }, own - 1, lower);
    world.pass(2_100);
    expect(session.state.guest.name).not.toBe(name);
  });

  it('see a new name and colour of oneself, and this browser remembers them', () => {
    const session = world.open();
    session.changeGuest('Grace', '#2e7c5f');
    expect(session.state.people[0]).toMatchObject({ name: 'Grace', color: '#2e7c5f' });
    session.destroy();
    expect(world.open().state.guest).toMatchObject({ name: 'Grace', color: '#2e7c5f' });
  });
});

describe('connection', () => {
  it('counts the seconds down while it waits', () => {
    const session = world.open();
    world.tell(CONNECTED);
    world.tell({ status: 'disconnected', synced: false, retryAt: world.now + 3_000 });
    const seen = [session.state.status.detail];
    session.subscribe(() => seen.push(session.state.status.detail));
    world.pass(2_500);
    expect([...new Set(seen)]).toEqual(['Reconnecting in 3 s', 'Reconnecting in 2 s', 'Reconnecting in 1 s']);
    session.actions.tryNow();
    expect(world.sync.retries).toBe(1);
  });

  it('is called offline when there is no network and an edit stays unheard', () => {
    const session = world.open();
    world.tell(CONNECTED);
    world.online = false;
    world.tell({ saved: false, unsavedChanges: 1 });
    expect(session.state.status).toMatchObject({ saved: 'saving', connection: 'connected' });
    world.pass(2_100);
    expect(session.state.status).toMatchObject({ saved: 'local', connection: 'offline' });
    world.tell({ saved: true, unsavedChanges: 0 });
    expect(session.state.status).toMatchObject({ saved: 'saved', connection: 'connected' });
  });

  it('refused for good says so, and the copy can be given up for the server’s version', async () => {
    const session = world.open();
    world.tell(CONNECTED);
    const closed = { name: 'epoch-changed', reason: '', meaning: 'Replaced.' };
    world.tell({ status: 'disconnected', synced: false, closed });
    expect(session.state.status.connection).toBe('closed');
    expect(world.said).toEqual(['The server has closed this document for you. What to do is said below the top bar.']);
    await session.actions.openServerVersion();
    expect([world.sync.forgotten, world.reloads]).toEqual([1, 1]);
  });

  it('of a viewer makes the text read-only', () => {
    const session = world.open();
    session.attachEditor(world.editor());
    world.tell({ ...CONNECTED, role: 'viewer' });
    expect(session.state.mayWrite).toBe(false);
    expect(world.configured).toEqual([{ readOnly: true, placeholder: 'Nothing is written here yet.' }]);
  });
});

it('a download has the text, the title and the ending of the language', () => {
  const session = world.open();
  world.text = 'fn main() {}';
  world.tell({ ...CONNECTED, properties: { title: 'main', language: 'Rust' } });
  session.actions.downloadCopy();
  expect(world.files).toEqual([['main.rs', 'fn main() {}']]);
});

it('a destroyed session leaves no timer and hears nothing', () => {
  const session = world.open();
  world.tell({ status: 'disconnected', retryAt: world.now + 9_000 });
  session.destroy();
  expect(world.timers).toEqual([]);
  const before = session.state;
  world.tell(CONNECTED);
  world.join('Ada');
  expect(session.state).toBe(before);
});
