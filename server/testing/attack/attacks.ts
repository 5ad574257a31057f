import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import WebSocket from 'ws';
import { encodeSyncStep1, encodeUpdate } from '../../../protocol/messages.ts';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../../protocol/version.ts';
import { craftUpdate, insertion } from '../craft-update.ts';
import { upgradeRequest } from '../raw-client.ts';
import { craftFrame } from '../raw-frames.ts';
import { ownerKey } from '../shared-document.ts';
import { makeToken } from '../token-source.ts';

/*
 * Strangers at addresses of their own (127.0.0.9 and up) who do one bad thing to a server as fast as they can. They run in a process of
 * their own (attacker.ts), so that they cost the people who are measured nothing but what the server makes of them.
 */

export interface Target {
  readonly url: string;
  /** When to end, `performance.now()` based. */
  readonly until: number;
}

/** What was done, for the report: numbers by what they count. */
export type Deeds = Record<string, number>;

export const ATTACKS = {
  fragments: floodOfFragments,
  'client-ids': manyClientIds,
  sockets: idleSockets,
  rooms: emptyRooms,
  neighbours: badTokens,
  passwords: manyPasswords,
  logs: repeatedCloses,
  'token-editor': editorWhoWouldOwn,
  'ended-rights': bannedAndFrozen,
} as const satisfies Record<string, (target: Target) => Promise<Deeds>>;

export type AttackName = keyof typeof ATTACKS;

const at = (host: number) => `127.0.0.${host}`;

/** Does something again and again, this many at a time, until the end. */
async function again({ until }: Target, together: number, act: () => Promise<void>): Promise<void> {
  const one = async () => {
    while (performance.now() < until) {
      await act();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: together }, one));
}

/** A socket that has sent `first`; null when it was refused. Call `ended` to learn of its end. */
function rawSocket(url: string, from: string, first: string): Promise<Socket | null> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), localAddress: from });
  return new Promise((resolve) => {
    socket.on('error', () => resolve(null));
    socket.once('close', () => resolve(null));
    socket.once('connect', () => {
      if (first === '') resolve(socket);
      else socket.write(first);
    });
    socket.on('data', () => resolve(socket));
  });
}

/** A WebSocket that is open; null when it was refused. */
function webSocket(target: Target, path: string, from: string, protocols: readonly string[] = []) {
  const socket = new WebSocket(`${target.url.replace('http', 'ws')}/sync/${path}`, [...protocols], {
    localAddress: from,
  });
  return new Promise<WebSocket | null>((resolve) => {
    socket.on('error', () => resolve(null));
    socket.once('close', () => resolve(null));
    socket.once('open', () => resolve(socket));
  });
}

function closed(socket: Socket | WebSocket, until: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, until - performance.now()));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Point 1: messages of 16,300 pieces of one byte, without an end. */
async function floodOfFragments(target: Target): Promise<Deeds> {
  const piece = craftFrame({ fin: false, opcode: 0, payload: new Uint8Array(1) });
  const message = Buffer.concat([
    craftFrame({ fin: false, opcode: 2, payload: new Uint8Array(1) }),
    ...Array.from({ length: 16_299 }, () => piece),
  ]);
  const deeds = { sockets: 0, 'MB sent': 0 };
  await again(target, 40, async () => {
    const socket = await rawSocket(target.url, at(9), upgradeRequest('fragments', null));
    if (socket === null) return;
    deeds.sockets += 1;
    deeds['MB sent'] += message.length / 2 ** 20;
    socket.write(message);
    await closed(socket, target.until);
    socket.destroy();
  });
  return deeds;
}

/** Point 2: very many client ids in one document, and a writer there whom each of them makes dearer. */
async function manyClientIds(target: Target): Promise<Deeds> {
  const deeds = { 'ids sent': 0, sockets: 0, 'edits after': 0 };
  let next = 1_000;
  const typist = await webSocket(target, 'crowded', at(30));
  let clock = 0;
  const typing = setInterval(() => {
    const structs = [insertion('x', clock === 0 ? { parent: 'content' } : { origin: [7, clock - 1] })];
    if (typist?.readyState !== WebSocket.OPEN) return;
    typist.send(encodeUpdate(craftUpdate([{ client: 7, clock, structs }])));
    clock += 1;
    deeds['edits after'] += 1;
  }, 1_000 / 15);
  await again(target, 20, async () => {
    const socket = await webSocket(target, 'crowded', at(9 + (deeds.sockets % 16)));
    if (socket === null) return;
    deeds.sockets += 1;
    socket.send(encodeSyncStep1(new Uint8Array([0])));
    const over = closed(socket, target.until);
    for (let round = 0; round < 10 && socket.readyState === WebSocket.OPEN; round++) {
      const blocks = Array.from({ length: 100 }, () => {
        next += 1;
        return { client: next, clock: 0, structs: [insertion('y', { parent: 'content' })] };
      });
      deeds['ids sent'] += blocks.length;
      socket.send(encodeUpdate(craftUpdate(blocks)));
    }
    await over;
    socket.terminate();
  });
  clearInterval(typing);
  typist?.terminate();
  return deeds;
}

/** Point 3: one address opens sockets that do nothing, or one request and then nothing, and upgrades again and again. */
async function idleSockets(target: Target): Promise<Deeds> {
  const deeds = { sockets: 0, upgrades: 0 };
  const request = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  const held: Socket[] = [];
  await Promise.all([
    again(target, 30, async () => {
      const socket = await rawSocket(target.url, at(9), deeds.sockets % 2 === 0 ? '' : request);
      deeds.sockets += 1;
      if (socket !== null) held.push(socket);
    }),
    again(target, 10, async () => {
      const socket = await webSocket(target, 'upgrades', at(9));
      deeds.upgrades += 1;
      socket?.terminate();
    }),
  ]);
  for (const socket of held) socket.destroy();
  return deeds;
}

/** Point 4: silent connections to names that nobody ever wrote, from eight addresses; they stay. */
async function emptyRooms(target: Target): Promise<Deeds> {
  const deeds = { names: 0, refused: 0 };
  const held: WebSocket[] = [];
  await again(target, 40, async () => {
    deeds.names += 1;
    const socket = await webSocket(target, `nobody-${deeds.names}`, at(9 + (deeds.names % 8)));
    if (socket === null) deeds.refused += 1;
    else held.push(socket);
  });
  for (const socket of held) socket.terminate();
  return deeds;
}

/** Points 5 and 9: bad tokens, links and owner keys at the very address of the people who are measured, 40 a second of each kind. */
async function badTokens(target: Target): Promise<Deeds> {
  const deeds = { 'bad credentials': 0 };
  const bad = ['own.made-up', `link.${'x'.repeat(43)}`, 'not.a.token'];
  let due = performance.now();
  await again(target, 4, async () => {
    due += 1_000 / 40;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const token = bad[deeds['bad credentials'] % bad.length] ?? '';
    deeds['bad credentials'] += 2;
    const headers = { authorization: `Bearer ${token}` };
    const [socket] = await Promise.all([
      webSocket(target, 'good', at(1), [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token]),
      fetch(`${target.url}/api/documents/good`, { headers }).catch(() => null),
    ]);
    socket?.terminate();
  });
  return deeds;
}

/** Point 5: seventeen addresses set passwords on links of their own. Node's fetch has one address, so each writes its own requests. */
async function manyPasswords(target: Target): Promise<Deeds> {
  const deeds = { 'passwords sent': 0 };
  const key = ownerKey();
  const ask = (method: string, path: string, body: string, from: string) =>
    rawSocket(
      target.url,
      from,
      `${method} /api/documents/${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  for (let i = 0; i < 17; i++) (await ask('PUT', `locks-${i}`, '{}', at(20 + i)))?.destroy();
  let turn = 0;
  await again(target, 34, async () => {
    turn += 1;
    const body = JSON.stringify({ role: 'viewer', password: `a long password ${turn}` });
    deeds['passwords sent'] += 1;
    (await ask('POST', `locks-${turn % 17}/links`, body, at(20 + (turn % 17))))?.destroy();
  });
  return deeds;
}

/** Point 6: connections that are closed with a line in the log each, 4400 and 4409. */
async function repeatedCloses(target: Target): Promise<Deeds> {
  const deeds = { closes: 0 };
  await again(target, 20, async () => {
    const isMalformed = deeds.closes % 2 === 0;
    const socket = await webSocket(target, isMalformed ? 'log' : 'log?epoch=another', at(9));
    deeds.closes += 1;
    if (socket === null) return;
    if (isMalformed) socket.send(Buffer.from([0x7f, 0xff, 0xff]));
    await closed(socket, target.until);
    socket.terminate();
  });
  return deeds;
}

/** Point 7: somebody with an editor's token for a prefix creates documents to own them, with and without a key beside it. */
async function editorWhoWouldOwn(target: Target): Promise<Deeds> {
  const deeds = { attempts: 0, 'documents owned': 0 };
  const token = await makeToken({ sub: 'eve', rights: [{ prefix: 'team/', role: 'editor' }] });
  const ask = (method: 'GET' | 'PUT', name: string, credential: string) =>
    askFrom(at(11), target, {
      method,
      path: `/api/documents/${encodeURIComponent(name)}${method === 'GET' ? '/access' : ''}`,
      credential,
      ...(method === 'PUT' ? { body: '{}' } : {}),
    });
  await again(target, 4, async () => {
    deeds.attempts += 1;
    const [name, key] = [`team/${deeds.attempts}`, ownerKey()];
    await ask('PUT', name, deeds.attempts % 2 === 0 ? token : `${token}~${key}`);
    for (const credential of [token, key]) {
      const { status, text } = await ask('GET', name, credential);
      if (status === 200 && (JSON.parse(text) as { role?: string }).role === 'owner') deeds['documents owned'] += 1;
    }
  });
  return deeds;
}

interface Request {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly credential: string;
  readonly body?: string;
}

/** An HTTP request from this address: an address of its own, since requests of one address share a limit. */
async function askFrom(
  address: string,
  { url }: Target,
  { method, path, credential, body }: Request,
): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' };
  const asking = request(url + path, { method, headers, localAddress: address });
  asking.end(body);
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, text: await readText(answer) };
}

/** Point 10: from an address that is banned meanwhile, and into a document that is frozen. */
async function bannedAndFrozen(target: Target): Promise<Deeds> {
  const deeds = { connections: 0, 'edits sent': 0 };
  let clock = 0;
  await again(target, 40, async () => {
    deeds.connections += 1;
    const isFrozenOne = deeds.connections % 2 === 0;
    const socket = await webSocket(target, isFrozenOne ? 'frozen' : 'banned', at(isFrozenOne ? 10 : 9));
    if (socket === null) return;
    clock += 1;
    deeds['edits sent'] += 1;
    const structs = [insertion('bad', { parent: 'content' })];
    socket.send(encodeUpdate(craftUpdate([{ client: 50_000 + clock, clock: 0, structs }])));
    await closed(socket, Math.min(target.until, performance.now() + 500));
    socket.terminate();
  });
  return deeds;
}
