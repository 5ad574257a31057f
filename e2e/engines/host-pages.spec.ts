import { MODULE } from '../element/element-page.ts';
import { HostSite } from '../host-page.ts';
import { ENGINES } from './engine.ts';
import { expect, test } from './engines-world.ts';
import { putFramedComponent, toldByFrame, writeInFrame } from './framed-component.ts';

for (const engine of ENGINES) {
  test(`${engine}: the component works under a strict content security policy`, async ({ server, visit }) => {
    const site = await HostSite.open();
    try {
      const policy = `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src ${server.url.replace('http', 'ws')}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`;
      site.put(
        '/violations.js',
        `window.violations = [];
        addEventListener('securitypolicyviolation', ({ violatedDirective, sample, blockedURI }) => violations.push([violatedDirective, blockedURI, sample].join(' ')));`,
      );
      const page = site.put(
        '/csp.html',
        `<!doctype html><script src="/violations.js"></script>${MODULE}
         <coscribe-editor server="${server.url}" document="${server.name('csp')}"></coscribe-editor>`,
        { 'content-security-policy': policy },
      );
      const alice = await visit(engine, 'Alice');
      await alice.tab.open(page);
      await expect
        .poll(() =>
          alice.tab.run(
            () => document.querySelector('coscribe-editor')?.shadowRoot?.querySelector('.cm-content') !== null,
          ),
        )
        .toBe(true);
      await alice.tab.click('coscribe-editor');
      await alice.tab.type('# Strict');
      await expect.poll(() => server.text('csp')).toBe('# Strict');
      expect(await alice.tab.run(() => (window as unknown as { violations: string[] }).violations)).toEqual([]);
    } finally {
      await site.close();
    }
  });

  test.describe('where sandboxed frames are let in', () => {
    test.use({ settings: ['--origins', 'any'] });

    test(`${engine}: in a frame that may keep nothing the component says that edits are in this tab only`, async ({
      server,
      visit,
    }) => {
      const site = await HostSite.open();
      const alice = await visit(engine, 'Alice');
      try {
        const outer = putFramedComponent(site, {
          server: alice.cable.url,
          document: server.name('frame'),
          how: 'sandboxed',
        });
        await alice.tab.open(outer);
        await writeInFrame(alice, server, () => toldByFrame(alice, 'status').toMatch(/only in this tab/i));
      } finally {
        await site.close();
      }
    });
  });
}
