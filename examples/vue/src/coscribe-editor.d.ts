import type { CoscribeEditorElement } from 'coscribe/editor';
import type { DefineComponent } from 'vue';

/** Tells editors and vue-tsc what the tag can be given in templates. */
declare module 'vue' {
  interface GlobalComponents {
    'coscribe-editor': DefineComponent<Partial<Omit<CoscribeEditorElement, keyof HTMLElement>>>;
  }
}
