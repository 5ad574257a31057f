import { isLoopbackName } from './loopback.ts';

export interface ExposureSettings {
  readonly host: string;
  readonly access: 'open' | 'private';
  readonly trustProxy: readonly string[] | null;
}

/** What anyone who starts a server should know about who can reach it: sentences, one a line; none when all is well. */
export function startWarnings({ host, access, trustProxy }: ExposureSettings, hasTls: boolean): string[] {
  if (isLoopbackName(host)) return [];
  const warnings: string[] = [];
  if (access === 'open') {
    warnings.push(
      `Other machines can reach this server (host ${host}), and access is open: anyone who knows the address of a document can edit it. The setting access=private changes that (docs/security.md).`,
    );
  }
  if (!hasTls && trustProxy === null) {
    warnings.push(
      `Other machines can reach this server (host ${host}) without encryption: texts and tokens can be read on the way. Set tlsCert and tlsKey, or put a proxy in front and set trustProxy (docs/security.md).`,
    );
  }
  return warnings;
}
