import { HostSite } from './host-page.ts';
import { expect, test } from './world.ts';

test('a page with one tag gets the editor, and a language when it is needed, from the server', async ({
  server,
  page,
  arrive,
}) => {
  const host = await HostSite.open();
  const fetched: string[] = [];
  page.on('requestfinished', (request) => fetched.push(new URL(request.url()).pathname));
  const address = host.put(
    '/index.html',
    `<!doctype html><script type="module" src="${server.url}/coscribe-editor.js"></script>
     <coscribe-editor server="${server.url}" document="${server.name('minutes')}" user-name="Ada"></coscribe-editor>`,
  );
  await page.goto(address);
  const element = page.locator('coscribe-editor');
  const content = element.locator('.cm-content');
  await content.click();
  await page.keyboard.type('# Minutes\n\nfn main() {}');
  const bob = await arrive('Bob', 'minutes');
  await expect(bob.content).toContainText('fn main() {}');
  await expect(element.locator('[part=status]')).toContainText('Saved');
  // The search comes by itself when the page is idle.
  const ofLanguages = () => fetched.filter((path) => /^\/coscribe-editor\/(?!search-)/.test(path));
  expect(ofLanguages()).toEqual([]);

  await element.evaluate((editor) => editor.setAttribute('language', 'rust'));
  await expect(content.locator('span', { hasText: /^fn$/ })).toBeVisible();
  expect(ofLanguages().length).toBeGreaterThan(0);
  await host.close();
});
