import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { findNginx } from '../../scripts/nginx.mjs';
import { CoscribeProvider } from '../../web/provider/provider.ts';
import type { SocketConstructor } from '../../web/provider/socket.ts';
import type { CoscribeServer } from '../server.ts';
import { freePort, Nginx } from '../testing/nginx.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';

const program = findNginx();
if (program === null)
  throw new Error('There is no nginx to test behind. Install the package nginx, or set COSCRIBE_NGINX.');

const PATIENT = { timeout: 60_000 };

/** What each nginx does to the way to the server, beside letting requests pass. */
const MANNERS = {
  // As with its defaults: it knows nothing of upgrades, and passes on a plain request.
  plain: '',
  refusing: 'if ($http_upgrade) { return 403; }',
  buffering: 'if ($http_upgrade) { return 403; } proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;',
  // A silence that a connection has most of the time; usual are 30 and 60 s.
  impatient: 'if ($http_upgrade) { return 403; } proxy_read_timeout 1s;',
} as const;

let server: CoscribeServer;
let nginx: Nginx;
const ports = new Map<string, number>();

beforeAll(async () => {
  server = await startTestServer();
  const blocks: string[] = [];
  for (const [name, manners] of Object.entries(MANNERS)) {
    const port = await freePort();
    ports.set(name, port);
    blocks.push(`server { listen 127.0.0.1:${port}; location / { ${manners} proxy_pass ${server.url}; } }`);
  }
  nginx = await Nginx.serving(program, await freshFolder(), blocks.join('\n'));
});

afterAll(async () => {
  await nginx?.stop();
  await server?.stop();
});

it.each(Object.keys(MANNERS))(
  '[CON-9] people write together where one of them is behind an nginx that is %s',
  async (name) => {
    const own = { WebSocket: WebSocket as unknown as SocketConstructor, transport: 'auto', offline: false } as const;
    const [alice, bob] = [`http://127.0.0.1:${ports.get(name)}`, server.url].map(
      (url) => new CoscribeProvider(`${url}/sync`, `behind-${name}`, new Y.Doc(), own),
    );
    if (alice === undefined || bob === undefined) throw new Error('two people were asked for');
    onTestFinished(() => {
      alice.destroy();
      bob.destroy();
    });
    await Promise.all([alice.whenSynced, bob.whenSynced]);
    expect([alice.transport, bob.transport]).toEqual(['http', 'websocket']);
    const statuses: string[] = [];
    alice.on('status', (status) => statuses.push(status));
    const [hers, his] = [alice.doc.getText('content'), bob.doc.getText('content')];
    // Long enough for an impatient nginx to cut it several times; what is waited for takes that long, not the test.
    const from = performance.now();
    for (let round = 0; round < 3 || performance.now() - from < 3_000; round += 1) {
      hers.insert(0, `${round} from Alice `);
      await vi.waitFor(() => expect(his.toString()).toBe(hers.toString()), PATIENT);
      his.insert(0, `${round} from Bob `);
      await vi.waitFor(() => expect(hers.toString()).toBe(his.toString()), PATIENT);
      await vi.waitFor(() => expect(alice.saved).toBe(true), PATIENT);
    }
    expect(statuses).toEqual([]);
  },
);
