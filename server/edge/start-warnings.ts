import { neededDescriptors, socketRoom } from './descriptors.ts';
import { isLoopbackName } from './loopback.ts';

export interface WarningSettings {
  readonly maxConnections: number;
  readonly host: string;
  readonly access: 'open' | 'private';
  readonly trustProxy: readonly string[] | null;
}

/**
 * What anyone who starts a server should know about who can reach it, and about what it lacks: sentences, one a line; none when
 * all is well. `descriptors` is how many files and sockets it may have open, null when nobody knows.
 */
export function startWarnings(
  { host, access, trustProxy, maxConnections }: WarningSettings,
  hasTls: boolean,
  descriptors: number | null,
): string[] {
  const warnings: string[] = [];
  const needed = neededDescriptors(maxConnections);
  if (descriptors !== null && descriptors < needed) {
    warnings.push(
      `This process may have ${descriptors} files and sockets open, and maxConnections ${maxConnections} needs ${needed}: only ${socketRoom(maxConnections, descriptors)} sockets are let in at a time, so that the documents can be stored. Raise the limit (nofile; LimitNOFILE of systemd) or lower maxConnections (docs/operating.md).`,
    );
  }
  if (isLoopbackName(host)) return warnings;
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
