// The package has no types of its own; this is what the tests use of it.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export interface Account {
    readonly accountId: string;
    claims(): Record<string, unknown> & { readonly sub: string };
  }

  export interface Configuration {
    readonly clients: readonly Record<string, unknown>[];
    readonly cookies: { readonly keys: readonly string[] };
    readonly claims: Record<string, readonly string[]>;
    readonly fetch: (url: string, options: RequestInit & { readonly dispatcher?: unknown }) => Promise<Response>;
    readonly features: { readonly backchannelLogout: { readonly enabled: boolean } };
    readonly jwks: { readonly keys: readonly object[] };
    readonly findAccount: (context: unknown, id: string) => Account;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
  }
}
