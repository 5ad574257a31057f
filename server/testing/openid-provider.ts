import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';

/** What the provider knows Coscribe by. */
export const CLIENT = { id: 'coscribe', secret: 'client-secret-that-nobody-may-see' } as const;

/** A client without a secret. */
export const PUBLIC_CLIENT_ID = 'coscribe-public';

/** Where people come back to; a provider lets every port of this machine pass for such an address. */
const REDIRECT_URI = 'http://127.0.0.1/auth/callback';

/** A real OpenID provider on 127.0.0.1. It believes everybody's name: who signs in as `alice` is Alice. */
export class OpenIdProvider {
  readonly issuer: string;
  readonly #server: Server;
  readonly #key: CryptoKey;

  private constructor(issuer: string, server: Server, key: CryptoKey) {
    this.issuer = issuer;
    this.#server = server;
    this.#key = key;
  }

  /** Starts one, on a free port unless one is given; `backChannelLogoutUri` is told who signs out. */
  static async start(
    port = 0,
    { backChannelLogoutUri }: { backChannelLogoutUri?: string } = {},
  ): Promise<OpenIdProvider> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the provider does not listen');
    const issuer = `http://127.0.0.1:${address.port}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const client = {
      application_type: 'native',
      redirect_uris: [REDIRECT_URI],
      post_logout_redirect_uris: [REDIRECT_URI],
      response_types: ['code'],
      ...(backChannelLogoutUri === undefined
        ? {}
        : { backchannel_logout_uri: backChannelLogoutUri, backchannel_logout_session_required: true }),
    };
    const provider = new Provider(issuer, {
      clients: [
        { ...client, client_id: CLIENT.id, client_secret: CLIENT.secret },
        { ...client, client_id: PUBLIC_CLIENT_ID, token_endpoint_auth_method: 'none' },
      ],
      cookies: { keys: ['for tests'] },
      // Without the dispatcher by which it lets nobody have it ask addresses of this machine.
      fetch: (url, { dispatcher: _dispatcher, ...options }) => fetch(url, options),
      features: { backchannelLogout: { enabled: backChannelLogoutUri !== undefined } },
      claims: { openid: ['sub'], profile: ['name', 'picture'] },
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'first' }] },
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...profile(id) }) }),
    });
    server.on('request', provider.callback());
    return new OpenIdProvider(issuer, server, privateKey);
  }

  /** A token that it signs, whatever that says. */
  sign(claims: JWTPayload, header: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'first', ...header }).sign(this.#key);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function profile(id: string): Record<string, unknown> {
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return { name: `${name} Example`, picture: `https://pictures.example/${id}.png` };
}
