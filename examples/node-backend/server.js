import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createCoscribe } from 'coscribe/server';
import { SignJWT } from 'jose';

/**
 * Who there is and what they may do, as your database knows it.
 * @type {Record<string, { name: string, color: string, role: 'editor' | 'viewer' }>}
 */
const PEOPLE = {
  ada: { name: 'Ada', color: '#a4502e', role: 'editor' },
  grace: { name: 'Grace', color: '#2f6f9f', role: 'editor' },
  alan: { name: 'Alan', color: '#3f7d4e', role: 'viewer' },
};

/**
 * Sessions by the value of their cookie: a stand-in for the sign-in that you have, without passwords.
 * @type {Map<string, string>}
 */
const sessions = new Map();

// Tokens are made and checked in this process, so the secret need not outlive it. A Coscribe server elsewhere has the same in its settings.
const jwtSecret = randomBytes(32).toString('base64url');

const coscribe = await createCoscribe({
  data: './coscribe-data',
  access: 'private',
  create: 'entitled',
  jwtSecret,
  jwtIssuer: 'example-backend',
  jwtAudience: 'coscribe',
});

// Code of the backend can write too; everybody sees it, as if somebody had typed it.
const plan = coscribe.document('team/plan');
if ((await plan.getText()) === '') await plan.edit((text) => text.insert(0, '# Plan\n\n'));

/** @param {string} id of somebody who is signed in */
function tokenFor(id) {
  const { name, color, role } = /** @type {(typeof PEOPLE)[string]} */ (PEOPLE[id]);
  return new SignJWT({ name, color, rights: [{ prefix: 'team/', role }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setIssuer('example-backend')
    .setAudience('coscribe')
    .setExpirationTime('10m')
    .sign(Buffer.from(jwtSecret));
}

/** @type {Record<string, string>} */
const FILES = { '/page.js': 'text/javascript', '/style.css': 'text/css' };

/**
 * The pages and routes of the backend itself.
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://backend');
  const user = sessions.get(/(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '');
  /** @param {string} name @param {string} type */
  const sendFile = async (name, type) => {
    const file = await readFile(new URL(`page/${name}`, import.meta.url));
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(file);
  };
  const route = `${request.method} ${pathname}`;
  const fileType = FILES[pathname];
  if (route === 'GET /') {
    await sendFile(user === undefined ? 'sign-in.html' : 'document.html', 'text/html');
  } else if (request.method === 'GET' && fileType !== undefined) {
    await sendFile(pathname.slice(1), fileType);
  } else if (route === 'POST /sign-in' && Object.hasOwn(PEOPLE, searchParams.get('user') ?? '')) {
    const session = randomBytes(16).toString('base64url');
    sessions.set(session, searchParams.get('user') ?? '');
    response
      .writeHead(303, { location: '/', 'set-cookie': `session=${session}; HttpOnly; SameSite=Lax; Path=/` })
      .end();
  } else if (route === 'GET /token' && user !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ token: await tokenFor(user) }));
  } else {
    response.writeHead(pathname === '/token' ? 401 : 404).end();
  }
}

const server = createServer((request, response) => {
  // What is not Coscribe's is the backend's.
  coscribe.handler(request, response, () => {
    answer(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
});
coscribe.attach(server);
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`The backend is at http://127.0.0.1:${address.port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close();
    // Stores what is not stored yet.
    await coscribe.stop();
    server.closeAllConnections();
  });
}
