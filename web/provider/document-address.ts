import { SESSION_SUBPROTOCOL_PREFIX, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';

/**
 * Where one document is: the address of its WebSocket and the name under which this device keeps and shares it.
 */
export class DocumentAddress {
  readonly #url: URL;

  /**
   * @param url where the server synchronises: `ws(s)://`, `http(s)://`, or relative to the page
   * @param name a valid document name
   * @param base what a relative `url` is relative to, normally `location.href`
   * @throws TypeError when `url` is no such address
   */
  constructor(url: string, name: string, base: string | undefined) {
    if (!URL.canParse(url, base)) throw new TypeError(`not an address of a Coscribe server: ${url}`);
    const parsed = new URL(url, base);
    if (parsed.protocol === 'http:') parsed.protocol = 'ws:';
    if (parsed.protocol === 'https:') parsed.protocol = 'wss:';
    if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:') {
      throw new TypeError(`the address of a Coscribe server starts with ws, wss, http or https: ${url}`);
    }
    parsed.hash = '';
    const folder = parsed.pathname.endsWith('/') ? parsed.pathname : `${parsed.pathname}/`;
    parsed.pathname = folder + name.split('/').map(encodeURIComponent).join('/');
    this.#url = parsed;
  }

  /**
   * What names this document on this device: its address without a query, where somebody may have put a secret. Each person has
   * a name of their own for it, and all guests of the device one together.
   */
  key(person: string | null): string {
    return `coscribe:${this.#url.origin}${this.#url.pathname}${person === null ? '' : `#${person}`}`;
  }

  /**
   * The WebSocket's address. `epoch` tells the server which life of the document the local copy belongs to; `fresh` that this
   * client has not written yet, and would take a client id of somebody who left; `compress` that it takes compressed messages.
   */
  socketUrl(epoch: string | null, { fresh = false, compress = false } = {}): string {
    const url = new URL(this.#url);
    if (epoch !== null) url.searchParams.set('epoch', epoch);
    if (fresh) url.searchParams.set('fresh', '1');
    if (compress) url.searchParams.set('compress', '1');
    return url.href;
  }
}

/** What a connection says of itself when it opens: the protocol it speaks, its session, and the token it has. */
export function subprotocols(sessionKey: string, token: string | undefined): string[] {
  const known = [SUBPROTOCOL, SESSION_SUBPROTOCOL_PREFIX + sessionKey];
  return token === undefined || token === '' ? known : [...known, TOKEN_SUBPROTOCOL_PREFIX + token];
}
