/** Fetches as a browser does: keeps cookies, by host and without regard to the port, and shows every step of a redirect. */
export class CookieBrowser {
  readonly cookies = new Map<string, string>();
  /** Every `Set-Cookie` header that came. */
  readonly received: string[] = [];

  async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Follows redirects until an answer is none, or leads to where `stop` says. */
  async follow(
    url: string | URL,
    stop: (next: URL) => boolean = () => false,
  ): Promise<{ url: URL; response: Response }> {
    let at = new URL(url);
    for (;;) {
      const response = await this.fetch(at);
      const location = response.headers.get('location');
      if (location === null) return { url: at, response };
      at = new URL(location, at);
      if (stop(at)) return { url: at, response };
    }
  }

  #keep(line: string): void {
    this.received.push(line);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const expires = /expires=([^;]+)/i.exec(line)?.[1];
    const isGone = /max-age=0(;|$)/i.test(line) || (expires !== undefined && Date.parse(expires) <= Date.now());
    if (isGone) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** Confirms at the provider that one signs out there too, and returns the address that it sends people back to. */
export async function signOutAtProvider(browser: CookieBrowser, address: URL): Promise<URL> {
  const asked = await (await browser.fetch(address)).text();
  const action = /<form[^>]* action="([^"]+)"/.exec(asked)?.[1];
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked)?.[1];
  if (action === undefined || xsrf === undefined) throw new Error(`the provider does not ask: ${asked}`);
  const body = new URLSearchParams({ xsrf, logout: 'yes' });
  const confirmed = await browser.fetch(new URL(action, address), { method: 'POST', body });
  return new URL(confirmed.headers.get('location') ?? '', address);
}

/** Walks through the provider's pages as somebody would, and stops at the address that it sends them back to. */
export async function signInAtProvider(browser: CookieBrowser, address: string | URL, login: string): Promise<URL> {
  const isCallback = (next: URL) => next.pathname.endsWith('/auth/callback');
  let { url, response } = await browser.follow(address, isCallback);
  for (const prompt of ['login', 'consent']) {
    if (isCallback(url)) return url;
    const action = /<form[^>]* action="([^"]+)"/.exec(await response.text())?.[1];
    if (action === undefined) throw new Error(`the provider shows no form at ${url.pathname}`);
    const body = new URLSearchParams({ prompt, login, password: 'any' });
    const submitted = await browser.fetch(new URL(action, url), { method: 'POST', body });
    const next = new URL(submitted.headers.get('location') ?? '', url);
    ({ url, response } = await browser.follow(next, isCallback));
  }
  return url;
}
