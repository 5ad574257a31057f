import type { FastifyInstance, FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { type Credential, GROUPS, type RouteDescription } from './route-description.ts';
import { BODIES, ROUTE_DESCRIPTIONS } from './route-descriptions.ts';

/** A route as the server answers it. */
export interface KnownRoute {
  /** `GET /api/documents/:name`. */
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly schema: FastifySchema;
}

/** An OpenAPI description, as far as anybody here looks at it. */
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, OpenApiOperation>>;
  readonly components: { schemas?: Record<string, unknown> };
}

export interface OpenApiOperation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  parameters?: { name: string; in: string; description?: string }[];
  responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
}

/** What the parameters of addresses are, by their names. */
const PARAMETERS: Readonly<Record<string, string>> = {
  name: 'The name of the document, percent-encoded, a slash in it too.',
  id: 'The id, as a list of them has it.',
  kind: 'What the owner is.',
  after: 'The last name of the page before.',
  limit: 'How many to list, 100 unless given, 1,000 at most.',
  return: 'Where on this site to go afterwards.',
};

const SECURITY: Readonly<Record<Credential, readonly Record<string, readonly string[]>[]>> = {
  nothing: [],
  // Where access is open, or a document has a role for everybody, nothing is needed.
  token: [{}, { token: [] }, { apiKey: [] }],
  owner: [{ token: [] }, { apiKey: [] }],
  'api key': [{ apiKey: [] }],
  session: [{ session: [] }],
  administrator: [{ apiKey: [] }, { admin: [] }, { session: [] }],
};

/** Takes note of every route that `app` gets from here on. */
export function knownRoutes(app: FastifyInstance): readonly KnownRoute[] {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ method, url, schema = {} }) => {
    for (const one of Array.isArray(method) ? method : [method]) {
      // Fastify adds one for each GET.
      if (one !== 'HEAD') routes.push({ key: `${one} ${url}`, method: one, url, schema });
    }
  });
  return routes;
}

/**
 * Describes routes in OpenAPI 3.1: their parameters and bodies from the schemas that check them, the rest as route-descriptions.ts says it.
 * What makes it is loaded when it is first asked for: most servers never are.
 * @param root what all addresses begin with
 */
export async function describeRoutes(routes: readonly KnownRoute[], version: string, root: string): Promise<OpenApi> {
  const [{ default: fastify }, { default: swagger }] = await Promise.all([
    import('fastify'),
    import('@fastify/swagger'),
  ]);
  // Routes of its own, which nobody ever asks: the plugin has to be there before the first, and the server should start without it.
  const described = fastify({ exposeHeadRoutes: false });
  described.setValidatorCompiler(() => () => true);
  await described.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Coscribe',
        version: version === '' ? 'unknown' : version,
        description:
          'The HTTP API of a Coscribe server. docs/http-api.md has the same in words, with every code of an error.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: root === '' ? '/' : root }],
      tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A token of your backend or of a sign-in, a share link, or an owner key; several joined by `~`.',
          },
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'The setting `apiKey`: for programs of those who run the server.',
          },
          admin: {
            type: 'apiKey',
            in: 'cookie',
            name: 'coscribe-admin',
            description: 'The cookie that the link of `coscribe admin` gives.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'coscribe-session',
            description:
              'The cookie of a sign-in, from pages of this site only; over https its name begins with `__Host-` or `__Secure-`.',
          },
        },
      },
    },
  });
  for (const route of routes) {
    described.route({
      ...address(route),
      schema: { ...route.schema, ...wordsOf(route) },
      handler: async () => undefined,
    });
  }
  await described.ready();
  const openApi = described.swagger() as unknown as OpenApi;
  openApi.components.schemas = { ...BODIES };
  for (const { key, url, method } of routes) {
    const operation = openApi.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    const description = ROUTE_DESCRIPTIONS[key];
    if (operation !== undefined && description !== undefined) complete(operation, description);
  }
  await described.close();
  return openApi;
}

function address({ method, url }: KnownRoute): { readonly method: string; readonly url: string } {
  return { method, url };
}

/** What is said of a route beside its schemas. */
function wordsOf(route: KnownRoute): FastifySchema {
  const description = ROUTE_DESCRIPTIONS[route.key];
  if (description === undefined) return {};
  const { group, summary, credential, takes, body } = description;
  return {
    ...(body === undefined ? {} : { body }),
    ...(takes === undefined ? {} : { consumes: [...takes] }),
    ...{ tags: [group], summary, operationId: operationId(route), security: SECURITY[credential] },
  };
}

function complete(operation: OpenApiOperation, { answers }: RouteDescription): void {
  for (const parameter of operation.parameters ?? []) {
    const description = PARAMETERS[parameter.name];
    if (description !== undefined) parameter.description = description;
  }
  operation.responses = {};
  for (const [status, { says, body, type = 'application/json' }] of Object.entries(answers)) {
    operation.responses[status] = {
      description: says,
      ...(body === undefined ? {} : { content: content(type, body) }),
    };
  }
  const error = { $ref: '#/components/schemas/Error' };
  operation.responses['default'] = {
    description: 'A refusal, with a code and a sentence.',
    content: { 'application/json': { schema: error } },
  };
}

function content(type: string, schema: TSchema): Record<string, { schema: unknown }> {
  return { [type]: { schema } };
}

/** `GET /api/documents/:name/text` is `getDocumentsNameText`: what generated clients call it. */
function operationId({ method, url }: KnownRoute): string {
  const words = url.replace(/^\/api/, '').split(/[^A-Za-z0-9]+/);
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return method.toLowerCase() + words.map(capital).join('');
}
