import { neededDescriptors, socketRoom } from './descriptors.ts';
import { isLoopbackName } from './loopback.ts';

export interface WarningSettings {
  readonly maxConnections: number;
  readonly host: string;
  readonly access: 'open' | 'private';
  readonly trustProxy: readonly string[] | null;
  readonly jwtSecret: unknown;
  readonly jwtKeyFile: unknown;
  readonly jwtJwksUrl: unknown;
  readonly jwtIssuer: string | null;
  readonly jwtAudience: string | null;
}

/**
 * What anyone who starts a server should know about who can get in, and about what it lacks: sentences, one a line; none when
 * all is well. `descriptors` is how many files and sockets it may have open, null when nobody knows.
 */
export function startWarnings(settings: WarningSettings, hasTls: boolean, descriptors: number | null): string[] {
  return [...descriptorWarnings(settings, descriptors), ...tokenWarnings(settings), ...reachWarnings(settings, hasTls)];
}

function descriptorWarnings({ maxConnections }: WarningSettings, descriptors: number | null): string[] {
  const needed = neededDescriptors(maxConnections);
  if (descriptors === null || descriptors >= needed) return [];
  return [
    `This process may have ${descriptors} files and sockets open, and maxConnections ${maxConnections} needs ${needed}: only ${socketRoom(maxConnections, descriptors)} sockets are let in at a time, so that the documents can be stored. Raise the limit (nofile; LimitNOFILE of systemd) or lower maxConnections (docs/operating.md).`,
  ];
}

/** Tokens that were made for another application by the same keys would open this one. */
function tokenWarnings({ jwtSecret, jwtKeyFile, jwtJwksUrl, jwtIssuer, jwtAudience }: WarningSettings): string[] {
  if (jwtSecret === null && jwtKeyFile === null && jwtJwksUrl === null) return [];
  const missing = [jwtIssuer === null ? 'jwtIssuer' : [], jwtAudience === null ? 'jwtAudience' : []].flat();
  if (missing.length === 0) return [];
  return [
    `Tokens are checked without ${missing.join(' and ')}: one that was made for another application with the same key opens documents here. Set ${missing.join(' and ')} (docs/access.md).`,
  ];
}

function reachWarnings({ host, access, trustProxy }: WarningSettings, hasTls: boolean): string[] {
  if (isLoopbackName(host)) return [];
  const warnings: string[] = [];
  if (access === 'open') {
    warnings.push(
      `Other machines can reach this server (host ${host}), and access is open: anyone who knows the address of a document can edit it. The setting access=private changes that (docs/security.md).`,
    );
  }
  if (!hasTls && trustProxy === null) {
    warnings.push(
      `Other machines can reach this server (host ${host}) without encryption: texts and tokens can be read on the way, and browsers open no page without the network (their offline copies need https). Set tlsCert and tlsKey, or put a proxy in front and set trustProxy (docs/security.md).`,
    );
  }
  return warnings;
}
