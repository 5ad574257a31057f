import { html, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import { PageElement } from '../base/page-element.ts';
import type { History } from './history.ts';
import { timeOfDay } from './units.ts';

/** A line of a graph. */
export interface Line {
  /** Of the series. */
  readonly name: string;
  readonly label: string;
  /** A colour of the site, as its custom property. */
  readonly color: '--accent' | '--attention' | '--danger';
}

const HEIGHT = 150;

/** A graph shows this long at least, in seconds: a server that has just started has one sample. */
const MIN_SECONDS = 300;

/** One graph of the last hour. What is drawn is also there as a table, for those who do not see it. */
export class Graph extends PageElement {
  static override properties = {
    heading: {},
    lines: { attribute: false },
    history: { attribute: false },
    unit: { attribute: false },
    version: { attribute: false },
    isOpen: { state: true },
  };

  declare heading: string;
  declare lines: readonly Line[];
  declare history: History;
  declare unit: (value: number) => string;
  /** Changes with the history, which is the same object for ever. */
  declare version: number;
  declare isOpen: boolean;
  #plot: uPlot | null = null;
  readonly #resized = new ResizeObserver(() => this.#fit());
  readonly #dark = window.matchMedia('(prefers-color-scheme: dark)');
  readonly #themed = new MutationObserver(() => this.#drawAgain());

  constructor() {
    super();
    this.isOpen = false;
    this.version = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener('change', this.#drawAgain);
    this.#themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  }

  override disconnectedCallback(): void {
    this.#resized.disconnect();
    this.#themed.disconnect();
    this.#dark.removeEventListener('change', this.#drawAgain);
    this.#plot?.destroy();
    this.#plot = null;
    super.disconnectedCallback();
  }

  protected override updated(): void {
    if (this.#plot === null) this.#draw();
    else this.#plot.setData(this.#data());
  }

  protected override render(): TemplateResult {
    const values = this.lines.map(({ name, label }) => {
      const latest = this.history.latest(name);
      return `${label} ${latest === null ? 'not known yet' : this.unit(latest)}`;
    });
    return html`
      <h3>${this.heading}</h3>
      <p class="graph-lines">
        ${this.lines.map(({ name, label, color }) => {
          const latest = this.history.latest(name);
          return html`<span class="graph-line" data-color=${color}>
            ${label} <b>${latest === null ? '–' : this.unit(latest)}</b>
          </span>`;
        })}
      </p>
      <div class="graph-drawing" role="img" aria-label="${this.heading}, the last hour. Now: ${values.join(', ')}."></div>
      <details
        class="graph-table"
        @toggle=${(event: Event) => {
          this.isOpen = (event.target as HTMLDetailsElement).open;
        }}
      >
        <summary>As a table</summary>
        ${this.isOpen ? this.#renderTable() : ''}
      </details>
    `;
  }

  #renderTable(): TemplateResult {
    const rows = this.history.readable(this.lines.map(({ name }) => name));
    return html`<table class="admin-table">
      <thead>
        <tr>
          <th scope="col">Time</th>
          ${this.lines.map(({ label }) => html`<th scope="col" class="number">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ at, values }) => html`<tr>
            <th scope="row">${timeOfDay(at)}</th>
            ${values.map((value) => html`<td class="number">${this.unit(value)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #data(): uPlot.AlignedData {
    return this.history.columns(this.lines.map(({ name }) => name)) as uPlot.AlignedData;
  }

  /** From when to when it shows, in seconds since 1970. uPlot would show one sample in a whole day. */
  #span(): [number, number] {
    const [times] = this.#data();
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    return [Math.min(first, last - MIN_SECONDS), last];
  }

  readonly #drawAgain = () => {
    this.#plot?.destroy();
    this.#plot = null;
    this.#draw();
  };

  #fit(): void {
    const place = this.querySelector('.graph-drawing');
    if (place !== null && this.#plot !== null && place.clientWidth > 0) {
      this.#plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }
  }

  #draw(): void {
    const place = this.querySelector<HTMLElement>('.graph-drawing');
    const data = this.#data();
    // Without a sample there are no times to draw.
    if (place === null || data[0].length === 0) return;
    // A canvas knows no custom properties, and light-dark() only where it is used: the colour of something is asked for.
    const styles = getComputedStyle(this);
    const font = `12px ${styles.fontFamily}`;
    const [ink, grid] = [colorOf(place, '--ink-soft'), colorOf(place, '--hairline')];
    const axis: uPlot.Axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    const plot = new uPlot(
      {
        width: Math.max(120, place.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: true, range: () => this.#span() },
          y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
        },
        axes: [
          { ...axis, size: 28, space: 60, values: '{HH}:{mm}' },
          { ...axis, size: 64, space: 34, values: (_plot, splits) => splits.map((value) => this.unit(value)) },
        ],
        series: [
          {},
          ...this.lines.map(({ color }) => ({ stroke: colorOf(place, color), width: 1.5, points: { show: false } })),
        ],
      },
      data,
      place,
    );
    this.#plot = plot;
    this.#resized.disconnect();
    this.#resized.observe(place);
  }
}

/** A colour of the site as it looks now. */
function colorOf(place: HTMLElement, property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

customElements.define('cs-graph', Graph);
