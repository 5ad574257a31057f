import { MODULE } from '../element/element-page.ts';
import type { HostSite } from '../host-page.ts';
import { expect, type TestServer } from './engines-world.ts';
import type { Visitor } from './visitor.ts';

/** What the frame tells the page around it: nobody may look into a frame of another origin. */
interface Told {
  readonly status?: string;
  readonly text?: string;
}

/**
 * Puts a page on a site with the component in a frame.
 * @param how the frame has no origin at all, or is on another site than the page around it
 * @returns the address of the page around it
 */
export function putFramedComponent(
  site: HostSite,
  { server, document, how }: { server: string; document: string; how: 'sandboxed' | 'on another site' },
): string {
  const frame = site.put(
    '/frame.html',
    `<!doctype html>${MODULE}<style>coscribe-editor { display: block; height: 360px; }</style>
     <coscribe-editor server="${server}" document="${document}"></coscribe-editor>
     <script>setInterval(() => {
       const root = document.querySelector('coscribe-editor').shadowRoot;
       const of = (selector) => root?.querySelector(selector)?.textContent ?? '';
       parent.postMessage({ status: of('[part=status]'), text: of('.cm-content') }, '*');
     }, 50);</script>`,
  );
  const outer = site.put(
    '/outer.html',
    `<!doctype html><script>told = {}; addEventListener('message', ({ data }) => { told = data; });</script>
     <iframe ${how === 'sandboxed' ? 'sandbox="allow-scripts"' : ''} src="${frame}" width="600" height="400"></iframe>`,
  );
  // Two names of this machine are two sites.
  return how === 'sandboxed' ? outer : outer.replace('127.0.0.1', 'localhost');
}

/** What somebody who has opened that page is told from within the frame, to wait for. */
export function toldByFrame({ tab }: Visitor, what: keyof Told) {
  return expect.poll(() => tab.run((key) => (window as unknown as { told: Told }).told[key] ?? '', what));
}

/** Lets somebody who has opened that page write in the frame while the connection is cut, until all is saved. `cutOff` looks at what is said meanwhile. */
export async function writeInFrame(alice: Visitor, server: TestServer, cutOff: () => Promise<void>): Promise<void> {
  await toldByFrame(alice, 'status').toContain('Saved');
  await alice.tab.click('iframe');
  await alice.tab.type('framed');
  await expect.poll(() => server.text('frame')).toBe('framed');
  alice.cable.cut();
  await alice.tab.type(' and cut off');
  await cutOff();
  await toldByFrame(alice, 'text').toContain('framed and cut off');
  alice.cable.mend();
  await toldByFrame(alice, 'status').toContain('Saved');
  expect(await server.text('frame')).toBe('framed and cut off');
}
