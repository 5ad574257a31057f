import type { TestServer } from './test-server.ts';
import { expect, test } from './world.ts';

const KEY = 'k'.repeat(32);

test.use({ settings: ['--api-key', KEY] });

/** Does what only those who run the server may. */
async function command(server: TestServer, method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(`${server.url}/api/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return response;
}

test('[SEC-18] a frozen document says so to everybody who is there, and can be written in again without a reload', async ({
  arrive,
  server,
}) => {
  const [alice, bob] = [await arrive('Alice', 'plan'), await arrive('Bob', 'plan')];
  await alice.type('Written together.');
  await bob.sees('Written together.');
  const path = `documents/${encodeURIComponent(server.name('plan'))}/frozen`;
  await command(server, 'PUT', path, { reason: 'A dispute.' });
  for (const person of [alice, bob]) {
    await expect(person.page.getByTestId('role-badge')).toHaveText('Frozen');
    await expect(person.title).toBeDisabled();
    await person.content.click();
    await person.page.keyboard.type('x');
    await expect(person.page.getByTestId('toast')).toHaveText('This document is frozen: nobody can change it for now.');
  }
  await alice.page.getByTestId('role-badge').click();
  await expect(alice.page.getByText('The people who run this server have frozen it.')).toBeVisible();
  await alice.page.keyboard.press('Escape');
  await alice.page.reload();
  await expect(alice.page.getByTestId('role-badge')).toHaveText('Frozen');
  await command(server, 'DELETE', path);
  for (const person of [alice, bob]) await expect(person.page.getByTestId('role-badge')).toHaveCount(0);
  await alice.sees('Written together.');
  await alice.type(' And on.');
  await bob.sees('Written together. And on.');
});

test('[SEC-18] an address that is banned is told so, and comes back when that is lifted', async ({
  arrive,
  server,
}) => {
  const alice = await arrive('Alice', 'plan');
  await alice.type('Here.');
  await alice.saved();
  const { id } = (await (await command(server, 'POST', 'admin/bans', { address: '127.0.0.1' })).json()) as {
    id: string;
  };
  await expect(alice.page.getByTestId('gate')).toContainText('have banned this address from it.');
  await alice.page.reload();
  await expect(alice.page.getByTestId('gate')).toContainText('have banned this address from it.');
  await command(server, 'DELETE', `admin/bans/${id}`);
  await alice.page.reload();
  await expect(alice.page.getByTestId('gate')).toHaveCount(0);
  await alice.sees('Here.');
});
