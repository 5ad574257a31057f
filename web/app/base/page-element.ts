import { LitElement } from 'lit';

/**
 * An element that renders into the page itself, not into a shadow root: the site has one stylesheet, labels may point across
 * elements, and what stands in the HTML until the script arrives is replaced by the first render.
 */
export abstract class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }
}
