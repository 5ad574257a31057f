/** What the page reads of an OpenAPI description (server/http/openapi.ts makes it). */
export interface OpenApiDocument {
  readonly info: { readonly version: string; readonly description: string };
  readonly servers?: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly securitySchemes?: Readonly<Record<string, { readonly description?: string }>>;
  };
}

export interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly operationId?: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

export type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/** A JSON Schema, as far as the API uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** An operation with its place. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The operations of each part, in the order of the description. */
export function groupsOf({ tags, paths }: OpenApiDocument): { name: string; description: string; routes: Route[] }[] {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return tags.map(({ name, description }) => ({
    name,
    description,
    routes: routes.filter(({ operation }) => operation.tags?.includes(name) === true),
  }));
}

/** A schema as people write types: `{ "role": "viewer" | "editor", "label"?: string up to 100 }`. */
export function typeText(schema: Schema | undefined, indent = ''): string {
  if (schema === undefined) return 'anything';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'anything';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (schema.anyOf !== undefined) {
    return [...new Set(schema.anyOf.map((one) => typeText(one, indent)))].join(' | ');
  }
  if (schema.type === 'array') {
    const inner = typeText(schema.items, indent);
    return inner.includes(' | ') ? `(${inner})[]` : `${inner}[]`;
  }
  if (schema.type === 'object') return objectText(schema, indent);
  if (schema.type === 'string') return stringText(schema);
  return schema.type ?? 'anything';
}

function objectText({ properties = {}, required = [] }: Schema, indent: string): string {
  const names = Object.entries(properties);
  if (names.length === 0) return 'object';
  const inner = `${indent}  `;
  const lines = names.map(
    ([name, schema]) =>
      `${inner}${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeText(schema, inner)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function stringText({ format, minLength, maxLength }: Schema): string {
  if (format === 'date-time') return 'time';
  if (maxLength === undefined) return 'string';
  return minLength === undefined || minLength === 0
    ? `string (up to ${maxLength})`
    : `string (${minLength} to ${maxLength})`;
}
