import { html, nothing, type TemplateResult } from 'lit';
import { askApi } from '../api/api-request.ts';
import { PageElement } from '../base/page-element.ts';
import { siteRoot } from '../base/site-root.ts';
import {
  type Content,
  groupsOf,
  type OpenApiDocument,
  type Operation,
  type Route,
  typeText,
} from './openapi-document.ts';

type State =
  | { readonly kind: 'reading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'read'; readonly description: OpenApiDocument };

/** The words for what a request has to show. */
const CREDENTIALS: Readonly<Record<string, string>> = {
  token: 'a token',
  apiKey: 'the API key',
  session: 'the cookie of a sign-in',
};

/** All routes of the server, in groups; each opens to what it takes and answers. */
export class ReferencePage extends PageElement {
  static override properties = { state: { state: true } };

  declare state: State;

  constructor() {
    super();
    this.state = { kind: 'reading' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    askApi({ method: 'GET', path: '/api/openapi.json' }).then(
      (description) => {
        this.state = { kind: 'read', description: description as OpenApiDocument };
        // What the address names came to be just now.
        void this.updateComplete.then(() => this.#openNamed());
      },
      (error: unknown) => {
        this.state = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
      },
    );
    window.addEventListener('hashchange', this.#openNamed);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#openNamed);
    super.disconnectedCallback();
  }

  readonly #openNamed = () => {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named instanceof HTMLDetailsElement) named.open = true;
    named?.scrollIntoView();
  };

  protected override render(): TemplateResult {
    const { state } = this;
    switch (state.kind) {
      case 'reading':
        return html`<p class="tool-wait">Reading the description of the server…</p>`;
      case 'failed':
        return html`<p class="problem" role="alert">${state.message} Reload the page to try again.</p>`;
      case 'read':
        return this.#renderAll(state.description);
      default:
        return state satisfies never;
    }
  }

  #renderAll(description: OpenApiDocument): TemplateResult {
    const groups = groupsOf(description).filter(({ routes }) => routes.length > 0);
    const bodies = Object.entries(description.components.schemas ?? {});
    const json = `${siteRoot()}api/openapi.json`;
    return html`
      <h1>HTTP API</h1>
      <p class="tool-lead">
        What this server answers, version ${description.info.version}. Programs read the same as
        <a href=${json}>openapi.json</a>, from which clients in many languages can be generated.
      </p>
      <nav class="reference-parts" aria-label="Parts">
        ${groups.map(({ name }) => html`<a href="#part-${name}">${titleOf(name)}</a>`)}
        <a href="#part-bodies">Bodies</a>
      </nav>
      ${groups.map(
        ({ name, description: says, routes }) => html`<section aria-labelledby="part-${name}">
          <h2 id="part-${name}">${titleOf(name)}</h2>
          <p class="tool-lead">${says}</p>
          ${routes.map((route) => this.#renderRoute(route))}
        </section>`,
      )}
      <section aria-labelledby="part-bodies">
        <h2 id="part-bodies">Bodies</h2>
        <p class="tool-lead">What several routes answer with. A field with <code>?</code> may be missing.</p>
        ${bodies.map(
          ([name, schema]) => html`<details class="reference-route" id="body-${name}">
            <summary><code>${name}</code></summary>
            <pre tabindex="0" aria-label=${name}>${typeText(schema)}</pre>
          </details>`,
        )}
      </section>
    `;
  }

  #renderRoute({ method, path, operation }: Route): TemplateResult {
    return html`<details class="reference-route" id=${operation.operationId ?? path}>
      <summary>
        <code><b class="reference-method">${method}</b> ${path.split('/').map((part, at) => html`${at === 0 ? '' : '/'}<wbr />${part}`)}</code>
        <span>${operation.summary ?? ''}</span>
      </summary>
      <div class="reference-inside">
        <p><b>Needs</b> ${needs(operation)}.</p>
        ${this.#renderParameters(operation)}
        ${
          operation.requestBody === undefined
            ? nothing
            : html`<h3>Body</h3>
              ${renderContent(operation.requestBody.content)}`
        }
        <h3>Answers</h3>
        ${Object.entries(operation.responses).map(
          ([
            status,
            { description, content },
          ]) => html`<p><b>${status === 'default' ? 'Otherwise' : status}</b> ${description}</p>
            ${content === undefined ? nothing : renderContent(content)}`,
        )}
      </div>
    </details>`;
  }

  #renderParameters({ parameters = [] }: Operation): TemplateResult | typeof nothing {
    if (parameters.length === 0) return nothing;
    return html`<h3>In the address</h3>
      <dl>
        ${parameters.map(
          ({ name, required, schema, description }) => html`<dt>
              <code>${name}</code> <span class="reference-type">${typeText(schema)}${required === true ? '' : ', optional'}</span>
            </dt>
            <dd>${description ?? ''}</dd>`,
        )}
      </dl>`;
  }
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function needs({ security = [] }: Operation): string {
  const ways = security.map((way) =>
    Object.keys(way)
      .map((name) => CREDENTIALS[name] ?? name)
      .join(' and '),
  );
  if (ways.length === 0) return 'nothing';
  return ways.map((way) => (way === '' ? 'nothing where the document has a role for everybody' : way)).join(', or ');
}

function renderContent(content: Content): TemplateResult[] {
  return Object.entries(content).map(
    ([type, { schema }]) => html`<p class="reference-type">${type}</p>
      <pre tabindex="0" aria-label="Body as ${type}">${typeText(schema)}</pre>`,
  );
}

customElements.define('cs-reference-page', ReferencePage);
