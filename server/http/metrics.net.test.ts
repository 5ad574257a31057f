import { expect, it } from 'vitest';
import type { CoscribeServer } from '../server.ts';
import { LevelStore } from '../store/level-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

/** The figures by name and labels. */
async function figures({ url }: CoscribeServer): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/plain; version=0\.0\.4/),
  ]);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

it('counts people, documents, updates, refusals, bytes, closes, batches and loads', async () => {
  const server = await startForTest();
  const [alice, bob] = await Promise.all([WireClient.join(server.url, 'a'), WireClient.join(server.url, 'a')]);
  const mallory = await WireClient.join(server.url, 'b');
  alice.insert(0, 'x'.repeat(10_000));
  alice.insert(0, 'y');
  await alice.untilStored();
  await bob.until(() => bob.text.length === 10_001, 'the text');
  mallory.sendUpdate(new Uint8Array([1, 1, 7, 99, 99, 99]));
  await mallory.untilClosed();
  const found = await figures(server);
  const value = (name: string) => found.get(name) ?? Number.NaN;
  expect(value('coscribe_connections')).toBe(2);
  // Nobody wrote in the other, so it left memory with the last who looked.
  expect(value('coscribe_documents_open')).toBe(1);
  expect(value('coscribe_documents')).toBe(1);
  expect(value('coscribe_members')).toBe(2);
  // Three answers to step 1, two inserts, one forgery.
  expect(value('coscribe_updates_received_total')).toBe(6);
  expect(value('coscribe_updates_applied_total')).toBe(5);
  expect([...found].filter(([name]) => name.startsWith('coscribe_updates_refused_total'))).toHaveLength(1);
  expect(value('coscribe_closes_total{code="4400"}')).toBe(1);
  expect(value('coscribe_received_bytes_total')).toBeGreaterThan(10_000);
  expect(value('coscribe_sent_bytes_total')).toBeGreaterThan(10_000);
  expect(value('coscribe_storage_batch_seconds_count')).toBeGreaterThanOrEqual(1);
  expect(value('coscribe_acknowledgement_seconds_count')).toBeGreaterThanOrEqual(1);
  expect(value('coscribe_document_load_seconds_count')).toBe(2);
  expect([value('coscribe_storage_failing'), value('coscribe_storage_waiting_bytes')]).toEqual([0, 0]);
  expect(value('coscribe_event_loop_delay_seconds{quantile="0.99"}')).toBeLessThan(60);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
});

it('says which version runs, what is stored, and when the last whole backup was given', async () => {
  const server = await startForTest({ version: '1.2.3' });
  const alice = await WireClient.join(server.url, 'a');
  alice.insert(0, 'x'.repeat(50_000));
  await alice.untilStored();
  const before = await figures(server);
  expect(before.get(`coscribe_build_info{version="1.2.3",node="${process.versions.node}"}`)).toBe(1);
  expect(before.get('coscribe_storage_used_bytes')).toBeGreaterThan(50_000);
  const broken = server.backup()[Symbol.asyncIterator]();
  await broken.next();
  await broken.return?.();
  expect((await figures(server)).get('coscribe_last_backup_timestamp_seconds')).toBe(0);
  const started = Date.now() / 1000;
  for await (const _piece of server.backup());
  expect((await figures(server)).get('coscribe_last_backup_timestamp_seconds')).toBeGreaterThanOrEqual(started);
});

it('[DUR-9] shows a disk that refuses writes, and what waits for it', async () => {
  const store = new FailingStore(await LevelStore.open(await freshFolder()));
  const server = await startForTest({ store });
  const alice = await WireClient.join(server.url, 'a');
  await alice.untilStored();
  store.failWrites(new Error('no space left on device'));
  alice.insert(0, 'precious');
  await alice.until(() => alice.received.some(({ type }) => type === 'notice'), 'the notice');
  const during = await figures(server);
  expect(during.get('coscribe_storage_failing')).toBe(1);
  expect(during.get('coscribe_storage_write_failures_total')).toBeGreaterThanOrEqual(1);
  expect(during.get('coscribe_storage_waiting_bytes')).toBeGreaterThan(8);
  store.failWrites(null);
  await alice.untilStored();
  expect((await figures(server)).get('coscribe_storage_failing')).toBe(0);
});

it('are for this machine only unless told otherwise, and not for those whom a proxy brings', async () => {
  const local = await startForTest();
  const through = { headers: { 'x-forwarded-for': '203.0.113.9' } };
  const refused = await fetch(`${local.url}/metrics`, through);
  expect([refused.status, await refused.json()]).toEqual([
    403,
    { error: expect.objectContaining({ code: 'forbidden' }) },
  ]);
  const open = await startForTest({ settings: { metrics: 'open' } });
  expect((await fetch(`${open.url}/metrics`, through)).status).toBe(200);
  const off = await startForTest({ settings: { metrics: 'off' } });
  expect((await fetch(`${off.url}/metrics`)).status).toBe(404);
});
