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
  // The search, and the completion of words with its library, come by themselves when the page is idle.
  const parts = () => fetched.filter((path) => path.startsWith('/coscribe-editor/'));
  await expect.poll(() => parts().length).toBeGreaterThanOrEqual(3);
  expect(parts().filter((path) => !/\/(search|typing-help|dist)-/.test(path))).toEqual([]);
  const before = parts().length;
  expect(before).toBe(3);

  await element.evaluate((editor) => editor.setAttribute('language', 'rust'));
  await expect(content.locator('span', { hasText: /^fn$/ })).toBeVisible();
  expect(parts().length).toBeGreaterThan(before);
  await host.close();
});
