import { MODULE } from '../element/element-page.ts';
import { HostSite } from '../host-page.ts';
import { ENGINES } from './engine.ts';
import { expect, test } from './engines-world.ts';

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
        // It tells the page around it what it shows: nobody can look into a frame of no origin.
        site.put(
          '/frame.html',
          `<!doctype html>${MODULE}<style>coscribe-editor { display: block; height: 360px; }</style>
           <coscribe-editor server="${alice.cable.url}" document="${server.name('frame')}"></coscribe-editor>
           <script>setInterval(() => {
             const root = document.querySelector('coscribe-editor').shadowRoot;
             const of = (selector) => root?.querySelector(selector)?.textContent ?? '';
             parent.postMessage({ status: of('[part=status]'), text: of('.cm-content') }, '*');
           }, 50);</script>`,
        );
        const outer = site.put(
          '/outer.html',
          `<!doctype html><script>told = {}; addEventListener('message', ({ data }) => { told = data; });</script>
           <iframe sandbox="allow-scripts" src="/frame.html" width="600" height="400"></iframe>`,
        );
        const told = (what: 'status' | 'text') =>
          expect.poll(() => alice.tab.run((key) => (window as unknown as { told: Told }).told[key] ?? '', what));
        await alice.tab.open(outer);
        await told('status').toContain('Saved');
        await alice.tab.click('iframe');
        await alice.tab.type('framed');
        await expect.poll(() => server.text('frame')).toBe('framed');
        alice.cable.cut();
        await alice.tab.type(' and cut off');
        await told('status').toMatch(/only in this tab/i);
        await told('text').toContain('framed and cut off');
        alice.cable.mend();
        await told('status').toContain('Saved');
        expect(await server.text('frame')).toBe('framed and cut off');
      } finally {
        await site.close();
      }
    });
  });
}

interface Told {
  readonly status?: string;
  readonly text?: string;
}
