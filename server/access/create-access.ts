import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { AccessControl, type AccessControlOptions } from './access-control.ts';
import { Admission, type TokenQuota } from './admission.ts';
import type { Authenticator } from './authenticator.ts';
import { type CreationPolicy, HostCreation, OwnedCreation } from './creation-policy.ts';
import { Owners } from './owners.ts';
import type { Restrictions } from './restrictions.ts';
import { type PasswordQuota, ShareLinks } from './share-links.ts';

/** Everything that decides, and changes, who may do what. */
export interface AccessParts {
  readonly admission: Admission;
  readonly creation: CreationPolicy;
  /** Null where the authenticator of the program around decides alone: it knows of none. */
  readonly shareLinks: ShareLinks | null;
  /** Null for the same reason. */
  readonly owners: Owners | null;
  /** To be called when a document, with its access record, came or went in the store. */
  readonly forget: (documentName: string) => void;
}

export interface CreateAccessDependencies {
  readonly quotas: TokenQuota & PasswordQuota;
  readonly restrictions: Restrictions;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** By the authenticator of the program around; without one by share links, owners and tokens. */
export function createAccess(
  host: Authenticator | undefined,
  options: Omit<AccessControlOptions, 'restrictions'>,
  { quotas, clock, logger, restrictions }: CreateAccessDependencies,
): AccessParts {
  if (host !== undefined) {
    const admission = new Admission({ authenticator: host, quotas, restrictions, clock, logger });
    return {
      admission,
      creation: new HostCreation(admission),
      shareLinks: null,
      owners: null,
      forget: () => undefined,
    };
  }
  const access = new AccessControl({ ...options, restrictions });
  const admission = new Admission({ authenticator: access, quotas, restrictions, clock, logger });
  return {
    admission,
    creation: new OwnedCreation(admission, access, logger),
    shareLinks: new ShareLinks({ access, secret: options.secret, quotas, clock, logger }),
    owners: new Owners(access, logger),
    forget: (documentName) => access.forget(documentName),
  };
}
